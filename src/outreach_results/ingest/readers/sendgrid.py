"""SendGrid: the events of its event webhook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.readers.common import Cells
from outreach_results.ingest.readers.mail_events import (
    COMPLAINT,
    MailEvent,
    Types,
    campaign_in,
    event_type,
    first_text,
    kind_of,
    moment,
    reader,
)
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat
from outreach_results.models import EventType

_TYPES: Types = {
    "processed": EventType.SENT,
    "delivered": EventType.DELIVERED,
    "bounce": EventType.BOUNCED,
    "open": EventType.OPENED,
    "click": EventType.CLICKED,
    "unsubscribe": EventType.UNSUBSCRIBED,
    "groupunsubscribe": EventType.UNSUBSCRIBED,
    "spamreport": EventType.UNSUBSCRIBED,
    "deferred": None,
    "dropped": None,
    "accountstatuschange": None,
}

_KINDS = {"bounce": "hard", "blocked": "blocked", "spamreport": COMPLAINT}


def _recognizes(content: Content) -> bool:
    return content.has("event", "timestamp", "email") and (content.has("sg_event_id") or content.has("sg_message_id"))


def _read(cells: Cells, row: Row) -> Iterator[MailEvent]:
    kind = event_type(_TYPES, cells, row, "event")
    if kind is None:
        return
    campaign_id, campaign = _campaign(cells, row)
    yield MailEvent(
        kind,
        moment(cells, row, "timestamp"),
        cells.address(row, "email"),
        _message(cells.text(row, "sg_message_id")),
        campaign_id,
        campaign,
        key=cells.id(row, "sg_event_id"),
        is_machine=bool(cells.flag(row, "sg_machine_open")),
        url=cells.text(row, "url") if kind is EventType.CLICKED else None,
        kind=kind_of(_KINDS, cells, row, "type") if kind is EventType.BOUNCED else kind_of(_KINDS, cells, row, "event"),
        reason=cells.cut(row, "reason") if kind is EventType.BOUNCED else None,
        source_type=cells.text(row, "event"),
    )


def _message(sg_message_id: str | None) -> str | None:
    """The message, without the server that handled an event of it."""
    return re.split(r"\.(?:filter|recvd)", sg_message_id)[0] or None if sg_message_id else None


def _campaign(cells: Cells, row: Row) -> tuple[str | None, str | None]:
    """What a sender gave as custom argument, else the campaign made with SendGrid's tools, else the first category."""
    campaign = campaign_in(cells, row)
    if campaign == (None, None):
        campaign = (
            cells.id(row, "marketing_campaign_id", "singlesend_id"),
            cells.text(row, "marketing_campaign_name", "singlesend_name"),
        )
    return campaign if campaign != (None, None) else (None, first_text(cells.raw(row, "category")))


FORMATS = (
    ToolFormat(
        key="sendgrid_events",
        name="SendGrid event webhook",
        recognizes=_recognizes,
        read=reader(_read),
        fields=(
            Field("email", "the recipient"),
            Field("timestamp", "when it happened"),
            Field("event: processed", "sent"),
            Field("event: delivered", "delivered; also sent at that moment, if no event tells of the sending"),
            Field("event: bounce", "bounced, whatever the type; likewise also sent"),
            Field("event: open, click", "opened, clicked"),
            Field("event: unsubscribe, group_unsubscribe", "unsubscribed"),
            Field("event: spamreport", "unsubscribed, as SendGrid sends nothing more to people who complain"),
            Field("event: deferred, dropped, account_status_change", "left out: tried again, or never sent"),
            Field("event: any other, such as group_resubscribe", "rejected by its name"),
            Field("type: bounce, blocked", "the kind of a bounce: hard, blocked"),
            Field("reason", "why an email bounced"),
            Field("event", "kept as the source's word for what happened"),
            Field("sg_event_id", "the event, so that one that is delivered twice counts once"),
            Field("sg_message_id", "the email, together with the recipient"),
            Field("campaign_id, campaign, campaign_name", "the campaign, where you send it as a custom argument"),
            Field("marketing_campaign_id, marketing_campaign_name", "else the campaign"),
            Field("singlesend_id, singlesend_name", "likewise"),
            Field("category", "else the first category is the campaign"),
            Field("sg_machine_open", "an open by a machine"),
            Field("url", "the link that was clicked"),
            Field("smtp-id, ip, useragent, response, status, attempt, asm_group_id, tls", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("campaign",),
        example="sendgrid_events.json",
    ),
)
