"""Campaigns in the product's own CSV: what is good lands, what is not is named."""

from __future__ import annotations

import io

import pytest

from outreach_results.errors import SourceError
from outreach_results.export import CSV_COLUMNS
from outreach_results.ingest.columns import one_by_one
from outreach_results.ingest.readers.campaign_csv import REQUIRED, campaign_csv, read_rows
from outreach_results.ingest.records import CampaignRecord, EmailRecord, EventRecord, MarkRecord, Rejected, ReplyRecord
from support.databases import contents
from support.files import csv_event, csv_reply, csv_row, csv_text, load_file, write
from support.records import at

CAMPAIGN = CampaignRecord("camp_1", "First contact", "sales-outreach", at(1))


@pytest.fixture
def read(tmp_path):
    """The records of a file."""
    return lambda content: list(one_by_one(campaign_csv(write(tmp_path / "campaign.csv", content))))


@pytest.fixture
def refused(read):
    """The error for a file that cannot be used at all."""

    def refused(content):
        with pytest.raises(SourceError) as caught:
            read(content)
        assert "campaign.csv" in str(caught.value)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return refused


def rejected(records):
    return [record for record in records if isinstance(record, Rejected)]


def test_details_of_emails_and_events_are_read(read):
    """Whether they are plain, or hold what escapes a formula."""
    for subject, text in (("Hello", "Dear Ada"), ("'=Hello", "Dear\nAda" * 200)):
        sent = csv_row(step="2", variant="B", mailbox="jo@ours.example", subject=subject, text=text)
        bounced = csv_event(type="bounced", kind="hard", reason="550 unknown", source_type="hard_bounce")
        records = read(csv_text(sent, bounced))
        email = next(one for one in records if isinstance(one, EmailRecord) and one.sent_at)
        event = next(one for one in records if isinstance(one, EventRecord))
        expected = ("2", "B", "jo@ours.example", subject.removeprefix("'"), text)
        assert (email.step, email.variant, email.mailbox, email.subject, email.text) == expected
        assert (event.kind, event.reason, event.source_type) == ("hard", "550 unknown", "hard_bounce")


def test_a_row_a_thing_that_happened(read):
    costs = {"cost_ai_generation_usd": "0.001", "cost_lead_enrichment_usd": "0.002"}
    assert read(csv_text(csv_row(**costs), csv_event(recipient=""), csv_reply())) == [
        CAMPAIGN,
        EmailRecord("camp_1", "e1", "ada@prospect.example", None, None, at(5), 1_000, 2_000, 0),
        EventRecord("camp_1", "v1", "e1", "opened", at(6), False, None),
        ReplyRecord(
            *("camp_1", "r1", "e1", "ada@prospect.example", None, None, "neutral", "Tell me more", None),
            at(7),
        ),
    ]


def test_event_gives_its_email_the_recipient(read):
    assert EmailRecord("camp_1", "e1", "ada@prospect.example") in read(csv_text(csv_event()))


def test_a_reply_without_a_sentiment_is_only_the_event(read):
    records = read(csv_text(csv_reply(sentiment="", recipient="")))
    assert records == [CAMPAIGN, EventRecord("camp_1", "r1", "e1", "replied", at(7))]


def test_a_header_alone_is_reported_as_no_rows(refused):
    assert refused(csv_text()) == (
        "campaign.csv has a header and no rows. Nothing was imported; choose a longer period in the export."
    )
    assert refused(csv_text() + "\r\n\r\n").startswith("campaign.csv has a header and no rows.")


def test_an_export_of_a_server_may_have_no_rows():
    assert list(read_rows(io.StringIO(",".join(CSV_COLUMNS)), "export")) == []


def test_duplicate_header_is_refused(refused):
    header, row = ",".join(REQUIRED), ",".join("x" for _ in REQUIRED)
    message = refused(f"{header},recipient,recipient\n{row},a,b\n")
    assert message.startswith(
        "The header of campaign.csv has the column 'recipient' more than once. Nothing was imported"
    )


def test_columns_without_a_name_may_repeat(read):
    cells = "c1,2026-01-01T12:00:00Z,e1,sent,2026-01-05T12:00:00Z"
    assert len(read(f"{','.join(REQUIRED)},,\n{cells},,\n")) == 2


@pytest.mark.parametrize("name", ["campaign_id", "email_id", "event_id"])
@pytest.mark.parametrize("value", ["a\nb", ".."])
def test_an_id_nobody_could_open_is_rejected(read, name, value):
    good, bad = csv_event("v0"), csv_event(**{name: value})
    assert [row.column for row in rejected(read(csv_text(good, bad)))] == [name]


def test_a_mark_stands_in_the_row_of_its_reply(read):
    marked = csv_reply(corrected_sentiment="positive", marked_by="grace", marked_at="2026-01-08T12:00:00Z")
    assert read(csv_text(marked))[-1] == MarkRecord("camp_1", "r1", "positive", None, "grace", at(8))


def test_an_e_mail_that_was_not_sent_yet_has_no_type(read):
    assert read(csv_text(csv_row(type="", occurred_at="")))[-1] == EmailRecord("camp_1", "e1", "ada@prospect.example")


def test_a_row_may_only_describe_the_campaign(read):
    assert read(csv_text(csv_row(email_id="", type="", occurred_at=""))) == [CAMPAIGN]


def test_columns_are_found_by_name(read):
    text = csv_text(csv_row(), csv_event(recipient=""), columns=(*REQUIRED[::-1], "event_id"))
    assert read(text) == [
        CampaignRecord("camp_1", "camp_1", None, at(1)),
        EmailRecord("camp_1", "e1", sent_at=at(5)),
        EventRecord("camp_1", "v1", "e1", "opened", at(6)),
    ]


def test_columns_of_somebody_else_are_ignored(read):
    text = csv_text(csv_row(notes="call her"), columns=(*CSV_COLUMNS, "notes"))
    assert read(text) == read(csv_text(csv_row()))


def test_a_file_may_hold_several_campaigns(read):
    records = read(csv_text(csv_row(), csv_row(campaign_id="camp_2"), csv_row(email_id="e2")))
    assert [record.campaign_id for record in records if isinstance(record, CampaignRecord)] == ["camp_1", "camp_2"]


def test_a_file_saved_by_a_spreadsheet_is_read_as_well(read):
    text = csv_text(csv_event(is_machine="TRUE", recipient="")).replace("\r\n", "\n")
    blank_rows = text + "\n\n"
    assert read(b"\xef\xbb\xbf" + blank_rows.encode())[-1].is_machine is True


def test_line_breaks_and_quotes_within_a_cell_stay(read):
    body = 'She said "yes",\r\nthen\nleft;\tall good'
    assert read(csv_text(csv_reply(body=body)))[-1].body == body


def test_formula_apostrophe_is_removed(read):
    name = read(csv_text(csv_row(name="'=1+1", company="'t Hooft")))[-1]
    assert (name.name, name.company) == ("=1+1", "'t Hooft")


# --- rows that cannot be used ------------------------------------------------------------------------------------

LONG = "x" * 1_000_000
BAD_ROWS = [
    (csv_row(email_id=LONG), "email_id", "1,000,000 characters; 200 are allowed"),
    (csv_row(email_id="", type="sent"), "email_id", "a value is required"),
    (csv_row(email_id="bad", occurred_at="2026-01-05"), "occurred_at", "names no time zone"),
    (csv_row(email_id="bad", occurred_at="5 Jan 2026"), "occurred_at", "'5 Jan 2026' isn't a valid date and time"),
    (csv_row(email_id="bad", occurred_at=""), "occurred_at", "'' isn't a valid date and time"),
    (csv_row(email_id="bad", cost_email_sending_usd="-1"), "cost_email_sending_usd", "below zero is not allowed"),
    (csv_row(email_id="bad", cost_email_sending_usd="1e999999"), "cost_email_sending_usd", "isn't an amount"),
    (csv_row(email_id="bad", type="", cost_email_sending_usd="1"), "sent_at", "needs the time at which it was sent"),
    (csv_event(type="exploded", recipient=""), "type", "'exploded' is not one of sent, delivered"),
    (csv_event(event_id="", recipient=""), "event_id", "a value is required"),
    (csv_event(is_machine="perhaps", recipient=""), "is_machine", "'perhaps' is neither true nor false"),
    (csv_reply(sentiment="angry"), "sentiment", "'angry' is not one of positive"),
    (csv_reply(event_id=""), "event_id", "a value is required"),
    (csv_row(campaign_id=""), "campaign_id", "a value is required"),
    (csv_row(campaign_id="c2", campaign_created_at="?"), "campaign_created_at", "'?' isn't a valid date and time"),
]


@pytest.mark.parametrize(("row", "column", "reason"), BAD_ROWS)
def test_bad_row_is_named_and_others_are_imported(read, row, column, reason):
    records = read(csv_text(csv_row(), row, csv_row(email_id="e2")))
    [result] = rejected(records)
    assert (result.source, result.row, result.column) == ("campaign.csv", 3, column)
    assert reason in result.reason
    assert [record for record in records if record is not result] == read(csv_text(csv_row(), csv_row(email_id="e2")))


@pytest.mark.parametrize("cells", [1, len(CSV_COLUMNS) - 1, len(CSV_COLUMNS) + 1])
def test_a_row_of_another_width_is_named(read, cells):
    records = read(csv_text(csv_row()) + "," * (cells - 1) + "x\r\n" + csv_text(csv_row(email_id="e2")).split("\n")[1])
    [result] = rejected(records)
    assert (result.row, result.column) == (3, "row")
    assert result.reason == f"it has {cells} cells, the header has {len(CSV_COLUMNS)}"
    assert [record for record in records if record is not result] == read(csv_text(csv_row(), csv_row(email_id="e2")))


def test_rows_are_counted_as_a_spreadsheet_shows_them(read):
    bad = csv_event(type="exploded", recipient="")
    text = csv_text(csv_reply(body="three\nlines\nlong"), bad)
    assert rejected(read(text))[0].row == 3


def test_half_a_surrogate_pair_changes_nothing(sqlite_store, tmp_path):
    with pytest.raises(SourceError, match=r"half\.csv is not in UTF-8\. Nothing was imported"):
        load_file(sqlite_store, write(tmp_path / "half.csv", csv_text(csv_row(), csv_row(name="half \ud83d"))))
    assert not any(contents(sqlite_store).values())


# --- files that cannot be used -----------------------------------------------------------------------------------


@pytest.mark.parametrize("column", REQUIRED)
def test_a_missing_column_is_named(refused, column):
    columns = tuple(name for name in CSV_COLUMNS if name != column)
    assert f"it has no column {column}. Nothing was imported." in refused(csv_text(csv_row(), columns=columns))


def test_a_file_without_a_header_is_no_export(refused):
    assert "it has no column campaign_id, campaign_created_at" in refused("")
    assert "it has no column campaign_id, campaign_created_at" in refused("1,2,3\r\n4,5,6\r\n")


def test_other_encoding_says_how_to_save_the_file(refused):
    latin = csv_text(csv_row(name="Zoë")).encode("latin-1")
    assert "is not in UTF-8. Nothing was imported; save it as 'CSV UTF-8' and try again." in refused(latin)


def test_a_file_with_nul_characters_is_no_text(refused):
    assert "isn't a text file: it holds NUL characters" in refused(csv_text(csv_row(name="a\x00b")))


def test_file_cut_short_in_quotes_changes_nothing(sqlite_store, tmp_path):
    whole = csv_text(csv_row(), csv_reply(body="a long body\n" * 50))
    with pytest.raises(
        SourceError, match=r"cut\.csv ends within a quoted cell that begins in row 3.+ Nothing was imported"
    ):
        load_file(sqlite_store, write(tmp_path / "cut.csv", whole[:-100]))
    assert not any(contents(sqlite_store).values())


def test_a_file_cut_short_within_a_row_says_which(read):
    [*_, result] = read(csv_text(csv_row(), csv_row(email_id="e2"))[:-30])
    assert (result.row, result.column) == (3, "row")


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(SourceError, match=r"missing\.csv cannot be read: No such file or directory"):
        list(campaign_csv(tmp_path / "missing.csv"))
