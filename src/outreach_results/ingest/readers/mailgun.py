"""Mailgun: the events of its webhooks, and of its log of events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.readers.common import Cells, as_object
from outreach_results.ingest.readers.mail_events import (
    COMPLAINT,
    MailEvent,
    Types,
    campaign_in,
    event_type,
    first_text,
    kind_of,
    mailbox_in,
    message_id,
    moment,
    reader,
)
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat
from outreach_results.models import EventType

_ENVELOPE = "event-data"
_TYPES: Types = {
    "accepted": EventType.SENT,
    "delivered": EventType.DELIVERED,
    "failed": EventType.BOUNCED,
    "opened": EventType.OPENED,
    "clicked": EventType.CLICKED,
    "unsubscribed": EventType.UNSUBSCRIBED,
    "complained": EventType.UNSUBSCRIBED,
    "rejected": None,
    "stored": None,
}

_KINDS = {"failed": "hard", "complained": COMPLAINT}


def _recognizes(content: Content) -> bool:
    return content.has("signature", _ENVELOPE) or (
        content.has("event", "timestamp", "recipient") and (content.has("message") or content.has("log-level"))
    )


def _unwrapped(row: Row) -> Row:
    event = as_object(row.get(_ENVELOPE))
    return event if isinstance(event, Mapping) else row


def _read(cells: Cells, row: Row) -> Iterator[MailEvent]:
    kind = event_type(_TYPES, cells, row, "event")
    if kind is None or (kind is EventType.BOUNCED and cells.text(row, "severity") == "temporary"):
        return
    campaign_id, campaign = campaign_in(cells, row, "user-variables")
    if not campaign_id and not campaign:
        campaign = first_text(cells.raw(row, "tags"))
    yield MailEvent(
        kind,
        moment(cells, row, "timestamp"),
        cells.address(row, "recipient"),
        message_id(cells.text(row, "message.headers.message-id")),
        campaign_id,
        campaign,
        key=cells.id(row, "id"),
        is_machine=cells.text(row, "client-info.bot") is not None,
        url=cells.text(row, "url") if kind is EventType.CLICKED else None,
        kind=kind_of(_KINDS, cells, row, "event"),
        reason=_reason(cells, row) if kind is EventType.BOUNCED else None,
        source_type=cells.text(row, "event"),
        subject=cells.cut(row, "message.headers.subject"),
        mailbox=mailbox_in(cells, row, "message.headers.from"),
    )


def _reason(cells: Cells, row: Row) -> str | None:
    return cells.cut(row, "delivery-status.description", "delivery-status.message", "reason")


FORMATS = (
    ToolFormat(
        key="mailgun_events",
        name="Mailgun webhooks and events",
        recognizes=_recognizes,
        read=reader(_read, _unwrapped),
        fields=(
            Field("event-data", "the event; in the log of events (items) it stands for itself"),
            Field("recipient", "the recipient"),
            Field("timestamp", "when it happened"),
            Field("event: accepted", "sent"),
            Field("event: delivered", "delivered; also sent at that moment, if no event tells of the sending"),
            Field("event: failed", "bounced if its severity is permanent; likewise also sent"),
            Field("severity: temporary", "left out: Mailgun tries again"),
            Field("event: opened, clicked", "opened, clicked"),
            Field("event: unsubscribed", "unsubscribed"),
            Field("event: complained", "unsubscribed, as Mailgun sends nothing more to people who complain"),
            Field("event: rejected, stored", "left out: never sent, or received"),
            Field(
                "delivery-status.description, delivery-status.message, reason", "why an email bounced, which is hard"
            ),
            Field("event", "kept as the source's word for what happened"),
            Field("message.headers.subject, message.headers.from", "the subject and the mailbox"),
            Field("id", "the event, so that one that is delivered twice counts once"),
            Field("message.headers.message-id", "the email, together with the recipient"),
            Field("user-variables: campaign_id, campaign, campaign_name", "the campaign, where you send it so"),
            Field("tags", "else the first tag is the campaign"),
            Field("client-info.bot", "an open or a click by a machine: apple, gmail or generic"),
            Field("url", "the link that was clicked"),
            Field("flags, envelope, storage, geolocation, ip, log-level, signature", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("campaign",),
        example="mailgun_events.ndjson",
    ),
)
