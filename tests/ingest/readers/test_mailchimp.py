"""Mailchimp's report on campaigns, from the columns that it exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach_results import results
from outreach_results.ingest.context import Context
from outreach_results.ingest.records import CampaignRecord, DailyRecord, Rejected, ReportedRecord
from outreach_results.models import Basis, Filters
from support.sources import AS_OF, CONTEXT, EXAMPLES, content_of, entry_of, import_file, records_of, write_rows

MAILCHIMP = entry_of("mailchimp_campaigns")
ROW = {
    "Title": "Spring",
    "Subject": "News",
    "Send Date": "Jan 07, 2026 09:00 am",
    "Total Recipients": "100",
    "Successful Deliveries": "97",
    "Soft Bounces": "2",
    "Hard Bounces": "1",
    "Total Bounces": "3",
    "Unique Opens": "40",
    "Open Rate": "41.24%",
    "Total Opens": "70",
    "Unique Clicks": "9",
    "Unsubscribes": "1",
    "Abuse Complaints": "0",
    "Unique Id": "abc",
}


@pytest.fixture
def read(tmp_path):
    return lambda *rows, **context: records_of(
        MAILCHIMP, write_rows(tmp_path / "report.csv", list(rows)), replace(CONTEXT, **context)
    )


def of_kind(kind, records):
    return [record for record in records if isinstance(record, kind)]


def test_the_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / MAILCHIMP.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced, stats.unsubscribed) == (2361, 2334, 27, 11)
    assert (stats.opened, stats.clicked) == (894, 185)
    assert (stats.replied, stats.meetings_booked) == (None, None)
    campaigns = results.campaign_totals(store, Filters())
    assert campaigns["name"].tolist() == [
        "January letter",
        "January letter, second try",
        "Open studio",
        "Price list",
        "Thank you for coming",
    ]
    assert campaigns["opened"].isna().tolist() == [False, False, False, True, False]


def test_only_the_sending_has_a_date(make_store):
    store = make_store()
    import_file(store, EXAMPLES / MAILCHIMP.example)
    days = results.daily_stats(store, Filters(basis=Basis.ACTIVITY))
    sent = days.loc[days["emails_sent"] > 0, "emails_sent"]
    assert sent.tolist() == [1204, 688, 310, 64, 95]
    assert days["opened"].dropna().sum() == 0  # no date of any open is in the file, and none is made up


def test_a_row_is_a_campaign_with_its_totals(read):
    records = read(ROW)
    [campaign] = of_kind(CampaignRecord, records)
    sent_at = datetime(2026, 1, 7, 9, tzinfo=UTC)
    assert (campaign.campaign_id, campaign.name, campaign.created_at) == ("abc", "Spring", sent_at)
    [total] = of_kind(ReportedRecord, records)
    assert (total.emails_sent, total.delivered, total.bounced, total.opened, total.clicked) == (100, 97, 3, 40, 9)
    assert (total.unsubscribed, total.replied, total.cost) == (1, None, None)
    assert (total.period_start, total.period_end, total.fetched_at) == (sent_at, AS_OF, AS_OF)
    assert of_kind(DailyRecord, records) == [DailyRecord("abc", date(2026, 1, 7), emails_sent=100)]


def test_repeated_rows_count_once(read):
    assert of_kind(ReportedRecord, read(ROW, ROW)) == of_kind(ReportedRecord, read(ROW))


@pytest.mark.parametrize(
    ("more", "delivered", "bounced"),
    [
        ({"Total Bounces": ""}, 97, 3),
        ({"Successful Deliveries": ""}, 97, 3),
        ({"Total Bounces": "", "Hard Bounces": ""}, 97, None),
        ({"Total Bounces": "", "Soft Bounces": "", "Successful Deliveries": ""}, None, None),
        ({"Successful Deliveries": "97.0", "Total Bounces": "3.0"}, 97, 3),
    ],
)
def test_what_is_missing_is_derived_or_unknown(read, more, delivered, bounced):
    [total] = of_kind(ReportedRecord, read(ROW | more))
    assert (total.delivered, total.bounced) == (delivered, bounced)


def test_without_a_title_the_subject_is_the_name(read):
    assert of_kind(CampaignRecord, read(ROW | {"Title": ""}))[0].name == "News"


def test_a_campaign_that_was_not_sent_is_left_out(read):
    draft = dict.fromkeys(ROW, "") | {"Title": "Draft", "Unique Id": "d", "Total Recipients": "0"}
    assert read(draft) == []


def test_rows_that_cannot_be_used_are_named(read):
    totals = dict.fromkeys(ROW, "") | {"Title": "Total", "Total Recipients": "100"}
    result = of_kind(Rejected, read(ROW, ROW | {"Unique Opens": "many"}, ROW | {"Send Date": "soon"}, totals))
    assert [(rejected.row, rejected.column) for rejected in result] == [
        (3, "Unique Opens"),
        (4, "Send Date"),
        (5, "Title"),
    ]


def test_a_damaged_date_spoils_no_other(read):
    assert len(of_kind(DailyRecord, read(ROW | {"Send Date": "soon"}, ROW))) == 1


def test_times_are_in_the_zone_that_a_person_chose(read):
    night = ROW | {"Send Date": "Jan 07, 2026 11:30 pm"}
    records = read(night, zone=ZoneInfo("America/New_York"))
    assert of_kind(DailyRecord, records)[0].date == date(2026, 1, 7)
    assert of_kind(ReportedRecord, records)[0].period_start == datetime(2026, 1, 8, 4, 30, tzinfo=UTC)


def test_a_decimal_comma_is_no_thousand(tmp_path):
    """As Excel saves it in Europe: 97,0 are ninety-seven, and not 970."""
    row = ROW | {"Successful Deliveries": "97,0", "Open Rate": "41,24%", "Total Recipients": "1.000"}
    path = tmp_path / "report.csv"
    path.write_text(";".join(row) + "\n" + ";".join(row.values()) + "\n", encoding="utf-8")
    [total] = of_kind(ReportedRecord, records_of(MAILCHIMP, path))
    assert (total.emails_sent, total.delivered) == (1000, 97)


def test_other_columns_and_cases_make_no_difference(tmp_path):
    other = {name.upper(): value for name, value in ROW.items()} | {"Column of mine": "x"}
    with content_of(write_rows(tmp_path / "report.csv", [other])) as content:
        assert MAILCHIMP.recognizes(content)
        result = of_kind(ReportedRecord, MAILCHIMP.records(content, CONTEXT))
    assert [total.opened for total in result] == [40]


def test_without_a_day_nothing_is_reported(tmp_path):
    result = records_of(MAILCHIMP, write_rows(tmp_path / "report.csv", [ROW]), Context())
    assert [record.column for record in result if isinstance(record, Rejected)] == ["as_of"]
    assert len(result) == 1
