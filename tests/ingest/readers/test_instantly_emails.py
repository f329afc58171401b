"""Instantly's emails, from the fields that its API v2 documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.records import EmailRecord, EventRecord, Rejected, ReplyRecord
from outreach_results.models import Filters
from support.sources import CONTEXT, EXAMPLES, entry_of, import_file, records_of, write_rows

EMAILS = entry_of("instantly_emails")
SENT = {
    "id": "e1",
    "timestamp_email": "2026-01-05T08:00:00.000Z",
    "lead": "jo@bakery.example",
    "from_address_email": "mara@sender.example",
    "eaccount": "mara@sender.example",
    "campaign_id": "c1",
    "ue_type": 1,
}
REPLY = SENT | {
    "id": "r1",
    "timestamp_email": "2026-01-06T08:00:00.000Z",
    "from_address_email": "jo@bakery.example",
    "from_address_json": [{"name": "Jo", "address": "jo@bakery.example"}],
    "ue_type": 2,
    "content_preview": "Yes!",
    "body": {"text": "Yes!\nJo", "html": "<p>Yes!</p>"},
}


@pytest.fixture
def read(tmp_path):
    def of(*rows, **context):
        return records_of(EMAILS, write_rows(tmp_path / "e.json", list(rows)), replace(CONTEXT, **context))

    return of


def replies(records):
    return [record for record in records if isinstance(record, ReplyRecord)]


def meetings(records):
    return [record for record in records if isinstance(record, EventRecord)]


def test_the_emails_of_the_example_are_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / EMAILS.example)
    stats = results.totals(store, Filters()).stats
    # Six replies: two answer one email, and one comes from somebody who was never written to.
    assert (stats.emails_sent, stats.replied, stats.meetings_booked) == (6, 5, 1)


def test_a_reply_answers_the_last_email_before_it(read):
    second = SENT | {"id": "e2", "timestamp_email": "2026-01-05T20:00:00Z"}
    third = SENT | {"id": "e3", "timestamp_email": "2026-01-07T08:00:00Z"}
    [reply] = replies(read(REPLY, third, SENT, second))
    assert (reply.email_id, reply.reply_id) == ("e2", "r1")
    assert reply.received_at == datetime(2026, 1, 6, 8, tzinfo=UTC)
    assert (reply.name, reply.preview, reply.body) == ("Jo", "Yes!", "Yes!\nJo")


def test_a_reply_without_a_sent_email_is_kept(read):
    result = read(REPLY)
    [reply] = replies(result)
    [email] = [record for record in result if isinstance(record, EmailRecord)]
    assert (email.email_id, email.sent_at, email.recipient) == (reply.email_id, None, "jo@bakery.example")


@pytest.mark.parametrize(
    ("state", "sentiment"),
    [
        ({"i_status": 1}, "positive"),
        ({"i_status": "-1"}, "negative"),
        ({"i_status": -2}, "neutral"),
        ({"i_status": 0}, "automatic"),
        ({"i_status": None, "ai_interest_value": 1.0}, "positive"),
        ({"ai_interest_value": 0.87}, "unclassified"),
        ({"i_status": 1, "is_auto_reply": 1}, "automatic"),
        ({}, "unclassified"),
    ],
)
def test_interest_becomes_the_sentiment(read, state, sentiment):
    [reply] = replies(read(SENT, REPLY | state))
    assert reply.sentiment == sentiment


def test_what_is_positive_can_be_chosen(read):
    rows = [SENT, REPLY | {"i_status": 1}, REPLY | {"id": "r2", "i_status": 4}, REPLY | {"id": "r3", "i_status": -1}]
    result = replies(read(*rows, positives=frozenset({"Won"})))
    assert [reply.sentiment for reply in result] == ["neutral", "positive", "negative"]


@pytest.mark.parametrize(("state", "states", "n"), [(2, (), 1), (1, (), 0), (1, ("interested",), 1), (2, ("4",), 0)])
def test_meetings_come_from_the_interest(read, state, states, n):
    [*result] = meetings(read(SENT, REPLY | {"i_status": state}, meetings=frozenset(states)))
    assert len(result) == n
    assert all(event.email_id == "e1" for event in result)


def test_html_alone_becomes_text(read):
    html = "<html><style>p{}</style><p>Yes &amp; no</p><div>Jo<br>Baker</div>"
    [reply] = replies(read(SENT, REPLY | {"content_preview": "", "body": {"html": html}}))
    assert reply.body == "Yes & no\nJo\nBaker"


def test_mail_of_no_campaign_is_left_out(read):
    own = REPLY | {"from_address_email": "Mara@sender.example"}
    manual, planned = REPLY | {"ue_type": 3}, REPLY | {"ue_type": 4}
    assert read(own, manual, planned, REPLY | {"campaign_id": None}) == []


def test_an_unknown_type_is_named(read):
    [*_, problem] = read(SENT, REPLY | {"ue_type": 12})
    assert isinstance(problem, Rejected)
    assert problem[2:4] == ("ue_type", "12 isn't a type of email that is known")


def test_a_lead_may_be_an_object(read):
    result = read(SENT | {"lead": {"email": "jo@bakery.example", "firstName": "Jo"}})
    assert [record.recipient for record in result if isinstance(record, EmailRecord)] == ["jo@bakery.example"]
