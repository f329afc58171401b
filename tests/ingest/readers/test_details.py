"""What sources know of an email and of an event beside what is counted."""

from __future__ import annotations

import pytest

from outreach_results.ingest.fields import MAX_TEXT
from outreach_results.ingest.records import MAX_SENT_TEXT, ContactRecord, EmailRecord
from support.mail_events import read_events
from support.sources import CONTEXT, EXAMPLES, entry_of, records_of

SENDGRID = {"email": "ada@acme.example", "timestamp": 1767776400, "sg_event_id": "1", "sg_message_id": "m.filter1"}
MAILGUN = {
    "id": "1",
    "timestamp": 1767776400.9,
    "log-level": "error",
    "event": "failed",
    "severity": "permanent",
    "recipient": "ada@acme.example",
    "message": {"headers": {"message-id": "m", "subject": "Hello", "from": "Jo <jo@ours.example>"}},
    "delivery-status": {"code": 550, "description": "Mailbox does not exist"},
}
SES = {
    "eventType": "Bounce",
    "mail": {
        "timestamp": "2026-01-07T09:00:00Z",
        "messageId": "m",
        "source": "Jo <jo@ours.example>",
        "destination": ["ada@acme.example"],
        "commonHeaders": {"subject": "Hello"},
    },
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "timestamp": "2026-01-07T09:00:05Z",
        "bouncedRecipients": [{"emailAddress": "ada@acme.example", "diagnosticCode": "smtp; 550 unknown"}],
    },
}
BREVO = {
    "event": "soft_bounce",
    "email": "ada@acme.example",
    "ts_event": 1767776400,
    "message-id": "<m>",
    "subject": "Hello",
    "sender_email": "jo@ours.example",
    "reason": "mailbox full",
}
POSTMARK = {
    "RecordType": "Bounce",
    "Type": "SpamNotification",
    "MessageID": "m",
    "Email": "ada@acme.example",
    "BouncedAt": "2026-01-07T09:00:00Z",
    "Details": "looks like spam",
    "Subject": "Hello",
    "From": "jo@ours.example",
}
MANDRILL = {
    "event": "hard_bounce",
    "ts": 1767776400,
    "msg": {
        "_id": "m",
        "ts": 1767776000,
        "email": "ada@acme.example",
        "subject": "Hello",
        "sender": "jo@ours.example",
        "diag": "550 unknown",
        "bounce_description": "bad_mailbox",
    },
}
HELLO = ("Hello", "jo@ours.example")


@pytest.mark.parametrize(
    ("source", "event", "details", "email"),
    [
        (
            "sendgrid_events",
            SENDGRID | {"event": "bounce", "type": "blocked", "reason": "550 no"},
            ("blocked", "550 no", "bounce"),
            (None, None),
        ),
        ("sendgrid_events", SENDGRID | {"event": "spamreport"}, ("complaint", None, "spamreport"), (None, None)),
        ("mailgun_events", MAILGUN, ("hard", "Mailbox does not exist", "failed"), HELLO),
        ("ses_events", SES, ("hard", "smtp; 550 unknown", "Bounce"), HELLO),
        ("brevo_events", BREVO, ("soft", "mailbox full", "soft_bounce"), HELLO),
        ("postmark_events", POSTMARK, ("blocked", "looks like spam", "SpamNotification"), HELLO),
        ("mandrill_events", MANDRILL, ("hard", "550 unknown", "hard_bounce"), HELLO),
    ],
)
def test_a_bounce_keeps_its_kind_and_reason(source, event, details, email):
    read = read_events(entry_of(source), event)
    assert [(one.kind, one.reason, one.source_type) for one in read.events] == [details]
    assert [(one.subject, one.mailbox) for one in read.emails] == [email]


def test_a_very_long_reason_is_cut_and_rejects_nothing():
    read = read_events(entry_of("brevo_events"), BREVO | {"reason": "x" * 5_000})
    assert read.rejected == []
    assert read.events[0].reason == "x" * MAX_TEXT


def test_order_does_not_decide_what_is_known():
    """An event without a subject comes first, and the one that has it last."""
    bare = {name: value for name, value in BREVO.items() if name != "subject"} | {"event": "sent"}
    for events in ([bare, BREVO], [BREVO, bare]):
        assert {one.subject for one in read_events(entry_of("brevo_events"), *events).emails} == {None, "Hello"}


def test_lemlist_names_step_mailbox_and_reason():
    row = {
        "_id": "act_1",
        "type": "emailsBounced",
        "createdAt": "2026-01-05T08:00:00.000Z",
        "leadEmail": "ada@acme.example",
        "campaignId": "cam_A1",
        "sequenceStep": 0,
        "sendUserEmail": "jo@ours.example",
        "subject": "Hello",
        "errorMessage": "550 unknown",
    }
    replied = row | {"_id": "act_2", "type": "emailsReplied", "subject": "Re: Hello"}
    read = read_events(entry_of("lemlist_activities"), row, replied)
    kept = [(one.step, one.mailbox, one.subject) for one in read.emails]
    assert kept == [("0", "jo@ours.example", "Hello"), ("0", "jo@ours.example", None)]
    assert [(one.kind, one.reason, one.source_type) for one in read.events] == [(None, "550 unknown", "emailsBounced")]


def test_instantly_names_step_subject_and_text():
    records = records_of(entry_of("instantly_emails"), EXAMPLES / "instantly_emails.json", CONTEXT)
    sent = [record for record in records if isinstance(record, EmailRecord) and record.sent_at]
    assert all(one.step and one.subject and one.mailbox for one in sent)
    assert all(len(one.text or "") <= MAX_SENT_TEXT for one in sent)


def test_smartlead_names_step_variant_and_text():
    records = records_of(entry_of("smartlead_statistics"), EXAMPLES / "smartlead_statistics.json", CONTEXT)
    contacts = [record for record in records if isinstance(record, ContactRecord)]
    assert all(one.step and one.subject for one in contacts)
    assert not any("<" in (one.text or "") for one in contacts)
