"""What people enter of a campaign counts everywhere, and no load overwrites it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from outreach_results import export, results
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.ingest.registry import own_source
from outreach_results.models import Filters, Sentiment
from outreach_results.store import admin
from outreach_results.store.entries import CostPer, Entries, checked, costs_of_days, enter, entries_of
from outreach_results.store.replies import state_changes
from support.databases import wipe
from support.optional import present
from support.records import CAMPAIGN, campaign, email, reply
from support.sheets import HAND_MADE, import_sheet

RECORDS: list[Record] = [campaign(), email("e1"), email("e2"), reply("r1", email_id="e1")]
ENTERED = checked("Spring in Europe", "sales-outreach", Decimal("0.5"), "email")


@pytest.fixture
def entered(store):
    load(store, "records", RECORDS)
    enter(store, CAMPAIGN, ENTERED)
    return store


def shown(store):
    result = results.campaign(store, CAMPAIGN)
    return result.name, result.mcp, results.totals(store, Filters()).costs.total_byok_usd


def test_what_is_entered_counts_everywhere(entered):
    assert shown(entered) == ("Spring in Europe", "sales-outreach", 1.0)
    total = results.totals(entered, Filters())
    assert total.has_entered_cost
    assert total.costs.breakdown.ai_generation is None
    assert results.daily_costs(entered, Filters())["cost_usd"].sum() == 1.0


@pytest.mark.parametrize("replace", [False, True])
def test_no_load_overwrites_it(entered, replace):
    again: list[Record] = [campaign(), *(email(f"e{n}") for n in range(1, 5))]
    load(entered, "again", again, replace=replace)
    assert shown(entered) == ("Spring in Europe", "sales-outreach", 2.0)


def test_without_it_the_source_counts_again(store):
    load(store, "records", RECORDS)
    before = shown(store)
    enter(store, CAMPAIGN, ENTERED)
    load(store, "more", [email("e3")])
    enter(store, CAMPAIGN, Entries())
    other = shown(store)
    assert other[:2] == before[:2]
    assert entries_of(store, CAMPAIGN) == Entries()


def test_marking_a_reply_keeps_the_cost(entered):
    state_changes.change_reply(entered, CAMPAIGN, "r1", Sentiment.AUTOMATIC, by="ada", seen_version=0)
    assert shown(entered)[2] == 1.0


def test_another_time_zone_keeps_it(entered):
    admin.change_time_zone(entered, "Asia/Kathmandu")
    assert shown(entered) == ("Spring in Europe", "sales-outreach", 1.0)


def test_it_is_part_of_export_and_import(entered, make_store, tmp_path):
    path = tmp_path / "campaign.json"
    path.write_bytes(export.campaign_download(entered, CAMPAIGN, "json").content())
    other = make_store()
    load(other, path.name, present(own_source(path)).read(path))
    assert shown(other) == shown(entered)
    assert entries_of(other, CAMPAIGN) == ENTERED
    enter(entered, CAMPAIGN, Entries())
    enter(other, CAMPAIGN, Entries())
    assert shown(other) == shown(entered)  # what the source says came along too


def test_a_sheet_without_costs_gets_one(store, tmp_path):
    import_sheet(store, tmp_path, HAND_MADE)
    own = results.all_campaigns(store)[0].id
    assert results.totals(store, Filters()).costs.total_byok_usd is None
    enter(store, own, checked(None, None, Decimal(90), "campaign"))
    january = Filters(start=date(2026, 1, 1), end=date(2026, 1, 31))
    for filters in (Filters(), january):
        assert results.totals(store, filters).costs.total_byok_usd == 90


def test_a_fixed_price_adds_up_exactly():
    sent = [(date(2026, 1, 30), 1), (date(2026, 1, 31), 1), (date(2026, 2, 1), 1), (date(2026, 2, 2), 0)]
    assert sum(costs_of_days(sent, 100, CostPer.CAMPAIGN).values()) == 100
    monthly = costs_of_days(sent, 101, CostPer.MONTH)
    assert [monthly[day] for day, _ in sent] == [50, 51, 101, 0]


def test_what_cannot_be_right_is_refused(store):
    with pytest.raises(QueryError, match="what the cost is for"):
        checked(None, None, Decimal(1), None)
    with pytest.raises(QueryError, match="between 0"):
        checked(None, None, Decimal(-1), "email")
    with pytest.raises(UnknownCampaignError):
        enter(store, "nobody", ENTERED)


def test_of_two_files_entries_one_stays_in_any_order(store):
    told = [campaign()._replace(entered=checked(name, None, None, None)) for name in ("Spring", "Summer")]
    for order in (told, told[::-1]):
        wipe(store)
        notes = [note for record in order for note in load(store, "f", [record]).notes]
        assert entries_of(store, CAMPAIGN).name == "Summer"
        assert notes == [f"Two things were entered of {CAMPAIGN!r}: name 'Summer' was kept, name 'Spring' was not."]
    enter(store, CAMPAIGN, checked("Autumn", None, None, None))
    note, _ = load(store, "f", [told[1]]).notes
    assert "name 'Autumn' was kept as entered here" in note
    assert entries_of(store, CAMPAIGN).name == "Autumn"


def test_an_import_says_what_was_entered(entered):
    report = load(entered, "again", RECORDS)
    assert report.notes == [
        "Of 'camp_1', what was entered here counts and not what the file says: name, type and cost."
    ]
    enter(entered, CAMPAIGN, Entries(name="Own"))
    assert load(entered, "again", RECORDS).notes[0].endswith(": name.")
    enter(entered, CAMPAIGN, Entries())
    assert load(entered, "again", RECORDS).notes == []
