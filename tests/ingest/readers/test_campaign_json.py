"""Campaigns in the product's own JSON: what is good lands, what is not is named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from outreach_results.errors import SourceError
from outreach_results.ingest.readers.campaign_json import campaign_json
from outreach_results.ingest.records import (
    CampaignRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    MarkRecord,
    Notice,
    Rejected,
    ReplyRecord,
    ReportedRecord,
)
from support.databases import contents
from support.files import json_document, json_email, json_event, json_reply, load_file, write
from support.records import at


@pytest.fixture
def read(tmp_path):
    """The records of a document."""
    return lambda document: list(campaign_json(write(tmp_path / "campaign.json", document)))


@pytest.fixture
def refused(read):
    """The error for a document that cannot be used at all."""

    def refused(document):
        with pytest.raises(SourceError) as caught:
            read(document)
        assert "campaign.json" in str(caught.value)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return refused


def rejected(records):
    return [record for record in records if isinstance(record, Rejected)]


def test_a_document_becomes_records(read):
    assert read(json_document()) == [
        CampaignRecord("camp_1", "First contact", "sales-outreach", at(1), "events"),
        EmailRecord("camp_1", "e1", "ada@prospect.example", "Ada", "Prospect", at(5), 1_000, 2_000, 300),
        EventRecord("camp_1", "v1", "e1", "opened", at(6), False, None),
        ReplyRecord(
            *("camp_1", "r1", "e1", "ada@prospect.example", "Ada", "Prospect", "neutral"),
            *("Tell me more", "Tell me more, please.", at(7)),
        ),
    ]


def test_what_may_be_missing_may_be_missing(read):
    document = {
        "campaign": {"id": "c", "created_at": "2026-01-01T12:00:00Z"},
        "emails": [{"id": "e"}],
        "events": [{"id": "v", "email_id": "e", "type": "opened", "occurred_at": "2026-01-06T12:00:00Z"}],
        "replies": [{"id": "r", "sentiment": "neutral", "received_at": "2026-01-07T12:00:00Z"}],
    }
    assert read(document) == [
        CampaignRecord("c", "c", None, at(1)),
        EmailRecord("c", "e"),
        EventRecord("c", "v", "e", "opened", at(6)),
        ReplyRecord("c", "r", None, None, None, None, "neutral", "", None, at(7)),
    ]


def test_the_mark_of_a_reply_is_a_record_of_its_own(read):
    mark = {"sentiment": "positive", "handled_at": None, "by": "grace", "at": "2026-01-08T12:00:00Z"}
    records = read(json_document(replies=[json_reply(mark=mark)]))
    assert records[-1] == MarkRecord("camp_1", "r1", "positive", None, "grace", at(8), "grace", at(8))


def test_daily_totals_keep_what_is_not_known(read):
    document = json_document(
        campaign={"id": "c", "created_at": "2026-01-01T12:00:00Z", "detail": "daily"},
        daily=[{"date": "2026-01-05", "emails_sent": 9, "opened": 0, "cost_usd": 0.09}],
        reported={"emails_sent": 9, "cost_usd": 0, "fetched_at": "2026-01-08T12:00:00Z"},
    )
    records = read(document)
    assert records[0].detail == "daily"
    assert records[-2] == DailyRecord("c", date(2026, 1, 5), emails_sent=9, opened=0, cost=90_000)
    assert isinstance(records[-1], ReportedRecord)
    assert (records[-1].emails_sent, records[-1].delivered, records[-1].cost) == (9, None, 0)
    assert records[-1].cost_ai_generation is None
    assert records[-1].fetched_at == datetime(2026, 1, 8, 12, tzinfo=UTC)


def test_fields_of_a_later_version_are_ignored(read):
    later = json_document(emails=[json_email(color="blue")], moods=[{"id": 1}], weather="fine")
    *records, notice = read(later)
    assert records == read(json_document())
    assert notice == Notice(
        "campaign.json has sections that this version does not know and left out: 'moods', 'weather'. "
        "Known are meta, campaign, emails, events, replies, contacts, daily, reported."
    )


def test_windows_byte_order_mark_is_accepted(read):
    text = json.dumps(json_document())
    assert read(b"\xef\xbb\xbf" + text.encode()) == read(text)


def test_a_section_that_is_null_is_as_good_as_left_out(read):
    assert len(read(json.dumps(json_document() | {"events": None}))) == 3


# --- rows that cannot be used ------------------------------------------------------------------------------------

BAD_EMAILS: list[tuple[dict[str, Any], str, str]] = [
    ({"id": None}, "id", "a value is required"),
    ({"id": 7}, "id", "7 isn't text"),
    ({"id": "x" * 1_000_000}, "id", "1,000,000 characters; 200 are allowed"),
    ({"recipient": ["a"]}, "recipient", "isn't text"),
    ({"name": "a\x00b"}, "name", "holds a NUL character"),
    ({"sent_at": "2026-01-05"}, "sent_at", "names no time zone"),
    ({"sent_at": "2026-01-05T12:00:00"}, "sent_at", "names no time zone"),
    ({"sent_at": "soon"}, "sent_at", "isn't a valid date and time"),
    ({"costs_usd": 5}, "costs_usd", "an object with a cost for each component is required"),
    ({"costs_usd": {"ai_generation": -0.01}}, "costs_usd.ai_generation", "a cost below zero is not allowed"),
    ({"costs_usd": {"email_sending": "a lot"}}, "costs_usd.email_sending", "'a lot' isn't an amount in dollars"),
    ({"sent_at": None}, "sent_at", "needs the time at which it was sent"),
]
BAD_EVENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"email_id": None}, "email_id", "a value is required"),
    ({"type": "exploded"}, "type", "'exploded' is not one of sent, delivered"),
    ({"type": []}, "type", "[] is not one of sent, delivered"),
    ({"occurred_at": None}, "occurred_at", "None isn't a valid date and time"),
    ({"is_machine": "perhaps"}, "is_machine", "'perhaps' is neither true nor false"),
    ({"url": "x" * 3_000}, "url", "2,000 are allowed"),
]
BAD_REPLIES: list[tuple[dict[str, Any], str, str]] = [
    ({"sentiment": "angry"}, "sentiment", "'angry' is not one of positive"),
    ({"sentiment": {}}, "sentiment", "{} is not one of positive"),
    ({"received_at": 1769869380}, "received_at", "isn't a valid date and time"),
    ({"body": "x" * 1_000_001}, "body", "1,000,000 are allowed"),
]
BAD_ROWS = [
    *(("emails", json_email("bad", **change), *reason) for change, *reason in BAD_EMAILS),
    *(("events", json_event("bad", **change), *reason) for change, *reason in BAD_EVENTS),
    *(("replies", json_reply("bad", **change), *reason) for change, *reason in BAD_REPLIES),
    *((section, bare, section, "an object is required") for section in ("emails", "events") for bare in (7, [{}])),
    ("daily", {"date": "2026-01-05", "opened": -1}, "opened", "isn't a whole number of 0 or more"),
    ("daily", {"date": "5.1.2026"}, "date", "'5.1.2026' isn't a valid date"),
]


@pytest.mark.parametrize(("section", "row", "column", "reason"), BAD_ROWS)
def test_bad_row_is_named_and_others_are_imported(read, section, row, column, reason):
    good = json_document()
    records = read(json_document(**{section: [*good.get(section, []), row]}))
    [result] = rejected(records)
    assert result.source == "campaign.json"
    assert result.row == len(good.get(section, [])) + 1
    assert result.column == f"{section}.{column}"
    assert reason in result.reason
    assert [record for record in records if record is not result] == read(good)


def test_rows_are_counted_in_each_section(read):
    records = read(json_document(emails=[json_email(), 1, json_email("e2")], events=[2, json_event(), 3]))
    assert [(bad.row, bad.column) for bad in rejected(records)] == [
        (2, "emails.emails"),
        (1, "events.events"),
        (3, "events.events"),
    ]


@pytest.mark.parametrize("section", ["emails", "events", "replies", "daily"])
@pytest.mark.parametrize("value", ["text", 7, True])
def test_a_section_that_is_no_list_is_named(read, section, value):
    [result] = rejected(read(json_document(**{section: value})))
    assert (result.column, result.reason) == (f"{section}.{section}", "an object is required")


def test_a_reply_with_a_broken_mark_still_lands(read):
    records = read(json_document(replies=[json_reply(mark={"sentiment": "furious", "at": "2026-01-08T12:00:00Z"})]))
    assert isinstance(records[-2], ReplyRecord)
    assert records[-1].column == "replies.mark.sentiment"


def test_deeply_nested_value_is_refused(read):
    endless = "[" * 50_000 + "]" * 50_000
    document = json.dumps(json_document(emails=[json_email("bad", name="@@")])).replace('"@@"', endless)
    [result] = rejected(read(document))
    assert result.reason == "what stands here isn't text"


def test_half_a_surrogate_pair_never_stops_an_import(sqlite_store, tmp_path):
    text = json.dumps(json_document(emails=[json_email(name="half \ud83d")]))
    report = load_file(sqlite_store, write(tmp_path / "half.json", text))
    assert report.inserted["emails"] + report.rejected_total == 1
    assert report.inserted["events"] == 1


# --- documents that cannot be used -------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_document_cut_short_changes_nothing(sqlite_store, tmp_path, kept):
    text = json.dumps(json_document(emails=[json_email(f"e{n}") for n in range(100)]))
    load_file(sqlite_store, write(tmp_path / "before.json", json_document()))
    before = contents(sqlite_store, without=frozenset()), sqlite_store.version()
    with pytest.raises(SourceError, match=r"cut\.json is not valid JSON, or ends too early \(.+\)\. Nothing was"):
        load_file(sqlite_store, write(tmp_path / "cut.json", text[: int(len(text) * kept)]))
    assert (contents(sqlite_store, without=frozenset()), sqlite_store.version()) == before


@pytest.mark.parametrize(
    "content",
    [
        b"{]",
        b'{"campaign": nothing}',
        json.dumps(json_document()).encode() + b" and more",
        json.dumps(json_document(), ensure_ascii=False).replace("Ada", "Ad\xe9").encode("latin-1"),
        json.dumps(json_document()).encode().replace(b"0.001", b"NaN"),
    ],
)
def test_what_is_no_json_is_reported(refused, content):
    assert "is not valid JSON, or ends too early" in refused(content)


def test_document_of_another_format_is_refused(refused):
    message = "is of the format 'outreach-results/2'; this version reads 'outreach-results/1'. Nothing was imported."
    assert message in refused(json_document(meta={"format": "outreach-results/2"}))
    assert "is of the format None" in refused(json_document(meta={}))
    assert "is of the format None" in refused(json_document(meta="mine"))


def test_the_campaign_has_to_come_first(refused):
    document = {"emails": [json_email()]} | {"campaign": json_document()["campaign"]}
    assert '"campaign" has to come before "emails"' in refused(document)


@pytest.mark.parametrize("document", [{}, {"name": "something else"}, {"meta": {"format": "outreach-results/1"}}])
def test_a_document_without_a_campaign_is_none(refused, document):
    assert 'it has no "campaign"' in refused(document)


@pytest.mark.parametrize(
    ("campaign", "message"),
    [
        ({"created_at": "2026-01-01T12:00:00Z"}, "id: a value is required"),
        ({"id": "c"}, "created_at: None isn't a valid date and time"),
        ({"id": "c", "created_at": "2026-01-01T12:00:00"}, "names no time zone"),
        ({"id": "c", "created_at": "2026-01-01T12:00:00Z", "detail": "weekly"}, "'weekly' is not one of events, daily"),
        ({"id": "c", "created_at": "2026-01-01T12:00:00Z", "detail": ["daily"]}, "is not one of events, daily"),
        ("camp_1", "campaign: an object is required"),
        (["camp_1"], "campaign: an object is required"),
    ],
)
def test_bad_campaign_refuses_the_whole_document(refused, campaign, message):
    answer = refused(json_document(campaign=campaign))
    assert "describes its campaign wrongly" in answer
    assert message in answer


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(SourceError, match=r"missing\.json cannot be read: No such file or directory"):
        list(campaign_json(tmp_path / "missing.json"))


@pytest.mark.parametrize("number", ["1e9999999999999999999", "-1e-9999999999999999999"])
def test_an_exponent_beyond_all_numbers_is_a_sentence(refused, number):
    document = json.dumps(json_document(emails=[json_email(), json_email(id="e2", name="NUMBER")]))
    sentence = refused(document.replace('"NUMBER"', number))
    assert "after row 1 of emails it holds a number with an exponent that no number has" in sentence
