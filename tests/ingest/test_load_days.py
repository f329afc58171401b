"""What a load does to a campaign that is known by its days only, on every kind of database."""

from __future__ import annotations

from datetime import date

import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, ReportedRecord
from outreach_results.models import Filters
from outreach_results.store import schema
from support.databases import stored_rows
from support.records import EVERY_KIND, at, campaign, email, event, reply
from support.recount import days_of, stored_days

DAILY = campaign(detail="daily")
DAYS = [
    DailyRecord("camp_1", date(2026, 1, 5), emails_sent=10, opened=4, replied=1, cost=900),
    DailyRecord("camp_1", date(2026, 1, 6), emails_sent=20, opened=5, replied=None, cost=None),
]
REPORTED = ReportedRecord(
    *("camp_1", at(5), at(6), 30, 27, 3, 8, 2, 2, 1, 0),
    *(100, 200, None, 1_700, at(9)),
)


def test_days_keep_what_is_not_known_as_unknown(store):
    report = load(store, "sync", [DAILY, *DAYS])
    assert report.inserted["days"] == 2
    day = stored_days(store)["camp_1", "activity", date(2026, 1, 6)]
    assert (day["emails_sent"], day["replied"], day["delivered"], day["cost"]) == (20, -1, -1, -1)
    stats = results.campaign_stats(store, "camp_1")
    assert (stats.stats.emails_sent, stats.stats.opened, stats.stats.replied) == (30, 9, None)
    assert (stats.stats.delivered, stats.rates.open_rate, stats.costs.total_byok_usd) == (None, None, None)


def test_daily_campaign_on_send_basis_knows_only_sent(store):
    load(store, "sync", [DAILY, *DAYS])
    day = stored_days(store)["camp_1", "send", date(2026, 1, 5)]
    assert (day["emails_sent"], day["cost"], day["opened"]) == (10, 900, -1)


def test_daily_campaign_uses_reported_totals(store):
    load(store, "sync", [DAILY, *DAYS, REPORTED])
    stats = results.campaign_stats(store, "camp_1")
    assert (stats.stats.delivered, stats.stats.opened, stats.rates.delivery_rate) == (27, 8, 0.9)
    assert (stats.costs.total_byok_usd, stats.costs.breakdown.email_sending) == (0.0017, None)
    in_a_period = results.campaign_stats(store, "camp_1", Filters(start=date(2026, 1, 5)))
    assert (in_a_period.stats.delivered, in_a_period.stats.opened) == (None, 9)


def test_days_of_a_later_answer_replace_earlier_ones(store):
    load(store, "sync", [DAILY, *DAYS, REPORTED])
    load(store, "sync", [DAILY, DAYS[0]._replace(opened=6), REPORTED._replace(opened=6)], replace=True)
    assert {
        day: numbers["opened"] for (_, basis, day), numbers in stored_days(store).items() if basis == "activity"
    } == {date(2026, 1, 5): 6}
    assert stored_rows(store, schema.reported_stats, "opened") == [(6,)]


def test_last_row_of_a_repeated_day_counts(store):
    load(store, "file", [DAILY, DAYS[0], DAYS[0]._replace(opened=7)])
    assert stored_days(store)["camp_1", "activity", date(2026, 1, 5)]["opened"] == 7


@pytest.mark.parametrize("order", [1, -1])
def test_two_files_of_days_are_merged(store, order):
    first, second = [DAYS[0]], [DAYS[0]._replace(opened=3, delivered=9), DAYS[1]]
    reports = [load(store, "f", [DAILY, *days]) for days in [first, second][::order]]
    days = {day: numbers for (_, basis, day), numbers in stored_days(store).items() if basis == "activity"}
    assert [(days[day]["opened"], days[day]["delivered"]) for day in sorted(days)] == [(4, 9), (5, -1)]
    assert [note for report in reports for note in report.notes] == [
        "There are two different totals of 'camp_1' on 2026-01-05: of each number the larger one was kept."
    ]
    again = load(store, "f", [DAILY, *second[1:]])
    assert (again.inserted["days"], again.duplicate["days"], again.notes) == (0, 1, [])


def test_days_that_events_make_needless_are_mentioned(store):
    load(store, "f", EVERY_KIND)
    assert load(store, "f", [DAILY, *DAYS]).notes == [
        "The daily totals of 'camp_1' were left out: its days are counted from its events."
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_a_description_replaces_a_guess(store, order):
    guess = campaign(name="camp_1", mcp=None, created_at=at(1), detail="daily")
    for one in [guess, campaign(name="Alpha", created_at=at(3))][::order]:
        load(store, "f", [one])
    assert stored_rows(store, schema.campaigns, "name", "created_at", "created_on") == [("Alpha", at(3), at(3).date())]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_reports_the_later_one_stays(store, order):
    later = REPORTED._replace(opened=6, fetched_at=at(10))
    for one in [REPORTED, later][::order]:
        load(store, "f", [DAILY, one])
    assert stored_rows(store, schema.reported_stats, "opened") == [(6,)]


def test_replies_do_not_push_the_days_aside(store):
    load(store, "sync", [DAILY, *DAYS])
    before = stored_days(store)
    load(store, "sync", [DAILY, reply(), reply("r2", email_id=None), event("opened", email_id="e7")])
    assert stored_days(store) == before


@pytest.mark.parametrize("again", [False, True])
def test_when_events_arrive_they_become_the_truth(store, again):
    load(store, "sync", [DAILY, *DAYS, REPORTED])
    load(store, "file", EVERY_KIND)
    if again:
        load(store, "sync", [DAILY, *DAYS, REPORTED])
    assert results.campaign(store, "camp_1").detail == "events"
    assert stored_days(store) == days_of(EVERY_KIND)
    assert results.campaign_stats(store, "camp_1").stats.emails_sent == 2


def test_early_events_count_once_detail_is_events(store):
    load(store, "sync", [DAILY, *DAYS, email(), event("opened")])
    load(store, "file", [campaign()])
    assert stored_days(store) == days_of([email(), event("opened")])


def test_days_and_events_mix_in_one_load(store):
    load(store, "f", [DAILY, *DAYS, campaign("camp_2"), email(of="camp_2"), event("opened", of="camp_2")])
    assert {name for name, _, _ in stored_days(store)} == {"camp_1", "camp_2"}
    assert results.totals(store, Filters()).stats.emails_sent == 31
    assert results.totals(store, Filters()).tracked["delivered"].campaigns == 1
