"""Brevo's webhooks, from the fields that it documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.models import Filters
from support.mail_events import read_events
from support.sources import EXAMPLES, entry_of, import_file

BREVO = entry_of("brevo_events")
DELIVERED = {
    "id": 26224,
    "event": "delivered",
    "email": "ada@acme.example",
    "date": "2026-01-07 10:00:00",
    "ts": 1767780000,
    "ts_event": 1767776400,
    "ts_epoch": 1767776400000,
    "message-id": "<1@smtp-relay.acme.example>",
    "tags": ["Spring"],
}
MARKETING = {
    "id": 31337,
    "event": "opened",
    "email": "ada@acme.example",
    "camp_id": 44,
    "campaign name": "Winter letter",
    "tag": "",
    "ts_sent": 1767776400,
    "ts_event": 1767780000,
    "date_event": "2026-01-07 11:00:00",
}
AT = datetime(2026, 1, 7, 9, tzinfo=UTC)


def test_the_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / BREVO.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (8, 6, 2)
    assert (stats.opened, stats.clicked, stats.unsubscribed) == (4, 2, 2)
    assert results.totals(store, Filters(humans_only=True)).stats.opened == 3
    names = {campaign.name for campaign in results.all_campaigns(store)}
    assert names == {"Spring workshops", "Winter letter"}


@pytest.mark.parametrize("missing", [(), ("ts_event",), ("ts_event", "ts_epoch")])
def test_the_best_time_there_is_counts(missing):
    """Never ``ts``, which is off by the zone of the account."""
    assert read_events(BREVO, DELIVERED, DELIVERED | dict.fromkeys(missing)).events[1].occurred_at == AT


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("hard_bounce", "bounced"),
        ("hardBounce", "bounced"),
        ("soft_bounce", "bounced"),
        ("invalid_email", "bounced"),
        ("click", "clicked"),
        ("unsubscribed", "unsubscribed"),
        ("complaint", "unsubscribed"),
        ("spam", "unsubscribed"),
    ],
)
def test_words_have_meanings(word, kind):
    assert read_events(BREVO, DELIVERED | {"event": word}).types == [kind]


@pytest.mark.parametrize("word", ["deferred", "blocked", "error", "list_addition"])
def test_what_says_nothing_is_left_out(word):
    assert read_events(BREVO, DELIVERED | {"event": word}) == ([], [], [], [], [])


def test_a_first_open_is_one_event():
    """Brevo sends ``unique_opened`` and ``opened`` of it."""
    opens = [DELIVERED | {"event": word} for word in ("unique_opened", "opened", "uniqueOpened")]
    assert len({event.event_id for event in read_events(BREVO, *opens).events}) == 1


@pytest.mark.parametrize("word", ["proxy_open", "unique_proxy_open", "uniqueProxyOpen"])
def test_the_proxy_is_a_machine(word):
    read = read_events(BREVO, DELIVERED | {"event": word}, DELIVERED | {"event": "opened"})
    assert [event.is_machine for event in read.events] == [True, False]
    assert read.events[0].event_id != read.events[1].event_id


def test_the_id_of_the_webhook_is_no_key():
    later = DELIVERED | {"event": "opened", "ts_event": 1767776500}
    ids = [event.event_id for event in read_events(BREVO, DELIVERED, later, DELIVERED).events]
    assert ids[0] == ids[2] != ids[1]


def test_marketing_emails_name_their_campaign():
    read = read_events(BREVO, MARKETING, MARKETING | {"event": "click", "URL": "https://acme.example"})
    assert {(campaign.campaign_id, campaign.name) for campaign in read.campaigns} == {("44", "Winter letter")}
    assert [email.sent_at for email in read.emails] == [AT]
    assert [(event.type, event.url) for event in read.events] == [("opened", None), ("clicked", "https://acme.example")]


@pytest.mark.parametrize(
    ("more", "name"),
    [({}, "Spring"), ({"tags": None, "tag": '["Autumn","2026"]'}, "Autumn"), ({"tags": [], "tag": ""}, "Example")],
)
def test_the_campaign_is_the_first_tag(more, name):
    assert {campaign.name for campaign in read_events(BREVO, DELIVERED | more).campaigns} == {name}


def test_unknown_and_empty_rows():
    read = read_events(
        BREVO, DELIVERED | {"event": "teleported"}, DELIVERED | {"email": None}, dict.fromkeys(DELIVERED)
    )
    assert read.reasons == ["'teleported' isn't an event that this product counts", "an email address is required"]
