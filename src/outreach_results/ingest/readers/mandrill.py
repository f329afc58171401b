"""Mandrill (Mailchimp Transactional): the events of its webhooks."""

from __future__ import annotations

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
    is_privacy_proxy,
    kind_of,
    mailbox_in,
    moment,
    optional_moment,
    reader,
)
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat
from outreach_results.models import EventType

_TYPES: Types = {
    # Mandrill calls an email sent when the recipient's server has accepted it.
    "send": EventType.DELIVERED,
    "delivered": EventType.DELIVERED,
    "hardbounce": EventType.BOUNCED,
    "softbounce": EventType.BOUNCED,
    "open": EventType.OPENED,
    "click": EventType.CLICKED,
    "unsub": EventType.UNSUBSCRIBED,
    "spam": EventType.UNSUBSCRIBED,
    "deferral": None,
    "reject": None,
}

_KINDS = {"hardbounce": "hard", "softbounce": "soft", "spam": COMPLAINT}


def _recognizes(content: Content) -> bool:
    return content.has("event", "ts", "msg")


def _read(cells: Cells, row: Row) -> Iterator[MailEvent]:
    kind = event_type(_TYPES, cells, row, "event")
    if kind is None:
        return
    campaign_id, campaign = campaign_in(cells, row, "msg.metadata")
    if not campaign_id and not campaign:
        campaign = first_text(cells.raw(row, "msg.tags"))
    yield MailEvent(
        kind,
        moment(cells, row, "ts"),
        cells.address(row, "msg.email"),
        cells.text(row, "msg._id", "_id"),
        campaign_id,
        campaign,
        sent_at=optional_moment(cells, row, "msg.ts"),
        is_machine=is_privacy_proxy(cells.text(row, "user_agent")),
        url=cells.text(row, "url") if kind is EventType.CLICKED else None,
        kind=kind_of(_KINDS, cells, row, "event"),
        reason=cells.cut(row, "msg.diag", "msg.bounce_description") if kind is EventType.BOUNCED else None,
        source_type=cells.text(row, "event"),
        subject=cells.cut(row, "msg.subject"),
        mailbox=mailbox_in(cells, row, "msg.sender"),
    )


FORMATS = (
    ToolFormat(
        key="mandrill_events",
        name="Mandrill webhooks",
        recognizes=_recognizes,
        read=reader(_read),
        fields=(
            Field("mandrill_events", "the field of the form that holds the events; a JSON array of them is read too"),
            Field("msg.email", "the recipient"),
            Field("msg.ts", "when the email was sent, whatever the event"),
            Field("ts", "when it happened"),
            Field("event: send, delivered", "delivered: Mandrill calls sent what the recipient's server accepted"),
            Field("event: hard_bounce, soft_bounce", "bounced"),
            Field("event", "the kind of a bounce: hard, soft; kept as the source's word too"),
            Field("msg.diag, msg.bounce_description", "why an email bounced"),
            Field("msg.subject, msg.sender", "the subject and the mailbox"),
            Field("event: open, click", "opened, clicked"),
            Field("event: unsub", "unsubscribed"),
            Field("event: spam", "unsubscribed, as Mandrill sends nothing more to people who complain"),
            Field("event: deferral, reject", "left out: tried again, or never sent"),
            Field("event: any other, such as inbound", "rejected by its name"),
            Field("msg._id, _id", "the email, together with the recipient"),
            Field("msg.metadata: campaign_id, campaign, campaign_name", "the campaign, where you send it so"),
            Field("msg.tags", "else the first tag is the campaign"),
            Field("user_agent", "a machine, if it is nothing but Mozilla/5.0: Apple's privacy proxy"),
            Field("url", "the link that was clicked"),
            Field("msg.opens, msg.clicks", "left out: each has an event of its own"),
            Field("msg.state, msg.template", ""),
            Field("msg.smtp_events, msg.subaccount, ip, location, user_agent_parsed", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("campaign",),
        example="mandrill_events.txt",
    ),
)
