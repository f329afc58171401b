"""Klaviyo's reports on campaigns, from the columns that it exports."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.records import CampaignRecord, DailyRecord, Rejected, ReportedRecord
from outreach_results.models import Filters
from support.sources import CONTEXT, EXAMPLES, content_of, entry_of, import_file, records_of, write_rows

NEWER, OLDER = entry_of("klaviyo_campaigns"), entry_of("klaviyo_campaigns_older")
NEW = {
    "Name": "Spring",
    "Subject": "News",
    "Sent On": "2026-01-07 11:30 PM",
    "Sent On (UTC)": "2026-01-08 4:30 AM",
    "Sent To": "All",
    "Sent": "100",
    "Bounces": "3",
    "Delivered": "97",
    "Delivery Rate": "0.97",
    "Unique Opens": "40",
    "Open Rate": "0.45",
    "Unique Clicks": "9",
    "CTR": "0.09",
    "Opt Outs": "1",
    "Spam Complaints": "0",
    "Tags": "",
}
OLD = {
    "Campaign Name": "Spring",
    "Tags": "",
    "Subject": "News",
    "List": "All",
    "Send Time": "2026-01-07 09:00:00",
    "Total Recipients": "64517.0",
    "Unique Opens": "45587.0",
    "Open Rate": "70.80%",
    "Unique Clicks": "264.0",
    "Unsubscribes": "170.0",
    "Successful Deliveries": "64386.0",
    "Bounces": "131.0",
    "Campaign ID": "01K",
    "Campaign Channel": "Email",
}


@pytest.fixture
def read(tmp_path):
    def read(entry, *rows):
        return records_of(entry, write_rows(tmp_path / "report.csv", list(rows)))

    return read


def of_kind(kind, records):
    return [record for record in records if isinstance(record, kind)]


def test_the_newer_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / NEWER.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.opened) == (4293, 4267, 1928)
    assert (stats.bounced, stats.clicked, stats.unsubscribed) == (24, 339, 24)
    campaigns = results.campaign_totals(store, Filters())
    assert campaigns["name"].tolist() == [
        "Winter sale",
        "Monthly letter",
        "New glazes",
        "Kiln repair",
        "A question about your order",
    ]
    assert campaigns["emails_sent"].tolist() == [1500, 1292, 820, 640, 41]
    assert campaigns["bounced"].isna().tolist() == [False, False, False, True, False]


def test_the_older_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / OLDER.example)
    per_campaign = results.campaign_totals(store, Filters())
    assert sorted(per_campaign["emails_sent"]) == [12, 41, 3910, 8120, 64517]
    assert per_campaign["name"].tolist().count("New glazes") == 2
    assert "Kiln repair" not in set(per_campaign["name"])


@pytest.mark.parametrize(("entry", "row", "other"), [(NEWER, NEW, OLDER), (OLDER, OLD, NEWER)])
def test_the_two_reports_are_distinct(tmp_path, entry, row, other):
    with content_of(write_rows(tmp_path / "report.csv", [row | {"Column of mine": ""}])) as content:
        assert (entry.recognizes(content), other.recognizes(content)) == (True, False)


def test_counts_have_points_and_rates_are_not_read(read):
    [total] = of_kind(ReportedRecord, read(OLDER, OLD | {"Open Rate": "perhaps"}))
    assert (total.emails_sent, total.delivered, total.bounced) == (64517, 64386, 131)
    assert (total.opened, total.clicked, total.unsubscribed) == (45587, 264, 170)
    assert (total.replied, total.meetings_booked, total.cost) == (None, None, None)


def test_the_time_in_utc_counts(read):
    records = read(NEWER, NEW)
    assert of_kind(ReportedRecord, records)[0].period_start == datetime(2026, 1, 8, 4, 30, tzinfo=UTC)
    assert of_kind(DailyRecord, records)[0].date == date(2026, 1, 8)
    without = read(NEWER, NEW | {"Sent On (UTC)": ""})
    assert of_kind(DailyRecord, without)[0].date == date(2026, 1, 7)


def test_sendings_of_one_name_are_one_campaign(read):
    later = NEW | {"Sent On (UTC)": "2026-01-15 4:30 AM", "Sent": "50", "Delivered": "50", "Unique Opens": ""}
    records = read(NEWER, later, NEW, later)
    [total] = of_kind(ReportedRecord, records)
    assert (total.emails_sent, total.delivered, total.opened) == (150, 147, None)
    assert {(day.date.day, day.emails_sent) for day in of_kind(DailyRecord, records)} == {(8, 100), (15, 50)}


@pytest.mark.parametrize(("channel", "number"), [("Email", 1), ("EMAIL", 1), ("", 1), ("SMS", 0), ("Push", 0)])
def test_only_emails_are_counted(read, channel, number):
    assert len(of_kind(ReportedRecord, read(OLDER, OLD | {"Campaign Channel": channel}))) == number


def test_the_id_distinguishes_campaigns_of_one_name(read):
    result = of_kind(CampaignRecord, read(OLDER, OLD, OLD | {"Campaign ID": "01L"}))
    assert [(campaign.campaign_id, campaign.name) for campaign in result] == [("01K", "Spring"), ("01L", "Spring")]


def test_drafts_and_empty_rows_are_left_out(read):
    draft = dict.fromkeys(NEW, "") | {"Name": "Draft"}
    assert read(NEWER, draft, dict.fromkeys(NEW, "")) == []


def test_a_sheet_of_objects_is_read_too(tmp_path):
    """The same report from a program: numbers as such, and null where nothing is known."""
    row = NEW | {"Sent": 100, "Delivered": 97.0, "Bounces": None, "Unique Opens": 40}
    with content_of(write_rows(tmp_path / "report.json", [row, dict.fromkeys(NEW)])) as content:
        [total] = of_kind(ReportedRecord, NEWER.records(content, CONTEXT))
    assert (total.emails_sent, total.delivered, total.bounced, total.opened) == (100, 97, None, 40)


def test_rows_that_cannot_be_used_are_named(read):
    total = dict.fromkeys(OLD, "") | {"Campaign Name": "Total", "Total Recipients": "9"}
    result = of_kind(Rejected, read(OLDER, OLD | {"Total Recipients": "-3"}, total))
    assert [(rejected.column, rejected.reason) for rejected in result] == [
        ("Total Recipients", "'-3' isn't a count: a whole number from 0 is needed"),
        ("Campaign Name", "a row of totals, which is left out"),
    ]
