"""Mandrill's webhooks, from the fields that it documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from outreach_results import results
from outreach_results.models import Filters
from support.mail_events import read_events
from support.sources import EXAMPLES, content_of, entry_of, import_file

MANDRILL = entry_of("mandrill_events")
MESSAGE = {
    "ts": 1767776400,
    "_id": "abc",
    "email": "ada@acme.example",
    "tags": ["Spring"],
    "metadata": {"order": 111},
    "opens": [],
    "clicks": [],
}
SEND = {"event": "send", "ts": 1767776403, "_id": "abc", "msg": MESSAGE}
SENT_AT = datetime(2026, 1, 7, 9, tzinfo=UTC)


def message(**more):
    return {"msg": MESSAGE | more}


def test_the_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / MANDRILL.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (7, 5, 2)
    assert (stats.opened, stats.clicked, stats.unsubscribed) == (3, 1, 2)
    assert results.totals(store, Filters(humans_only=True)).stats.opened == 2


@pytest.mark.parametrize("form", [lambda rows: urlencode({"mandrill_events": json.dumps(rows)}), json.dumps])
def test_a_form_and_an_array_are_read(tmp_path, form):
    path = tmp_path / "events"
    path.write_text(form([SEND, SEND]), encoding="utf-8")
    with content_of(path) as content:
        assert MANDRILL.recognizes(content)
        assert len(list(content.read())) == 2


def test_what_mandrill_calls_sent_was_delivered():
    """Its server has accepted it; the message says when it was sent."""
    read = read_events(MANDRILL, SEND)
    assert [email.sent_at for email in read.emails] == [SENT_AT]
    assert [(event.type, event.occurred_at.second) for event in read.events] == [("delivered", 3)]


@pytest.mark.parametrize(
    ("word", "types"),
    [
        ("hard_bounce", ["bounced"]),
        ("soft_bounce", ["bounced"]),
        ("unsub", ["unsubscribed"]),
        ("spam", ["unsubscribed"]),
        ("deferral", []),
        ("reject", []),
    ],
)
def test_words_have_meanings(word, types):
    assert read_events(MANDRILL, SEND | {"event": word}).types == types


def test_opens_of_the_message_are_not_counted_again():
    opened = SEND | {"event": "open"} | message(opens=[{"ts": 1767776500}, {"ts": 1767776403}])
    assert read_events(MANDRILL, opened).types == ["opened"]


def test_first_and_repeated_opens_are_two_events():
    opened, later = SEND | {"event": "open"}, SEND | {"event": "open", "ts": "1767776999"}
    ids = [event.event_id for event in read_events(MANDRILL, opened, later, opened).events]
    assert ids[0] == ids[2] != ids[1]


def test_clicks_on_two_links_at_once_are_two():
    clicks = [SEND | {"event": "click", "url": f"https://acme.example/{n}"} for n in (1, 2, 2)]
    assert len(set(read_events(MANDRILL, *clicks).events)) == 2


def test_the_campaign_is_in_metadata_or_tags():
    named = SEND | message(metadata={"campaign": "Owners"})
    assert read_events(MANDRILL, named).campaigns[0].name == "Owners"
    assert read_events(MANDRILL, SEND).campaigns[0].name == "Spring"
    assert read_events(MANDRILL, SEND | message(tags=[], metadata=[])).campaigns[0].name == "Example"


def test_apples_proxy_is_a_machine():
    [event] = read_events(MANDRILL, SEND | {"event": "open", "user_agent": "Mozilla/5.0"}).events
    assert event.is_machine


def test_unknown_and_empty_rows():
    sync = {"type": "blacklist", "action": "add", "reject": {"email": "ada@acme.example"}}
    read = read_events(MANDRILL, SEND | {"event": "inbound"}, SEND | {"msg": None}, sync, dict.fromkeys(SEND))
    assert read.reasons == [
        "'inbound' isn't an event that this product counts",
        "an email address is required",
        "an event type is required",
    ]
