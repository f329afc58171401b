"""Postmark: the events of its webhooks."""

from __future__ import annotations

from collections.abc import Iterator

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.fields import MAX_BODY
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
    reader,
)
from outreach_results.ingest.tool_formats import SENDING_COUNTS, Field, ToolFormat
from outreach_results.models import EventType

_TYPES: Types = {
    "delivery": EventType.DELIVERED,
    "bounce": EventType.BOUNCED,
    "spamcomplaint": EventType.UNSUBSCRIBED,
    "open": EventType.OPENED,
    "click": EventType.CLICKED,
    "subscriptionchange": EventType.UNSUBSCRIBED,
}
_BOUNCES: Types = {
    "hardbounce": EventType.BOUNCED,
    "softbounce": EventType.BOUNCED,
    "badaddress": EventType.BOUNCED,
    "bademailaddress": EventType.BOUNCED,
    "blocked": EventType.BOUNCED,
    "dnserror": EventType.BOUNCED,
    "dmarcpolicy": EventType.BOUNCED,
    "spamnotification": EventType.BOUNCED,
    "virusnotification": EventType.BOUNCED,
    "unknown": EventType.BOUNCED,
    "autoresponder": EventType.REPLIED,
    "addresschange": EventType.REPLIED,
    "challengeverification": EventType.REPLIED,
    "unsubscribe": EventType.UNSUBSCRIBED,
    "spamcomplaint": EventType.UNSUBSCRIBED,
    # A delay, after which it is tried again; and what is no answer to an email that was sent.
    "transient": None,
    "subscribe": None,
    "openrelaytest": None,
    "manuallydeactivated": None,
    "unconfirmed": None,
    "smtpapierror": None,
    "inbounderror": None,
    "templaterenderingfailed": None,
}
_KINDS = {
    "hardbounce": "hard",
    "badaddress": "hard",
    "bademailaddress": "hard",
    "softbounce": "soft",
    "dnserror": "soft",
    "blocked": "blocked",
    "dmarcpolicy": "blocked",
    "spamnotification": "blocked",
    "virusnotification": "blocked",
    "spamcomplaint": COMPLAINT,
}


def _recognizes(content: Content) -> bool:
    return content.has("RecordType", "MessageID")


def _read(cells: Cells, row: Row) -> Iterator[MailEvent]:
    kind = event_type(_TYPES, cells, row, "RecordType")
    if kind is EventType.BOUNCED:
        kind = event_type(_BOUNCES, cells, row, "Type")
    if plain(cells.text(row, "RecordType") or "") == "subscriptionchange" and not _is_requested(cells, row):
        return
    if kind is None:
        return
    campaign_id, campaign = campaign_in(cells, row, "Metadata")
    yield MailEvent(
        kind,
        moment(cells, row, "DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"),
        cells.address(row, "Recipient", "Email"),
        cells.text(row, "MessageID"),
        campaign_id,
        campaign if campaign_id or campaign else cells.text(row, "Tag"),
        is_machine=is_privacy_proxy(cells.text(row, "UserAgent")),
        url=cells.text(row, "OriginalLink") if kind is EventType.CLICKED else None,
        kind=kind_of(_KINDS, cells, row, "Type", "RecordType"),
        reason=cells.cut(row, "Details", "Description") if kind is EventType.BOUNCED else None,
        source_type=cells.text(row, "Type", "RecordType"),
        subject=cells.cut(row, "Subject"),
        mailbox=mailbox_in(cells, row, "From"),
        reply=cells.text(row, "Content", limit=MAX_BODY) or "" if kind is EventType.REPLIED else "",
    )


def _is_requested(cells: Cells, row: Row) -> bool:
    """Whether a subscription ends because the recipient asked for it: a bounce and a sender can end it too."""
    is_by_recipient = (
        cells.text(row, "Origin") in (None, "Recipient") and cells.text(row, "SuppressionReason") != "HardBounce"
    )
    return bool(cells.flag(row, "SuppressSending")) and is_by_recipient


FORMATS = (
    ToolFormat(
        key="postmark_events",
        name="Postmark webhooks",
        recognizes=_recognizes,
        read=reader(_read),
        fields=(
            Field("Recipient, Email", "the recipient"),
            Field("DeliveredAt, BouncedAt, ReceivedAt, ChangedAt", "when it happened"),
            Field("RecordType: Delivery", "delivered; Postmark tells of no sending, so also sent at that moment"),
            Field("RecordType: Bounce", "by its Type"),
            Field("Type: HardBounce, SoftBounce, Blocked, BadEmailAddress, DnsError", "bounced; likewise also sent"),
            Field("Type: DMARCPolicy, SpamNotification, VirusNotification, Unknown", "bounced; likewise also sent"),
            Field("Type: AutoResponder, AddressChange, ChallengeVerification", "an automatic reply, and no bounce"),
            Field("Type: Unsubscribe, SpamComplaint", "unsubscribed"),
            Field("Type", "the kind of a bounce: hard, soft or blocked; kept as the source's word too"),
            Field("Details, Description", "why an email bounced"),
            Field("Subject, From", "the subject and the mailbox, which some events have"),
            Field("Type: Transient", "left out: Postmark tries again"),
            Field("Type: Subscribe, OpenRelayTest, ManuallyDeactivated, Unconfirmed", "left out: never sent"),
            Field("Type: SMTPApiError, InboundError, TemplateRenderingFailed", "left out: never sent"),
            Field("RecordType: Open, Click", "opened, clicked; FirstOpen is not needed, as the first counts"),
            Field("RecordType: SpamComplaint", "unsubscribed, as Postmark sends nothing more to people who complain"),
            Field("RecordType: SubscriptionChange", "unsubscribed, if the recipient asked for it"),
            Field("SuppressSending, SuppressionReason, Origin", "whether the recipient did"),
            Field("MessageID", "the email, together with the recipient"),
            Field("Metadata: campaign_id, campaign, campaign_name", "the campaign, where you send it so"),
            Field("Tag", "else the campaign"),
            Field("UserAgent", "a machine, if it is nothing but Mozilla/5.0: Apple's privacy proxy"),
            Field("OriginalLink", "the link that was clicked"),
            Field("Content", "the text of an automatic reply, where the webhook is set to send it"),
            Field("ID, TypeCode, Name, Inactive, CanActivate", ""),
            Field("ServerID, MessageStream, Client, OS, Platform, Geo, ClickLocation", ""),
        ),
        tracks=SENDING_COUNTS,
        needs=("campaign",),
        example="postmark_events.ndjson",
    ),
)
