"""Instantly, API v2: the emails that were sent and the replies that came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from outreach_results.ingest.auto_replies import headers_in, is_automatic
from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.context import CampaignNames, Context, natural_id, person_key
from outreach_results.ingest.fields import MAX_BODY, FieldError, quoted, text
from outreach_results.ingest.readers.common import (
    Cells,
    SentEmails,
    campaign_of,
    each_row,
    event_key,
    text_of_html,
)
from outreach_results.ingest.records import MAX_SENT_TEXT, EmailRecord, EventRecord, Record, Records, ReplyRecord
from outreach_results.ingest.tool_formats import Field, States, ToolFormat
from outreach_results.ingest.values import is_empty
from outreach_results.models import Detail, EventType, Sentiment

_SENT, _RECEIVED = 1, 2
_OTHER_TYPES = frozenset({3, 4})
_STATES = {
    0: ("out of office", Sentiment.AUTOMATIC),
    1: ("interested", Sentiment.POSITIVE),
    2: ("meeting booked", Sentiment.POSITIVE),
    3: ("meeting completed", Sentiment.POSITIVE),
    4: ("won", Sentiment.POSITIVE),
    -1: ("not interested", Sentiment.NEGATIVE),
    -2: ("wrong person", Sentiment.NEUTRAL),
    -3: ("lost", Sentiment.NEGATIVE),
    -4: ("no show", Sentiment.NEUTRAL),
}
_MEETINGS = frozenset({"meeting booked", "meeting completed", "no show"})


def _is_emails(content: Content) -> bool:
    return content.has("ue_type", "timestamp_email")


def _emails(content: Content, context: Context) -> Records:
    cells = Cells(content)
    names = CampaignNames(context, Detail.EVENTS)
    sent = _sent_emails(content, cells, CampaignNames(context, Detail.EVENTS))

    def read(row: Row) -> Iterator[Record]:
        kind = cells.count(row, "ue_type")
        if kind in _OTHER_TYPES or _is_outside_campaigns(cells, row, kind):
            return
        if kind not in (_SENT, _RECEIVED):
            raise FieldError("ue_type", f"{quoted(cells.raw(row, 'ue_type'))} isn't a type of email that is known")
        at = cells.needed_instant(row, "timestamp_email", "timestamp_created")
        address = _lead(cells, row, kind)
        campaign = campaign_of(names, cells.id(row, "campaign_id"))
        yield from names.seen(campaign, at)
        if kind == _SENT:
            yield EmailRecord(campaign, _email_id(cells, row, address, at), address, sent_at=at, **_details(cells, row))
        else:
            answered = sent.before(campaign, address, at) or natural_id(person_key(address))
            yield EmailRecord(campaign, answered, address)
            yield from _reply(cells, row, context, campaign, answered, address, at)

    yield from each_row(content, names, read)


def _details(cells: Cells, row: Row) -> dict[str, Any]:
    """What the row of an email that was sent says of it."""
    body = _body(cells, row)
    return {
        "step": cells.text(row, "step"),
        "mailbox": cells.cut(row, "eaccount", "from_address_email"),
        "subject": cells.cut(row, "subject"),
        "text": body and body[:MAX_SENT_TEXT],
    }


def _sent_emails(content: Content, cells: Cells, names: CampaignNames) -> SentEmails:
    sent = SentEmails()
    for _, row in content.read():
        try:
            if cells.count(row, "ue_type") == _SENT:
                at = cells.needed_instant(row, "timestamp_email", "timestamp_created")
                address = _lead(cells, row, _SENT)
                campaign = campaign_of(names, cells.id(row, "campaign_id"))
                sent.add(campaign, address, at, _email_id(cells, row, address, at))
        except FieldError:
            continue  # reported when the row is read
    return sent


def _is_outside_campaigns(cells: Cells, row: Row, kind: int | None) -> bool:
    """Whether something came in that answers no campaign, or was not written by anybody else."""
    if kind != _RECEIVED:
        return False
    sender, mailbox = cells.text(row, "from_address_email"), cells.text(row, "eaccount")
    is_own = sender is not None and mailbox is not None and person_key(sender) == person_key(mailbox)
    return is_own or cells.raw(row, "campaign_id") is None


def _lead(cells: Cells, row: Row, kind: int) -> str:
    """The address of the lead, whoever wrote the email."""
    if isinstance(cells.raw(row, "lead"), Mapping):
        return cells.address(row, "lead.email")
    if is_empty(cells.raw(row, "lead")) and kind == _RECEIVED:
        return cells.address(row, "from_address_email")
    return cells.address(row, "lead")


def _email_id(cells: Cells, row: Row, address: str, at: datetime) -> str:
    return cells.id(row, "id") or natural_id(person_key(address), at.isoformat())


def _reply(
    cells: Cells, row: Row, context: Context, campaign: str, answered: str, address: str, at: datetime
) -> Iterator[Record]:
    state = _state(cells, row)
    body = _body(cells, row)
    preview = cells.text(row, "content_preview", limit=MAX_BODY) or body or ""
    yield ReplyRecord(
        campaign,
        cells.id(row, "id") or event_key(campaign, address, EventType.REPLIED, at),
        answered,
        cells.text(row, "from_address_email") or address,
        _sender_name(cells, row),
        None,
        _sentiment(cells, row, state, context).value,
        preview[:200],
        body,
        at,
    )
    if _is_among(state, context.meetings or _MEETINGS):
        key = event_key(campaign, address, EventType.MEETING_BOOKED, at)
        yield EventRecord(campaign, key, answered, EventType.MEETING_BOOKED.value, at)


def _state(cells: Cells, row: Row) -> int | None:
    """The interest: as somebody set it, else as Instantly judged it; None for no state, and for a mere probability."""
    for name in ("i_status", "ai_interest_value"):
        value = cells.raw(row, name)
        try:
            state = None if value is None else int(str(value).removesuffix(".0"))
        except ValueError:
            continue
        if state in _STATES:
            return state
    return None


def _is_among(state: int | None, words: frozenset[str]) -> bool:
    """Whether a state is one of those that are named, by their words or numbers."""
    return state is not None and not {str(state), _STATES[state][0]}.isdisjoint(word.casefold() for word in words)


def _sentiment(cells: Cells, row: Row, state: int | None, context: Context) -> Sentiment:
    if cells.flag(row, "is_auto_reply") or is_automatic(headers_in(row), cells.cut(row, "subject")):
        return Sentiment.AUTOMATIC
    if state is None:
        return Sentiment.UNCLASSIFIED
    sentiment = _STATES[state][1]
    if context.positives:
        if _is_among(state, context.positives):
            return Sentiment.POSITIVE
        if sentiment is Sentiment.POSITIVE:
            return Sentiment.NEUTRAL
    return sentiment


def _body(cells: Cells, row: Row) -> str | None:
    body: Any = cells.raw(row, "body")
    if isinstance(body, Mapping):
        plain_text = cells.text(row, "body.text", limit=MAX_BODY)
        html = None if plain_text else cells.text(row, "body.html", limit=MAX_BODY)
        return plain_text or (text_of_html(html) if html else None) or None
    return cells.text(row, "body", limit=MAX_BODY)


def _sender_name(cells: Cells, row: Row) -> str | None:
    people = cells.raw(row, "from_address_json")
    first = people[0] if isinstance(people, list) and people else people
    name = first.get("name") if isinstance(first, Mapping) else None
    return text("from_address_json", name.strip()) if isinstance(name, str) else None


FORMATS = (
    ToolFormat(
        key="instantly_emails",
        name="Instantly emails",
        recognizes=_is_emails,
        read=_emails,
        fields=(
            Field("id", "the email, or the reply"),
            Field(
                "ue_type",
                "1 an email that was sent, 2 a reply; 3 (written by hand) and 4 (planned) are left out",
            ),
            Field("timestamp_email, timestamp_created", "when it was sent or came in"),
            Field("lead", "the recipient"),
            Field(
                "campaign_id",
                "the campaign; what came in without one, or from the mailbox itself, answers none and is left out",
            ),
            Field("from_address_email, from_address_json", "who wrote the reply, which answers the last email before"),
            Field("content_preview, body", "the text of the reply; body also that of an email that was sent"),
            Field("is_auto_reply, subject", "an automatic reply, by the flag or a subject such as Automatic reply"),
            Field(
                "i_status, ai_interest_value",
                "the sentiment of a reply. Positive: 1 interested, 2 meeting booked, 3 meeting completed, 4 won; "
                "negative: -1 not interested, -3 lost; neutral: -2 wrong person, -4 no show; automatic: 0 out of "
                "office. You can say which of them are positive",
            ),
            Field(
                "i_status",
                "meetings, on the day of the reply that has the state: 2 meeting booked, 3 meeting completed, "
                "-4 no show, unless you say which ones are meetings",
            ),
            Field("step, subject, eaccount", "the step, the subject and the mailbox of an email that was sent"),
            Field("thread_id, message_id, is_unread", ""),
        ),
        tracks=frozenset({"emails_sent", "replied", "meetings_booked"}),
        example="instantly_emails.json",
        states=States(
            tuple(word for word, _ in _STATES.values()),
            tuple(word for word, _ in _STATES.values() if word in _MEETINGS),
            tuple(word for word, sentiment in _STATES.values() if sentiment is Sentiment.POSITIVE),
        ),
    ),
)
