"""lemlist: the activities of its API, one row an event."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.context import CampaignNames, Context, natural_id, person_key
from outreach_results.ingest.fields import MAX_BODY, FieldError, quoted
from outreach_results.ingest.readers.common import (
    Cells,
    SentEmails,
    campaign_of,
    each_row,
    event_key,
    is_one_of,
    text_of_html,
)
from outreach_results.ingest.records import EmailRecord, EventRecord, Record, Records, ReplyRecord
from outreach_results.ingest.tool_formats import ALL_COUNTS, Field, States, ToolFormat
from outreach_results.models import Detail, EventType, Sentiment

_TYPES = {
    "emailsSent": EventType.SENT,
    "emailsOpened": EventType.OPENED,
    "emailsClicked": EventType.CLICKED,
    "emailsReplied": EventType.REPLIED,
    "emailsBounced": EventType.BOUNCED,
    "emailsUnsubscribed": EventType.UNSUBSCRIBED,
}
_MEETING = "meetingBooked"
_POSITIVE = frozenset({"emailsInterested", "interested"})
_NEGATIVE = frozenset({"emailsNotInterested", "notInterested"})
_OTHER_CHANNELS = ("linkedin", "aircall", "api", "manual", "sms", "whatsapp", "ringover", "call", "voice")
_OTHER_TYPES = frozenset(
    {
        "annotated",
        "attracted",
        "campaignComplete",
        "conditionChosen",
        "connectionIssue",
        "contacted",
        "customDomainErrors",
        "emailsDone",
        "emailsFailed",
        "emailsSendFailed",
        "hooked",
        "lemwarmPaused",
        "opportunitiesDone",
        "outOfOffice",
        "paused",
        "resumed",
        "sendLimitReached",
        "skipped",
        "stopped",
        "warmed",
    }
)

_Interest = dict[tuple[str, str], tuple[datetime, bool]]


def _is_activities(content: Content) -> bool:
    return content.has("_id", "type", "createdAt", "leadEmail")


def _activities(content: Content, context: Context) -> Records:
    cells = Cells(content)
    names = CampaignNames(context, Detail.EVENTS)
    sent, interest = _before(content, cells, CampaignNames(context, Detail.EVENTS))

    def read(row: Row) -> Iterator[Record]:
        word = cells.text(row, "type")
        kind = _kind(word, context)
        if kind is None:
            return
        at = cells.needed_instant(row, "createdAt")
        address = cells.address(row, "leadEmail")
        campaign = _campaign(cells, row, names)
        yield from names.seen(campaign, at)
        email_id = _email_id(cells, row, address) or (
            natural_id(person_key(address), at.isoformat())
            if kind is EventType.SENT
            else sent.before(campaign, address, at) or natural_id(person_key(address))
        )
        name = cells.person(row, "leadFirstName", "leadLastName")
        company = cells.text(row, "leadCompanyName", "extra.leadCompanyName")
        sent_at = at if kind is EventType.SENT else None
        yield EmailRecord(campaign, email_id, address, name, company, sent_at, **_details(cells, row, kind))
        if kind is EventType.SENT:
            return
        key = cells.id(row, "_id") or event_key(campaign, address, kind.value, at)
        is_bot = bool(cells.flag(row, "bot"))
        if kind is EventType.REPLIED:
            sentiment = _sentiment(interest.get((campaign, person_key(address))), context, is_bot=is_bot)
            body = _body(cells, row)
            preview = (body or "")[:200]
            yield ReplyRecord(campaign, key, email_id, address, name, company, sentiment.value, preview, body, at)
            return
        url = cells.text(row, "url", "clickedUrl", "extra.url") if kind is EventType.CLICKED else None
        reason = cells.cut(row, "errorMessage") if kind is EventType.BOUNCED else None
        yield EventRecord(campaign, key, email_id, kind.value, at, is_bot, url, None, reason, word)

    yield from each_row(content, names, read)


def _details(cells: Cells, row: Row, kind: EventType) -> dict[str, Any]:
    """What the row says of the email. The subject of a reply is its own."""
    return {
        "step": cells.text(row, "sequenceStep"),
        "mailbox": cells.cut(row, "sendUserEmail"),
        "subject": None if kind is EventType.REPLIED else cells.cut(row, "subject"),
    }


def _kind(word: str | None, context: Context) -> EventType | None:
    """The type of event; None for what is no email and no meeting.

    Raises:
        FieldError: nobody knows this type.
    """
    if is_one_of(word, context.meetings or frozenset({_MEETING})):
        return EventType.MEETING_BOOKED
    if word in _TYPES:
        return _TYPES[word]
    if word is None:
        raise FieldError("type", "an event type is required")
    if word in _POSITIVE | _NEGATIVE | _OTHER_TYPES | {_MEETING} or word.startswith(_OTHER_CHANNELS):
        return None
    raise FieldError("type", f"{quoted(word)} isn't an event that is known")


def _before(content: Content, cells: Cells, names: CampaignNames) -> tuple[SentEmails, _Interest]:
    """What has to be known before the first row is read: the emails sent, and the interest that was marked last."""
    sent = SentEmails()
    interest: _Interest = {}
    for _, row in content.read():
        try:
            word = cells.text(row, "type")
            if word == "emailsSent" or word in _POSITIVE or word in _NEGATIVE:
                at, address = cells.needed_instant(row, "createdAt"), cells.address(row, "leadEmail")
                campaign = _campaign(cells, row, names)
            else:
                continue
            email_id = _email_id(cells, row, address)
        except FieldError:
            continue  # reported when the row is read
        if word == "emailsSent":
            sent.add(campaign, address, at, email_id or natural_id(person_key(address), at.isoformat()))
        else:
            key, mark = (campaign, person_key(address)), (at, word in _POSITIVE)
            interest[key] = max(interest.get(key, mark), mark)
    return sent, interest


def _campaign(cells: Cells, row: Row, names: CampaignNames) -> str:
    return campaign_of(names, cells.id(row, "campaignId"), cells.text(row, "campaignName", "name"))


def _email_id(cells: Cells, row: Row, address: str) -> str | None:
    """A lead gets one email a step; None where the row names no step."""
    step = cells.text(row, "sequenceStep")
    return None if step is None else natural_id(person_key(address), step)


def _sentiment(mark: tuple[datetime, bool] | None, context: Context, *, is_bot: bool) -> Sentiment:
    if is_bot:
        return Sentiment.AUTOMATIC
    if mark is None:
        return Sentiment.UNCLASSIFIED
    if not mark[1]:
        return Sentiment.NEGATIVE
    is_positive = not context.positives or any(is_one_of(word, context.positives) for word in _POSITIVE)
    return Sentiment.POSITIVE if is_positive else Sentiment.NEUTRAL


def _body(cells: Cells, row: Row) -> str | None:
    text = cells.text(row, "text", "message", "extra.text", "messagePreview", limit=MAX_BODY)
    return text_of_html(text) or None if text and "<" in text and ">" in text else text


FORMATS = (
    ToolFormat(
        key="lemlist_activities",
        name="lemlist activities",
        recognizes=_is_activities,
        read=_activities,
        fields=(
            Field("_id", "the event, or the reply"),
            Field(
                "type",
                "emailsSent, emailsOpened, emailsClicked, emailsReplied, emailsBounced, emailsUnsubscribed, and "
                "meetingBooked; other channels and states of the sequence are left out",
            ),
            Field(
                "type",
                "emailsInterested and emailsNotInterested: the sentiment of the lead's replies, positive or negative; "
                "the last one counts. You can say that interested means a meeting",
            ),
            Field("createdAt", "when it happened"),
            Field("isFirst", "left out: repeats are told from the first by their times"),
            Field("leadEmail", "the recipient"),
            Field("leadFirstName, leadLastName", "the name"),
            Field("leadCompanyName, extra.leadCompanyName", "the company"),
            Field("campaignId, campaignName, name", "the campaign"),
            Field("sequenceStep", "with the lead, the email; without it the last email before. Kept as its step"),
            Field("sendUserEmail, subject", "the mailbox and the subject of the email"),
            Field("errorMessage", "why an email bounced"),
            Field("bot", "a machine's open or click, or an automatic reply"),
            Field("text, message, messagePreview", "the text of a reply, where it is there"),
            Field("url, clickedUrl", "the link that was clicked"),
            Field("emailId, messageId, relatedSentAt, teamId, leadId, metaData", ""),
        ),
        tracks=ALL_COUNTS,
        example="lemlist_activities.json",
        states=States(tuple(sorted(_POSITIVE | _NEGATIVE | {_MEETING})), (_MEETING,), tuple(sorted(_POSITIVE))),
    ),
)
