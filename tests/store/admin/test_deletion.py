"""A deleted campaign is nowhere to be found, and restored it is as if it had never been deleted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from outreach_results import export, results
from outreach_results.errors import ConflictError, DeletedCampaignError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.ingest.undo import undo_load
from outreach_results.models import Filters, Sentiment
from outreach_results.results import InboxFilters
from outreach_results.store import admin, schema
from outreach_results.store import annotations as notes
from outreach_results.store.admin.copy import copy
from outreach_results.store.admin.deletion import delete, deleted_campaigns, restore
from outreach_results.store.engine import Store
from outreach_results.store.entries import Entries, enter, entries_of
from outreach_results.store.replies import state_changes
from outreach_results.store.tracking import choose_tracking, tracking_of
from support.databases import contents
from support.hiding import answers, hidden_campaigns
from support.records import CAMPAIGN, EVERY_KIND, at, campaign, email, event, mark, reply
from support.recount import days_of, stored_days

OTHER = "other"
KEPT: list[Record] = [
    campaign(OTHER, "Autumn"),
    email("e1", of=OTHER),
    event("delivered", of=OTHER),
    event("opened", of=OTHER),
    reply("r1", at(9), of=OTHER),
]
OWN_TABLES = [table for table in schema.metadata.sorted_tables if "campaign_id" in table.c]


@pytest.fixture
def both(store: Store) -> Store:
    """Two campaigns, one of them with something of every kind."""
    load(store, "both", [*EVERY_KIND, *KEPT])
    notes.add(store, date(2026, 1, 5), "New subject", campaign_id=CAMPAIGN)
    return store


def rows_of(store: Store, campaign_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a campaign but its own in `campaigns`, which says that it is deleted."""
    with store.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).where(table.c.campaign_id == campaign_id))
            ]
            for table in OWN_TABLES
            if table is not schema.campaigns
        }


def test_every_answer_is_as_if_it_never_was(writable_sample: Store) -> None:
    store = writable_sample
    hidden = hidden_campaigns(store)
    assert len(hidden) > 6
    everything = len(results.all_campaigns(store))
    for campaign_id in hidden:
        delete(store, campaign_id, by="ada")
    assert len(results.all_campaigns(store)) == everything - len(hidden)
    while_deleted = answers(store)
    with store.write() as connection:
        for campaign_id in hidden:
            admin.delete_campaign(connection, campaign_id)
    removed = answers(store)
    about_loads = {"load_history", "import_details", "data_as_of"}
    differing = {
        name for (name, one), (_, other) in zip(while_deleted, removed, strict=True) if one != other
    } - about_loads
    assert not differing


def test_the_rest_is_a_recount_of_its_records(both: Store) -> None:
    delete(both, CAMPAIGN)
    totals = results.totals(both, Filters())
    recounted = [numbers for (_, basis, _), numbers in days_of(KEPT).items() if basis == "activity"]
    for name in ("emails_sent", "delivered", "opened", "replied", "meetings_booked"):
        assert getattr(totals.stats, name) == sum(numbers.get(name, 0) for numbers in recounted)
    assert results.inbox(both, Filters()).pagination.total == 1
    assert results.inbox(both, Filters(), InboxFilters(q="tell")).pagination.total == 1
    restore(both, CAMPAIGN)
    assert stored_days(both) == days_of([*EVERY_KIND, *KEPT])


NOTED = frozenset({"meta", "audit_log"})
"""What says that something was done stays."""


def test_restored_it_has_everything_that_it_had(both: Store) -> None:
    state_changes.change_reply(both, CAMPAIGN, "r1", Sentiment.NEGATIVE, by="ada", seen_version=1)
    enter(both, CAMPAIGN, Entries("Own name"), by="ada")
    choose_tracking(both, CAMPAIGN, {"opens": False})
    before = contents(both, without=NOTED)
    delete(both, CAMPAIGN, by="ada")
    assert contents(both, without=NOTED) != before
    restore(both, CAMPAIGN)
    assert contents(both, without=NOTED) == before


def test_it_is_known_who_deleted_it_and_when(both: Store) -> None:
    deleted = delete(both, CAMPAIGN, by="ada")
    assert (deleted.id, deleted.name, deleted.by) == (CAMPAIGN, "First contact", "ada")
    assert deleted_campaigns(both) == [deleted]
    assert restore(both, CAMPAIGN) == deleted
    assert deleted_campaigns(both) == []


def test_nothing_can_be_done_with_it(both: Store) -> None:
    delete(both, CAMPAIGN)
    for use in (
        lambda: results.campaign(both, CAMPAIGN),
        lambda: results.campaign_stats(both, CAMPAIGN),
        lambda: export.campaign_download(both, CAMPAIGN, "json"),
        lambda: entries_of(both, CAMPAIGN),
        lambda: enter(both, CAMPAIGN, Entries("New")),
        lambda: tracking_of(both, CAMPAIGN),
        lambda: choose_tracking(both, CAMPAIGN, {"opens": False}),
        lambda: notes.add(both, date(2026, 1, 5), "x", campaign_id=CAMPAIGN),
    ):
        with pytest.raises(DeletedCampaignError, match=r"is deleted here\. Restore it in Data → Settings"):
            use()
    with pytest.raises(ConflictError, match="no longer here"):
        state_changes.change_reply(both, CAMPAIGN, "r1", Sentiment.NEGATIVE, by="ada", seen_version=1)


def test_deleting_twice_and_restoring_twice_is_refused(both: Store) -> None:
    with pytest.raises(ConflictError, match="is not deleted"):
        restore(both, CAMPAIGN)
    delete(both, CAMPAIGN)
    with pytest.raises(ConflictError, match="is deleted already"):
        delete(both, CAMPAIGN)
    for change in (delete, restore):
        with pytest.raises(UnknownCampaignError, match="There is no campaign 'nope'"):
            change(both, "nope")


LATER: list[Record] = [
    campaign(),
    email("e9", at(10)),
    event("opened", at(11), email_id="e9"),
    reply("r9", at(12), email_id="e9"),
    mark("r1", "negative", marked_at=at(12), version=7),
]


def test_what_comes_in_is_kept_and_said(both: Store, make_store: Any) -> None:
    delete(both, CAMPAIGN)
    report = load(both, "later", [*LATER, *KEPT])
    assert report.notes[0] == (
        "1 campaign is deleted here, First contact: restore it in Data → Settings. "
        "What comes in for a deleted campaign is kept until then."
    )
    assert results.inbox(both, Filters()).pagination.total == 1
    assert [one.id for one in results.all_campaigns(both)] == [OTHER]
    restore(both, CAMPAIGN)
    never = make_store()
    load(never, "both", [*EVERY_KIND, *KEPT])
    load(never, "later", [*LATER, *KEPT])
    annotations_aside = NOTED | {"annotations", "loads"}
    assert contents(both, without=annotations_aside) == contents(never, without=annotations_aside)


def test_a_load_of_other_campaigns_says_nothing(both: Store) -> None:
    delete(both, CAMPAIGN)
    assert load(both, "other", KEPT).notes == []


def test_undoing_an_import_reaches_it(both: Store) -> None:
    delete(both, CAMPAIGN)
    report = load(both, "later", LATER)
    undo_load(both, report.load_id)
    restore(both, CAMPAIGN)
    assert "e9" not in {row[1] for row in rows_of(both, CAMPAIGN)["emails"]}
    counts = results.inbox(both, Filters()).counts
    assert sum(counts.values()) == results.inbox(both, Filters()).pagination.total


def test_another_time_zone_dates_it_too(both: Store, make_store: Any) -> None:
    delete(both, CAMPAIGN)
    admin.change_time_zone(both, "Asia/Kathmandu")
    assert results.inbox(both, Filters()).pagination.total == 1
    restore(both, CAMPAIGN)
    other = make_store()
    load(other, "both", [*EVERY_KIND, *KEPT])
    admin.change_time_zone(other, "Asia/Kathmandu")
    aside = NOTED | {"annotations", "loads"}
    assert contents(both, without=aside) == contents(other, without=aside)


def test_a_copy_has_it_deleted_too(both: Store, make_store: Any) -> None:
    delete(both, CAMPAIGN, by="ada")
    other = make_store()
    assert copy(both, other).is_equal
    assert deleted_campaigns(other) == deleted_campaigns(both)
    assert contents(other, without=frozenset({"meta"})) == contents(both, without=frozenset({"meta"}))
    assert results.inbox(other, Filters()).pagination.total == 1
    restore(other, CAMPAIGN)
    assert results.inbox(other, Filters()).pagination.total == 2


def test_a_later_copy_follows_what_was_restored(both: Store, make_store: Any) -> None:
    delete(both, CAMPAIGN)
    other = make_store()
    copy(both, other)
    restore(both, CAMPAIGN)
    delete(both, OTHER)
    assert copy(both, other).is_equal
    assert contents(other, without=frozenset({"meta"})) == contents(both, without=frozenset({"meta"}))
