"""Woodpecker's reports, from the fields that its API documents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.records import CampaignRecord, DailyRecord, Rejected, ReportedRecord
from outreach_results.models import Filters
from support.sources import AS_OF, CONTEXT, EXAMPLES, entry_of, import_file, records_of, write_rows

CAMPAIGNS, DAYS = entry_of("woodpecker_campaigns"), entry_of("woodpecker_daily")
STEP = {
    "campaign_id": 7,
    "campaign": "Joiners",
    "step": 1,
    "version": "A",
    "sent": 100,
    "bounced": 4,
    "opened": 50,
    "clicked": 5,
    "opt_out": 1,
    "delivered": 96,
    "responded": 8,
    "interested_yes": 3,
    "interested_maybe": 1,
    "interested_no": 2,
}
DAY = {
    "campaign_id": 7,
    "campaign": "Joiners",
    "sent_date": "2026-01-05",
    "mailbox": "mara@sender.example",
    "step_number": 1,
    "version": "A",
    "sent": 20,
    "delivered": 19,
    "opened": 9,
    "open_rate": "47.4%",
}


@pytest.fixture
def read(tmp_path):
    def of(entry, *rows, name="rows.json", **context):
        result = records_of(entry, write_rows(tmp_path / name, list(rows)), replace(CONTEXT, **context))
        return [record for record in result if not isinstance(record, CampaignRecord)]

    return of


def test_the_campaigns_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / CAMPAIGNS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (521, 505, 16)
    assert (stats.opened, stats.clicked, stats.replied, stats.unsubscribed) == (230, 22, 26, 4)
    assert stats.meetings_booked is None


def test_steps_and_versions_are_added_up_once_each(read):
    other = STEP | {"version": "B", "sent": "50.0", "opened": "10"}
    [total] = read(CAMPAIGNS, STEP, other, STEP)
    assert isinstance(total, ReportedRecord)
    assert (total.emails_sent, total.opened, total.campaign_id) == (150, 60, "7")
    assert total.fetched_at == AS_OF


def test_what_one_step_does_not_say_is_unknown(read):
    [total] = read(CAMPAIGNS, STEP, STEP | {"step": 2, "clicked": None})
    assert (total.clicked, total.replied) == (None, 16)


def test_delivered_is_what_did_not_bounce(read):
    [total] = read(CAMPAIGNS, STEP | {"delivered": None})
    assert total.delivered == 96


@pytest.mark.parametrize(("states", "number"), [((), None), (("interested",), 3), (("Interested", "maybe"), 4)])
def test_interest_is_a_meeting_if_chosen(read, states, number):
    [total] = read(CAMPAIGNS, STEP, meetings=frozenset(states))
    assert total.meetings_booked == number


def test_the_report_by_mailbox_is_read_with_its_period(tmp_path):
    """The other report, in which the API counts prospects by mailbox, inside the object that it answers with."""
    row = {
        "id": 9,
        "name": "Glaziers",
        "status": "RUNNING",
        "sent_from": "mara@sender.example",
        "contacted_prospects": 100,
        "bounced": 9,
        "bounced_rate": "9%",
        "opened": 50,
        "clicked": 0,
        "opt_out": 0,
        "delivered": 91,
        "responded": 45,
        "interested": 38,
    }
    description = "General_statistics_per_campaign_2026-01-01-2026-01-30"
    rows = [row, row | {"sent_from": "jon@sender.example", "contacted_prospects": "20"}]
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"status": "READY", "report": {"description": description, "data": rows}}))
    campaign, total = records_of(CAMPAIGNS, path)
    assert isinstance(campaign, CampaignRecord)
    assert isinstance(total, ReportedRecord)
    assert (campaign.name, total.emails_sent, total.replied) == ("Glaziers", 120, 90)
    assert (total.period_start, total.period_end) == (datetime(2026, 1, 1, tzinfo=UTC), AS_OF)


def test_the_days_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / DAYS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.opened) == (178, 175, 71)
    assert (stats.bounced, stats.replied) == (None, None)


def test_mailboxes_of_a_day_are_added_up_once_each(read):
    other = DAY | {"mailbox": "jon@sender.example", "sent": "5", "opened": "1"}
    [day] = read(DAYS, DAY, other, DAY)
    assert isinstance(day, DailyRecord)
    assert (day.date, day.emails_sent, day.opened, day.replied) == (date(2026, 1, 5), 25, 10, None)


def test_reports_saved_as_tables_are_read_too(read):
    assert len(read(DAYS, DAY, name="days.csv")) == 1
    assert len(read(CAMPAIGNS, STEP, name="campaigns.csv")) == 1


def test_rows_without_a_day_are_named(read):
    [problem] = read(DAYS, DAY | {"sent_date": None})
    assert isinstance(problem, Rejected)
    assert problem[1:4] == (1, "sent_date", "a date is required")
