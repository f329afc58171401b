"""Mailgun's webhooks and log of events, from the fields that it documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.models import Filters
from support.mail_events import read_events
from support.sources import EXAMPLES, content_of, entry_of, import_file

MAILGUN = entry_of("mailgun_events")
EVENT = {
    "id": "CPgfbmQMTCKtHW6uIWtuVe",
    "timestamp": 1767776400.908181,
    "log-level": "info",
    "event": "delivered",
    "recipient": "ada@acme.example",
    "message": {"headers": {"message-id": "1.abc@mail.acme.example"}},
    "tags": ["Spring", "2026"],
    "user-variables": {},
}


def enveloped(event):
    return {"signature": {"timestamp": "1767776400", "token": "t", "signature": "s"}, "event-data": event}


def test_the_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / MAILGUN.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (6, 5, 1)
    assert (stats.opened, stats.clicked, stats.unsubscribed) == (4, 2, 2)
    human = results.totals(store, Filters(humans_only=True)).stats
    assert (human.opened, human.clicked) == (3, 1)


def test_the_envelope_makes_no_difference():
    assert read_events(MAILGUN, enveloped(EVENT)) == read_events(MAILGUN, EVENT)


def test_a_page_of_the_log_is_read(tmp_path):
    path = tmp_path / "events.json"
    path.write_text(json.dumps({"items": [EVENT], "paging": {"next": "https://api.acme.example/2"}}), encoding="utf-8")
    with content_of(path) as content:
        assert MAILGUN.recognizes(content)


def test_seconds_have_fractions():
    [event] = read_events(MAILGUN, EVENT).events
    assert event.occurred_at == datetime(2026, 1, 7, 9, 0, 0, 908181, UTC)


@pytest.mark.parametrize(("severity", "types"), [("permanent", ["bounced"]), ("temporary", []), (None, ["bounced"])])
def test_only_a_permanent_failure_is_a_bounce(severity, types):
    assert read_events(MAILGUN, EVENT | {"event": "failed", "severity": severity}).types == types


@pytest.mark.parametrize(("bot", "is_machine"), [("apple", True), ("generic", True), ("", False), (None, False)])
def test_bots_are_machines(bot, is_machine):
    [event] = read_events(MAILGUN, EVENT | {"event": "opened", "client-info": {"bot": bot}}).events
    assert event.is_machine is is_machine


def test_repeated_deliveries_are_one_event():
    """The id stays, and so does the email, whether its message id has angle brackets or not."""
    bracketed = EVENT | {"message": {"headers": {"message-id": "<1.abc@mail.acme.example>"}}}
    first, second = read_events(MAILGUN, EVENT, bracketed).events
    assert first == second


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "Spring"),
        ({"user-variables": {"campaign": "Owners"}}, "Owners"),
        ({"user-variables": None, "tags": []}, "Example"),
    ],
)
def test_the_campaign_is_the_closest_name(more, name):
    assert {campaign.name for campaign in read_events(MAILGUN, EVENT | more).campaigns} == {name}


def test_unknown_and_empty_rows():
    read = read_events(MAILGUN, EVENT | {"event": "teleported"}, enveloped(None), dict.fromkeys(EVENT))
    assert read.reasons == ["'teleported' isn't an event that this product counts", "an event type is required"]


def test_what_was_never_sent_is_left_out():
    assert read_events(MAILGUN, EVENT | {"event": "rejected"}, EVENT | {"event": "stored"}).emails == []
