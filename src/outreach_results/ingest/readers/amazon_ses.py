"""Amazon SES: its events, in the envelopes of Amazon SNS or bare."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from typing import Any

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.fields import MAX_TEXT, FieldError, quoted, text
from outreach_results.ingest.mapping.targets import plain
from outreach_results.ingest.readers.common import Cells
from outreach_results.ingest.readers.mail_events import (
    COMPLAINT,
    MailEvent,
    Types,
    campaign_in,
    event_type,
    is_privacy_proxy,
    kind_of,
    mailbox_in,
    moment,
    optional_moment,
    reader,
)
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat
from outreach_results.models import EventType

_NAMES = ("eventType", "notificationType")
_TYPES: Types = {
    "send": EventType.SENT,
    "delivery": EventType.DELIVERED,
    "bounce": EventType.BOUNCED,
    "complaint": EventType.UNSUBSCRIBED,
    "open": EventType.OPENED,
    "click": EventType.CLICKED,
    "subscription": EventType.UNSUBSCRIBED,
    "reject": None,
    "renderingfailure": None,
    "deliverydelay": None,
    "amazonsnssubscriptionsucceeded": None,
}
_KINDS = {"permanent": "hard", "transient": "soft"}
_CONFIRMATIONS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})
_OF_A_PERSON = {"delivery": "recipients", "bounce": "bouncedRecipients", "complaint": "complainedRecipients"}


def _recognizes(content: Content) -> bool:
    if content.has("mail") and (content.has("eventType") or content.has("notificationType")):
        return True
    return content.has("Type", "TopicArn", "Message") and any(
        str(row.get("Type")) in _CONFIRMATIONS or _unwrapped(row) is not row for row in content.sample
    )


def _unwrapped(row: Row) -> Row:
    """The event in an envelope, whose message is JSON written as text."""
    message = row.get("Message")
    if not isinstance(message, str):
        return row
    try:
        event = json.loads(message)
    except ValueError:
        return row
    return event if isinstance(event, Mapping) and any(name in event for name in _NAMES) else row


def _read(cells: Cells, row: Row) -> Iterator[MailEvent]:
    if str(row.get("Type")) in _CONFIRMATIONS:
        return
    kind = event_type(_TYPES, cells, row, *_NAMES)
    if kind is None or _is_by_the_list(cells, row):
        return
    name = plain(cells.text(row, *_NAMES) or "")
    sent_at = optional_moment(cells, row, "mail.timestamp")
    at = sent_at if sent_at and kind is EventType.SENT else moment(cells, row, f"{name}.timestamp")
    campaign_id, campaign = campaign_in(cells, row, "mail.tags")
    if kind is EventType.BOUNCED and _is_automatic_reply(cells, row):
        kind = EventType.REPLIED
    for address in _addresses(cells, row, name):
        yield MailEvent(
            kind,
            at,
            address,
            cells.text(row, "mail.messageId"),
            campaign_id,
            campaign,
            sent_at=sent_at,
            is_machine=is_privacy_proxy(cells.text(row, f"{name}.userAgent")),
            url=cells.text(row, "click.link") if kind is EventType.CLICKED else None,
            kind=COMPLAINT if name == "complaint" else kind_of(_KINDS, cells, row, "bounce.bounceType"),
            reason=_reason(cells, row, address) if kind is EventType.BOUNCED else None,
            source_type=cells.text(row, *_NAMES),
            subject=cells.cut(row, "mail.commonHeaders.subject"),
            mailbox=mailbox_in(cells, row, "mail.source"),
        )


def _reason(cells: Cells, row: Row, address: str) -> str | None:
    """The answer of the other server for this recipient, else the kind of bounce in Amazon's words."""
    for person in _listed(cells.raw(row, "bounce.bouncedRecipients")):
        if isinstance(person, Mapping) and parseaddr(str(person.get("emailAddress")))[1] == address:
            code = person.get("diagnosticCode") or person.get("status")
            if isinstance(code, str):
                return text("bounce.bouncedRecipients", code[:MAX_TEXT])
    return cells.cut(row, "bounce.bounceSubType")


def _is_by_the_list(cells: Cells, row: Row) -> bool:
    """Whether the recipient did not cause it: nobody complained, or somebody changed a topic without leaving it."""
    if cells.raw(row, "subscription") is not None:
        topics = cells.raw(row, "subscription.newTopicPreferences.topicSubscriptionStatus") or []
        left = any(isinstance(topic, Mapping) and topic.get("subscriptionStatus") == "OptOut" for topic in topics)
        return not left and not cells.flag(row, "subscription.newTopicPreferences.unsubscribeAll")
    return (
        cells.text(row, "complaint.complaintSubType") == "OnAccountSuppressionList"
        or cells.text(row, "complaint.complaintFeedbackType") == "not-spam"
    )


def _is_automatic_reply(cells: Cells, row: Row) -> bool:
    """Whether a bounce is the reply of somebody out of office, which has no report on the delivery."""
    people = _listed(cells.raw(row, "bounce.bouncedRecipients"))
    has_report = any(
        isinstance(person, Mapping) and (person.get("status") or person.get("diagnosticCode")) for person in people
    )
    is_open = cells.text(row, "bounce.bounceType") != "Permanent"
    return is_open and cells.text(row, "bounce.bounceSubType") in ("General", "Undetermined", None) and not has_report


def _addresses(cells: Cells, row: Row, name: str) -> list[str]:
    """The people whom an event concerns; those of the message where the event names none.

    Raises:
        FieldError: there are none, or several of whom only one can be meant.
    """
    named = _listed(cells.raw(row, f"{name}.{_OF_A_PERSON[name]}")) if name in _OF_A_PERSON else []
    recipients = named or _listed(cells.raw(row, "mail.destination"))
    column = f"{name}.{_OF_A_PERSON[name]}" if named else "mail.destination"
    if not recipients:
        raise FieldError(column, "an email address is required")
    if not named and name != "send" and len(recipients) > 1:
        reason = f"the message went to {len(recipients)} people, and nothing says whom this event is of"
        raise FieldError(column, reason)
    return [_address(column, item.get("emailAddress") if isinstance(item, Mapping) else item) for item in recipients]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _address(column: str, value: Any) -> str:
    address = parseaddr(value)[1] if isinstance(value, str) else ""
    if "@" not in address:
        raise FieldError(column, f"{quoted(value)} isn't an email address")
    return text(column, address) or ""


FORMATS = (
    ToolFormat(
        key="ses_events",
        name="Amazon SES events",
        recognizes=_recognizes,
        read=reader(_read, _unwrapped),
        fields=(
            Field("Message", "the event, in an envelope of Amazon SNS; without an envelope it stands for itself"),
            Field("mail.destination", "the recipients, each with an email of their own"),
            Field("mail.timestamp", "when the email was sent, whatever the event"),
            Field("mail.messageId", "the email, together with the recipient"),
            Field("mail.tags: campaign_id, campaign, campaign_name", "the campaign, where you send it as a tag"),
            Field("eventType: Send", "sent"),
            Field("eventType: Delivery", "delivered, to delivery.recipients"),
            Field("eventType: Bounce", "bounced, from bounce.bouncedRecipients, whatever bounceType and bounceSubType"),
            Field(
                "bounceType: Transient, Undetermined",
                "an automatic reply, and no bounce, if bounceSubType is General or Undetermined and no recipient has "
                "a status or a diagnosticCode",
            ),
            Field("bounceType: Permanent, Transient", "the kind of a bounce: hard, soft"),
            Field("diagnosticCode, status, bounceSubType", "why an email bounced"),
            Field("mail.commonHeaders.subject, mail.source", "the subject and the mailbox"),
            Field("eventType: Open, Click", "opened, clicked; rejected if the message went to several people"),
            Field("eventType: Complaint", "unsubscribed, by complaint.complainedRecipients"),
            Field("complaintFeedbackType: not-spam", "left out; so is complaintSubType: OnAccountSuppressionList"),
            Field("eventType: Subscription", "unsubscribed, if newTopicPreferences leaves a topic or all"),
            Field("eventType: Reject, Rendering Failure, DeliveryDelay", "left out: never sent, or tried again"),
            Field("notificationType", "the eventType of notifications: Delivery, Bounce, Complaint"),
            Field("delivery.timestamp, open.timestamp and so on", "when it happened"),
            Field("open.userAgent, click.userAgent", "a machine, if it is nothing but Mozilla/5.0: Apple's proxy"),
            Field("click.link", "the link that was clicked"),
            Field("Type: SubscriptionConfirmation, UnsubscribeConfirmation", "left out: no event"),
            Field("MessageId, TopicArn, Timestamp, Signature, SigningCertURL, UnsubscribeURL", ""),
            Field("mail.headers, bounce.feedbackId, delivery.smtpResponse", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("campaign",),
        example="ses_events.ndjson",
    ),
)
