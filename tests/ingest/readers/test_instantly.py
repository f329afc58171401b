"""Instantly's analytics, from the fields that its API v2 documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from outreach_results import results
from outreach_results.ingest.records import DailyRecord, Rejected, ReportedRecord
from outreach_results.models import Filters
from support.sources import AS_OF, CONTEXT, EXAMPLES, content_of, entry_of, import_file, records_of, write_rows

DAYS, CAMPAIGNS = entry_of("instantly_daily"), entry_of("instantly_campaigns")
DAY = {
    "date": "2026-01-05",
    "sent": 40,
    "opened": 30,
    "unique_opened": 20,
    "replies": 5,
    "unique_replies": 3,
    "clicks": 9,
    "unique_clicks": 4,
    "opportunities": 2,
    "unique_opportunities": 2,
}
CAMPAIGN = {
    "campaign_id": "c1",
    "campaign_name": "Bakeries",
    "emails_sent_count": 100,
    "bounced_count": 4,
    "unsubscribed_count": 1,
    "open_count": 90,
    "open_count_unique": 40,
    "open_count_unique_by_step": 60,
    "reply_count": 9,
    "reply_count_unique": 7,
    "reply_count_unique_by_step": 8,
    "link_click_count": 12,
    "total_opportunities": 5,
}


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


@pytest.fixture
def days(tmp_path):
    def read(*rows, **context):
        result = records_of(DAYS, write_rows(tmp_path / "days.json", list(rows)), replace(CONTEXT, **context))
        return [record for record in result if isinstance(record, DailyRecord)]

    return read


@pytest.fixture
def campaigns(tmp_path):
    def read(*rows, **context):
        result = records_of(CAMPAIGNS, write_rows(tmp_path / "c.json", list(rows)), replace(CONTEXT, **context))
        assert [record for record in result if isinstance(record, Rejected)] == []
        return [record for record in result if isinstance(record, ReportedRecord)]

    return read


# --- days --------------------------------------------------------------------------------------------------------


def test_the_days_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / DAYS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.opened, stats.replied, stats.clicked) == (341, 172, 18, 20)
    assert (stats.delivered, stats.bounced, stats.unsubscribed) == (None, None, None)
    assert len(results.daily_stats(store, Filters())) == 12


def test_unique_counts_are_taken_and_repeats_left_out(days):
    [day] = days(DAY)
    assert (day.date, day.emails_sent) == (date(2026, 1, 5), 40)
    assert (day.opened, day.clicked, day.replied) == (20, 4, 3)
    assert (day.delivered, day.bounced, day.meetings_booked, day.cost) == (None, None, None, None)


def test_what_a_day_does_not_say_is_unknown(days):
    [day] = days(DAY | {"unique_opened": None, "unique_clicks": ""})
    assert (day.opened, day.clicked) == (None, None)


def test_opportunities_are_meetings_if_chosen(days):
    [day] = days(DAY, meetings=frozenset({"Opportunity"}))
    assert day.meetings_booked == 2


def test_days_saved_as_a_table_are_recognized(tmp_path):
    with content_of(write_rows(tmp_path / "days.csv", [DAY | {"note": "mine"}])) as content:
        assert DAYS.recognizes(content)


# --- campaigns ---------------------------------------------------------------------------------------------------


def test_the_campaigns_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / CAMPAIGNS.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.bounced, stats.delivered) == (855, 16, 839)
    assert (stats.opened, stats.clicked, stats.replied) == (268, 17, 33)
    assert (stats.unsubscribed, stats.meetings_booked) == (5, 4)


def test_opens_are_counted_by_step_else_by_lead(campaigns):
    [by_step] = campaigns(CAMPAIGN)
    [by_lead] = campaigns(without(CAMPAIGN, "open_count_unique_by_step", "reply_count_unique_by_step"))
    [older] = campaigns(without(CAMPAIGN, *(name for name in CAMPAIGN if "unique" in name)))
    assert [(total.opened, total.replied) for total in (by_step, by_lead, older)] == [(60, 8), (40, 7), (90, 9)]


def test_steps_may_be_listed(campaigns):
    [total] = campaigns(CAMPAIGN | {"open_count_unique_by_step": [30, "20", None]})
    assert total.opened == 50


def test_clicks_with_repeats_are_unknown(campaigns):
    assert campaigns(CAMPAIGN)[0].clicked is None


def test_meetings_are_known_where_the_answer_has_them(campaigns):
    [unknown], [known] = campaigns(CAMPAIGN), campaigns(CAMPAIGN | {"total_meeting_booked": "2"})
    [chosen] = campaigns(CAMPAIGN, meetings=frozenset({"opportunities"}))
    assert [total.meetings_booked for total in (unknown, known, chosen)] == [None, 2, 5]


def test_delivered_needs_bounces(campaigns):
    [total] = campaigns(CAMPAIGN | {"bounced_count": None})
    assert (total.emails_sent, total.delivered) == (100, None)


def test_totals_are_of_the_day_that_was_entered(campaigns):
    [total] = campaigns(CAMPAIGN)
    assert total.fetched_at == AS_OF
