"""Brevo: the events of its webhooks for transactional and for marketing emails."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.mapping.targets import plain
from outreach_results.ingest.readers.common import Cells
from outreach_results.ingest.readers.mail_events import (
    COMPLAINT,
    MailEvent,
    Types,
    event_type,
    first_text,
    kind_of,
    mailbox_in,
    message_id,
    moment,
    optional_moment,
    reader,
)
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat
from outreach_results.models import EventType

_ZONE = ZoneInfo("Europe/Paris")  # of the field "date", as Brevo documents it
_BY_PROXY = frozenset({"proxyopen", "uniqueproxyopen", "loadedbyproxy"})
_TYPES: Types = {
    "request": EventType.SENT,
    "sent": EventType.SENT,
    "delivered": EventType.DELIVERED,
    "hardbounce": EventType.BOUNCED,
    "softbounce": EventType.BOUNCED,
    "invalid": EventType.BOUNCED,
    "invalidemail": EventType.BOUNCED,
    "opened": EventType.OPENED,
    "uniqueopened": EventType.OPENED,
    **dict.fromkeys(_BY_PROXY, EventType.OPENED),
    "click": EventType.CLICKED,
    "clicked": EventType.CLICKED,
    "unsubscribe": EventType.UNSUBSCRIBED,
    "unsubscribed": EventType.UNSUBSCRIBED,
    "spam": EventType.UNSUBSCRIBED,
    "complaint": EventType.UNSUBSCRIBED,
    "deferred": None,
    "blocked": None,
    "error": None,
    "listaddition": None,
    "contactupdated": None,
    "contactdeleted": None,
}

_KINDS = {
    "hardbounce": "hard",
    "invalid": "hard",
    "invalidemail": "hard",
    "softbounce": "soft",
    "spam": COMPLAINT,
    "complaint": COMPLAINT,
}


def _recognizes(content: Content) -> bool:
    is_transactional = content.has("message-id") and (content.has("ts_event") or content.has("ts_epoch"))
    is_marketing = content.has("camp_id", "campaign name")
    return content.has("event", "email") and (is_transactional or is_marketing)


def _read(cells: Cells, row: Row) -> Iterator[MailEvent]:
    kind = event_type(_TYPES, cells, row, "event")
    if kind is None:
        return
    campaign_id, campaign = cells.id(row, "camp_id"), cells.text(row, "campaign name")
    if not campaign_id and not campaign:
        campaign = first_text(cells.raw(row, "tags")) or first_text(cells.raw(row, "tag"))
    yield MailEvent(
        kind,
        moment(cells, row, "ts_event", "ts_epoch", "date", zone=_ZONE),
        cells.address(row, "email"),
        message_id(cells.text(row, "message-id")),
        campaign_id,
        campaign,
        sent_at=optional_moment(cells, row, "ts_sent"),
        is_machine=plain(cells.text(row, "event") or "") in _BY_PROXY,
        url=cells.text(row, "link", "URL") if kind is EventType.CLICKED else None,
        kind=kind_of(_KINDS, cells, row, "event"),
        reason=cells.cut(row, "reason") if kind is EventType.BOUNCED else None,
        source_type=cells.text(row, "event"),
        subject=cells.cut(row, "subject"),
        mailbox=mailbox_in(cells, row, "sender_email"),
    )


FORMATS = (
    ToolFormat(
        key="brevo_events",
        name="Brevo webhooks",
        recognizes=_recognizes,
        read=reader(_read),
        fields=(
            Field("email", "the recipient"),
            Field("ts_event", "when it happened"),
            Field("ts_epoch, date", "likewise, where ts_event is missing; date is in the time of Paris"),
            Field("ts_sent", "when a marketing email was sent"),
            Field("event: request, sent", "sent"),
            Field("event: delivered", "delivered; also sent at that moment, if no event tells of the sending"),
            Field("event: hard_bounce, soft_bounce, invalid_email", "bounced; likewise also sent"),
            Field("event", "the kind of a bounce: hard, soft; kept as the source's word too"),
            Field("reason", "why an email bounced"),
            Field("subject, sender_email", "the subject and the mailbox"),
            Field("event: opened, unique_opened", "opened; Brevo sends both of a first open, which counts once"),
            Field("event: proxy_open, unique_proxy_open", "opened by a machine: Apple's privacy proxy"),
            Field("event: click", "clicked"),
            Field("event: unsubscribed, unsubscribe", "unsubscribed"),
            Field("event: spam, complaint", "unsubscribed, as Brevo sends nothing more to people who complain"),
            Field("event: deferred, blocked, error", "left out: tried again, or never sent"),
            Field("event: list_addition, contact_updated, contact_deleted", "left out: of no email"),
            Field("message-id", "the email, together with the recipient; else the campaign and the recipient"),
            Field("camp_id, campaign name", "the campaign of a marketing email"),
            Field("tags, tag", "else the first tag is the campaign"),
            Field("link, URL", "the link that was clicked"),
            Field("id", "left out: it is the webhook's, not the event's"),
            Field("ts", "left out: in the zone of the account, and not said which"),
            Field("date_sent, date_event, template_id, sending_ip, user_agent, X-Mailin-custom", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("campaign",),
        example="brevo_events.ndjson",
    ),
)
