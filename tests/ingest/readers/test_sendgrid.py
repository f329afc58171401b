"""SendGrid's event webhook, from the fields that it documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.context import Context
from outreach_results.models import Basis, Filters
from support.mail_events import read_events
from support.sources import EXAMPLES, entry_of, import_file

SENDGRID = entry_of("sendgrid_events")
DELIVERED = {
    "email": "ada@acme.example",
    "timestamp": 1767776400,
    "event": "delivered",
    "sg_event_id": "e1",
    "sg_message_id": "m1.recvd-7d5b4c8f9b-k2xw-1-65A1B2C3-4.0",
    "category": ["Spring"],
}
AT = datetime(2026, 1, 7, 9, tzinfo=UTC)
OPEN = DELIVERED | {"event": "open", "sg_event_id": "e2", "timestamp": 1767780000}


def test_the_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / SENDGRID.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (7, 6, 1)
    assert (stats.opened, stats.clicked, stats.unsubscribed) == (4, 1, 2)
    human = results.totals(store, Filters(humans_only=True)).stats
    assert human.opened == 3
    sent = results.daily_stats(store, Filters(basis=Basis.ACTIVITY))["emails_sent"]
    assert sent.sum() == 7


def test_a_type_that_counts_nothing_is_left_out():
    read = read_events(SENDGRID, *(DELIVERED | {"event": kind} for kind in ("deferred", "dropped")))
    assert (read.emails, read.events, read.rejected) == ([], [], [])


@pytest.mark.parametrize("kind", ["group_resubscribe", "teleported"])
def test_another_type_is_rejected_by_its_name(kind):
    assert read_events(SENDGRID, DELIVERED | {"event": kind}).reasons == [
        f"'{kind}' isn't an event that this product counts"
    ]


def test_a_repeated_event_is_one_event():
    first, again = read_events(SENDGRID, OPEN, OPEN).events
    assert first == again
    assert first.event_id == "e2"


def test_events_without_an_id_have_a_natural_key():
    plain = OPEN | {"sg_event_id": None}
    events = read_events(SENDGRID, plain, plain, plain | {"timestamp": 1767780001}).events
    assert events[0] == events[1] != events[2]


def test_events_of_one_message_are_of_one_email():
    """Whichever server handled them, and whatever the case of the address."""
    other = OPEN | {"sg_message_id": "m1.filter0001.16648.5515E0B88.0", "email": "Ada@ACME.example"}
    cc = DELIVERED | {"email": "ben@bolt.example", "sg_event_id": "e3"}
    ids = [event.email_id for event in read_events(SENDGRID, DELIVERED, other, cc).events]
    assert ids[0] == ids[1] != ids[2]


def test_what_was_delivered_was_sent():
    """Most webhooks leave ``processed`` out: without it the delivery is the first that is known of an email."""
    [email] = read_events(SENDGRID, DELIVERED).emails
    assert email.sent_at == AT
    processed = DELIVERED | {"event": "processed", "timestamp": 1767776390}
    for events in ([processed, DELIVERED], [DELIVERED, processed]):
        moments = [email.sent_at for email in read_events(SENDGRID, *events).emails if email.sent_at]
        assert min(moments).second == 50
    assert len(read_events(SENDGRID, processed, DELIVERED).emails) == 1


def test_an_open_alone_does_not_say_when_it_was_sent():
    read = read_events(SENDGRID, OPEN)
    assert [email.sent_at for email in read.emails] == [None]
    assert read.types == ["opened"]


def test_events_may_come_in_any_order():
    """Deliveries of webhooks overtake each other."""
    assert [email.sent_at for email in read_events(SENDGRID, OPEN, DELIVERED).emails] == [None, AT]


@pytest.mark.parametrize("timestamp", [1767776400, "1767776400", 1767776400.0, 1767776400000])
def test_a_time_may_be_a_number_or_a_text(timestamp):
    assert read_events(SENDGRID, DELIVERED | {"timestamp": timestamp}).events[0].occurred_at == AT


def test_a_bad_time_rejects_its_row_alone():
    read = read_events(SENDGRID, DELIVERED | {"timestamp": "soon"}, OPEN, dict.fromkeys(OPEN))
    assert read.types == ["opened"]
    assert [(rejected.row, rejected.column) for rejected in read.rejected] == [(1, "timestamp")]


def test_machines_open_some_emails():
    opens = [OPEN | {"sg_machine_open": value} for value in (True, "true", False, None)]
    assert [event.is_machine for event in read_events(SENDGRID, *opens).events] == [True, True, False, False]


def test_a_click_has_its_link():
    [event] = read_events(SENDGRID, OPEN | {"event": "click", "url": "https://acme.example/a"}).events
    assert (event.type, event.url) == ("clicked", "https://acme.example/a")


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"category": "Spring"}, "Spring"),
        ({"category": ["Spring", "2026"]}, "Spring"),
        ({"category": "Spring", "marketing_campaign_name": "Fair"}, "Fair"),
        ({"category": "Spring", "campaign": "Owners"}, "Owners"),
        ({"category": None}, "Example"),
        ({"category": []}, "Example"),
    ],
)
def test_the_campaign_is_the_closest_name(more, name):
    assert {campaign.name for campaign in read_events(SENDGRID, DELIVERED | more).campaigns} == {name}


def test_without_a_campaign_a_row_is_rejected():
    read = read_events(SENDGRID, DELIVERED | {"category": ""}, context=Context())
    assert [rejected.column for rejected in read.rejected] == ["campaign"]
    assert read.campaigns == []
