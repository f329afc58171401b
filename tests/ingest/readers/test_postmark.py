"""Postmark's webhooks, from the fields that it documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.models import Filters
from support.mail_events import read_events
from support.sources import EXAMPLES, entry_of, import_file

POSTMARK = entry_of("postmark_events")
DELIVERY = {
    "RecordType": "Delivery",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Recipient": "ada@acme.example",
    "Tag": "Spring",
    "DeliveredAt": "2026-01-07T09:00:00.2735393Z",
    "Metadata": {},
}
OPEN = {
    "RecordType": "Open",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Recipient": "ada@acme.example",
    "Tag": "Spring",
    "FirstOpen": True,
    "ReceivedAt": "2026-01-07T10:00:00Z",
    "UserAgent": "Mozilla/5.0 (Windows NT 10.0)",
}
BOUNCE = {
    "RecordType": "Bounce",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Email": "ada@acme.example",
    "Tag": "Spring",
    "Type": "HardBounce",
    "BouncedAt": "2026-01-07T04:00:00.5-05:00",
    "ID": 692560173001,
}
CHANGE = {
    "RecordType": "SubscriptionChange",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Recipient": "ada@acme.example",
    "ChangedAt": "2026-01-07T11:00:00Z",
    "Origin": "Recipient",
    "SuppressSending": True,
    "SuppressionReason": "ManualSuppression",
}


def test_the_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / POSTMARK.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (7, 5, 2)
    assert (stats.opened, stats.clicked, stats.unsubscribed) == (4, 1, 2)
    assert results.totals(store, Filters(humans_only=True)).stats.opened == 3


def test_a_delivery_is_the_first_that_is_known():
    """Postmark has no event for the sending; fractions have seven digits."""
    read = read_events(POSTMARK, DELIVERY, OPEN)
    assert [email.sent_at for email in read.emails] == [datetime(2026, 1, 7, 9, 0, 0, 273539, UTC)]
    assert read.types == ["delivered", "opened"]
    assert len({event.email_id for event in read.events}) == 1


def test_first_and_repeated_opens_are_two_events():
    again = OPEN | {"FirstOpen": False, "ReceivedAt": "2026-01-08T10:00:00Z"}
    first, second, third = read_events(POSTMARK, OPEN, again, again).events
    assert first.event_id != second.event_id == third.event_id


@pytest.mark.parametrize("kind", ["HardBounce", "SoftBounce", "Blocked", "BadEmailAddress", "SpamNotification"])
def test_a_bounce_bounces(kind):
    [event] = read_events(POSTMARK, BOUNCE | {"Type": kind}).events
    assert (event.type, event.occurred_at) == ("bounced", datetime(2026, 1, 7, 9, 0, 0, 500000, UTC))


@pytest.mark.parametrize("kind", ["AutoResponder", "AddressChange", "ChallengeVerification"])
def test_an_auto_responder_is_no_bounce(kind):
    text = "Away until Monday,\n12 January."
    read = read_events(POSTMARK, BOUNCE | {"Type": kind, "Content": text}, BOUNCE | {"Type": kind})
    assert read.events == []
    assert [reply.sentiment for reply in read.replies] == ["automatic", "automatic"]
    assert [reply.preview for reply in read.replies] == ["Away until Monday, 12 January.", ""]
    assert read.replies[0].body == text


@pytest.mark.parametrize("kind", ["Transient", "Subscribe", "ManuallyDeactivated", "SMTPApiError"])
def test_a_delay_is_left_out(kind):
    assert read_events(POSTMARK, BOUNCE | {"Type": kind}).emails == []


def test_an_unknown_bounce_is_rejected_by_its_name():
    [rejected] = read_events(POSTMARK, BOUNCE | {"Type": "Teleported"}).rejected
    assert (rejected.column, rejected.reason) == ("Type", "'Teleported' isn't an event that this product counts")


@pytest.mark.parametrize(
    ("change", "types"),
    [
        ({}, ["unsubscribed"]),
        ({"SuppressSending": "true"}, ["unsubscribed"]),
        ({"SuppressionReason": "SpamComplaint"}, ["unsubscribed"]),
        ({"SuppressionReason": "HardBounce"}, []),
        ({"SuppressSending": False, "SuppressionReason": None}, []),
        ({"Origin": "Customer"}, []),
    ],
)
def test_only_recipients_unsubscribe(change, types):
    assert read_events(POSTMARK, CHANGE | change).types == types


def test_an_unsubscription_may_be_of_no_message():
    """The recipient wrote to nobody in particular: it counts on an email without a sent record."""
    read = read_events(POSTMARK, DELIVERY, CHANGE | {"MessageID": "00000000-0000-0000-0000-000000000000"})
    assert len({event.email_id for event in read.events}) == 2


def test_a_spam_complaint_unsubscribes():
    assert read_events(POSTMARK, BOUNCE | {"RecordType": "SpamComplaint"}).types == ["unsubscribed"]


def test_apples_proxy_is_a_machine():
    opens = [OPEN | {"UserAgent": agent} for agent in ("Mozilla/5.0", "Mozilla/5.0 (Macintosh)", None)]
    assert [event.is_machine for event in read_events(POSTMARK, *opens).events] == [True, False, False]


def test_the_campaign_is_in_metadata_or_tag():
    named = DELIVERY | {"Metadata": {"campaign_id": "c7", "campaign_name": "Owners"}}
    [campaign, *_] = read_events(POSTMARK, named).campaigns
    assert (campaign.campaign_id, campaign.name) == ("c7", "Owners")
    assert read_events(POSTMARK, DELIVERY).campaigns[0].name == "Spring"
    assert read_events(POSTMARK, DELIVERY | {"Tag": ""}).campaigns[0].name == "Example"


def test_a_row_of_nulls_is_left_out():
    assert read_events(POSTMARK, dict.fromkeys(OPEN)) == ([], [], [], [], [])
