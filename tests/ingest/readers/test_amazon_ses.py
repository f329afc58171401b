"""The events of Amazon SES, from the fields that it documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.models import Filters
from support.mail_events import read_events
from support.sources import EXAMPLES, entry_of, import_file

SES = entry_of("ses_events")
ADA, BEN = "ada@acme.example", "ben@bolt.example"
MAIL = {
    "timestamp": "2026-01-07T09:00:00.204Z",
    "messageId": "0100019b-1",
    "destination": [ADA],
    "tags": {"ses:configuration-set": ["outreach"], "campaign": ["Spring"]},
}
SENT_AT = datetime(2026, 1, 7, 9, 0, 0, 204000, UTC)
LATER = "2026-01-07T10:00:00.000Z"


def event(kind, details=None, **mail):
    return {
        "eventType": kind,
        "mail": MAIL | mail,
        kind.lower(): {"timestamp": LATER} | (details or {}),
    }


def enveloped(message):
    return {
        "Type": "Notification",
        "MessageId": "m1",
        "TopicArn": "arn:aws:sns:eu-west-1:000000000000:outreach",
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": LATER,
    }


def bounce(kind, subtype, **recipient):
    return event(
        "Bounce",
        {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [{"emailAddress": ADA} | recipient]},
    )


def test_the_example_is_counted(make_store):
    store = make_store()
    import_file(store, EXAMPLES / SES.example)
    stats = results.totals(store, Filters()).stats
    assert (stats.emails_sent, stats.delivered, stats.bounced) == (7, 5, 2)
    assert (stats.opened, stats.clicked, stats.unsubscribed) == (3, 1, 2)
    assert results.totals(store, Filters(humans_only=True)).stats.opened == 2


def test_the_envelope_makes_no_difference():
    opened = event("Open", {"userAgent": "Mozilla/5.0 (X11)"})
    assert read_events(SES, enveloped(opened)) == read_events(SES, opened)


def test_every_event_says_when_the_email_was_sent():
    read = read_events(SES, event("Open"), event("Send"))
    assert {email.sent_at for email in read.emails} == {SENT_AT}
    assert read.types == ["opened"]


def test_every_recipient_has_an_email():
    read = read_events(SES, event("Send", destination=[ADA, f"Ben <{BEN}>"]))
    assert {email.recipient for email in read.emails} == {ADA, BEN}
    delivered = event("Delivery", {"recipients": [BEN]}, destination=[ADA, BEN])
    assert [email.recipient for email in read_events(SES, delivered).emails] == [BEN]


def test_an_open_of_several_people_is_rejected():
    assert read_events(SES, event("Open", destination=[ADA, BEN])).reasons == [
        "the message went to 2 people, and nothing says whom this event is of"
    ]


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("Permanent", "General"), ("Permanent", "Suppressed"), ("Transient", "MailboxFull"), ("Undetermined", None)],
)
def test_a_bounce_with_a_report_bounces(kind, subtype):
    assert read_events(SES, bounce(kind, subtype, status="5.1.1")).types == ["bounced"]


@pytest.mark.parametrize(("kind", "subtype"), [("Transient", "General"), ("Undetermined", "Undetermined")])
def test_out_of_office_is_no_bounce(kind, subtype):
    read = read_events(SES, bounce(kind, subtype))
    assert read.events == []
    [reply] = read.replies
    assert (reply.sentiment, reply.address, reply.preview, reply.body) == ("automatic", ADA, "", None)


def test_a_full_mailbox_is_no_reply():
    """Whatever is in its report: SES has given up."""
    assert read_events(SES, bounce("Transient", "MailboxFull")).types == ["bounced"]


def test_older_notifications_name_their_type_otherwise():
    older = event("Delivery", {"recipients": [ADA]})
    older["notificationType"] = older.pop("eventType")
    assert read_events(SES, older).types == ["delivered"]


def test_complaints_unsubscribe():
    people = {"complainedRecipients": [{"emailAddress": ADA}]}
    assert read_events(SES, event("Complaint", people)).types == ["unsubscribed"]
    for no_deed in ({"complaintFeedbackType": "not-spam"}, {"complaintSubType": "OnAccountSuppressionList"}):
        assert read_events(SES, event("Complaint", people | no_deed)).types == []


@pytest.mark.parametrize(
    ("preferences", "types"),
    [
        ({"unsubscribeAll": True}, ["unsubscribed"]),
        ({"topicSubscriptionStatus": [{"topicName": "a", "subscriptionStatus": "OptOut"}]}, ["unsubscribed"]),
        ({"topicSubscriptionStatus": [{"topicName": "a", "subscriptionStatus": "OptIn"}]}, []),
    ],
)
def test_leaving_a_list_unsubscribes(preferences, types):
    assert read_events(SES, event("Subscription", {"newTopicPreferences": preferences})).types == types


@pytest.mark.parametrize("kind", ["Reject", "Rendering Failure", "DeliveryDelay"])
def test_what_was_not_sent_is_left_out(kind):
    assert read_events(SES, event(kind)) == ([], [], [], [], [])


def test_a_confirmation_is_no_event():
    confirmation = enveloped("You have chosen to subscribe.") | {"Type": "SubscriptionConfirmation"}
    assert read_events(SES, confirmation) == ([], [], [], [], [])


def test_an_envelope_of_something_else_is_rejected():
    read = read_events(SES, enveloped(event("Open")), enveloped("Hello"), enveloped(event("Teleport")))
    assert read.reasons == ["an event type is required", "'Teleport' isn't an event that this product counts"]


def test_apples_proxy_is_a_machine():
    read = read_events(SES, event("Open", {"userAgent": "Mozilla/5.0"}), event("Open", {"userAgent": None}))
    assert [happened.is_machine for happened in read.events] == [True, False]


def test_repeats_have_the_same_key():
    first, again, click = read_events(
        SES, event("Open"), event("Open"), event("Click", {"link": "https://acme.example"})
    ).events
    assert first == again
    assert (click.type, click.url) == ("clicked", "https://acme.example")


def test_the_campaign_is_a_tag_or_entered():
    assert read_events(SES, event("Send", tags={"ses:from-domain": ["a.example"]})).campaigns[0].name == "Example"
    assert read_events(SES, event("Send")).campaigns[0].name == "Spring"
