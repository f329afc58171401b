"""The events that mail services send by webhook, one object each, and the records that they become.

The module of a service says what one object means, as `MailEvent`s; the rest is the same for all services. The body of
a request is read just as a file is: ``entry.records(content_of(objects, name), context)``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.content.types import fields_of
from outreach_results.ingest.context import CampaignNames, Context, natural_id, person_key
from outreach_results.ingest.fields import FieldError, quoted
from outreach_results.ingest.mapping.targets import plain
from outreach_results.ingest.readers.common import UTC_ZONE, Cells, campaign_of, each_row
from outreach_results.ingest.records import EmailRecord, EventRecord, Record, Records, ReplyRecord
from outreach_results.ingest.values import DateForm, is_empty, parse_instant
from outreach_results.models import Detail, EventType, Sentiment

_REMEMBERED = 100_000
_PREVIEW = 200
_FIRST_MILLISECONDS = 100_000_000_000  # as seconds, the year 5138
_PRIVACY_PROXY = "Mozilla/5.0"  # and nothing else: Apple's, which opens everything on arrival
_PROVES_SENDING = frozenset({EventType.DELIVERED, EventType.BOUNCED})


class MailEvent(NamedTuple):
    """What a mail service tells of one email to one person.

    Attributes:
        message: the service's id of the message, which may have several recipients; None where it gives none.
        key: the service's id of the event; without it the email, the type and the moment identify it.
        sent_at: when the email was sent, where every event of it says so.
        kind: of a bounce ``hard``, ``soft`` or ``blocked``, where the service says so; `COMPLAINT` of a complaint.
        reason: what the other server, or the service, says of a bounce.
        source_type: the service's own word for the event.
        subject: that of the email.
        mailbox: the address from which the email was sent.
        reply: the text of an automatic reply, '' where the service keeps it to itself; only of the type ``replied``.
    """

    type: EventType
    at: datetime
    address: str
    message: str | None
    campaign_id: str | None = None
    campaign: str | None = None
    key: str | None = None
    sent_at: datetime | None = None
    is_machine: bool = False
    url: str | None = None
    reply: str = ""
    kind: str | None = None
    reason: str | None = None
    source_type: str | None = None
    subject: str | None = None
    mailbox: str | None = None


COMPLAINT = "complaint"
"""The kind of an unsubscription by which somebody called the email spam."""

Types = Mapping[str, EventType | None]
"""A service's word for an event, as `plain` writes it → ours; None for those that say nothing of results."""


def reader(
    read_event: Callable[[Cells, Row], Iterable[MailEvent]], unwrap: Callable[[Row], Row] | None = None
) -> Callable[[Content, Context], Records]:
    """A reader of one service's events.

    Args:
        read_event: what one object tells; raises a `FieldError` where it cannot be used.
        unwrap: the event in an object that stands around it; the object itself where there is none in it.
    """

    def read(content: Content, context: Context) -> Records:
        events = content if unwrap is None else _unwrapped(content, unwrap)
        cells = Cells(events)
        names = CampaignNames(context, Detail.EVENTS)
        emails = _Emails(names)
        yield from each_row(events, names, lambda row: emails.records(list(read_event(cells, row))))

    return read


def _unwrapped(content: Content, unwrap: Callable[[Row], Row]) -> Content:
    sample = tuple(map(unwrap, content.sample))

    def read() -> Iterator[tuple[int, Row]]:
        for number, row in content.read():
            yield number, unwrap(row)

    return replace(content, fields=fields_of(sample), sample=sample, read=read)


class _Emails:
    """Writes events as records, and each email with the earliest moment at which it is known to have been sent."""

    def __init__(self, names: CampaignNames) -> None:
        self._names = names
        self._sent: dict[tuple[str | None, ...], datetime | None] = {}

    def records(self, events: list[MailEvent]) -> Iterator[Record]:
        for event in events:
            campaign = campaign_of(self._names, event.campaign_id, event.campaign)
            email_id = natural_id(event.message or campaign, person_key(event.address))
            yield from self._names.seen(campaign, min(event.at, event.sent_at or event.at))
            yield from self._email(campaign, email_id, event)
            if event.type is not EventType.SENT:
                yield _event_record(campaign, email_id, event)

    def _email(self, campaign: str, email_id: str, event: MailEvent) -> Iterator[EmailRecord]:
        """The email, unless all of it is known already, in the same spelling of its address."""
        sent_at = event.sent_at
        if sent_at is None and (event.type is EventType.SENT or event.type in _PROVES_SENDING):
            sent_at = event.at
        key = (campaign, email_id, event.address, event.subject, event.mailbox)
        known = self._sent.get(key)
        is_news = key not in self._sent or (sent_at is not None and (known is None or sent_at < known))
        if is_news:
            if len(self._sent) >= _REMEMBERED:
                self._sent.clear()
            self._sent[key] = sent_at
        if is_news or event.type is EventType.SENT:
            about = EmailRecord(campaign, email_id, event.address, sent_at=sent_at)
            yield about._replace(subject=event.subject, mailbox=event.mailbox)


def _event_record(campaign: str, email_id: str, event: MailEvent) -> EventRecord | ReplyRecord:
    """What happened to the email: a reply, or an event of another type."""
    parts = (email_id, event.type.value, event.at.isoformat(), str(event.is_machine), event.url or "")
    key = event.key or natural_id(*parts)
    if event.type is not EventType.REPLIED:
        details = (event.kind, event.reason, event.source_type)
        return EventRecord(campaign, key, email_id, event.type.value, event.at, event.is_machine, event.url, *details)
    preview = " ".join(event.reply.split())[:_PREVIEW]
    automatic = Sentiment.AUTOMATIC.value
    body = event.reply or None
    return ReplyRecord(campaign, key, email_id, event.address, None, None, automatic, preview, body, event.at)


# --- cells -------------------------------------------------------------------------------------------------------


def event_type(types: Types, cells: Cells, row: Row, *names: str) -> EventType | None:
    """The type of an event; None where it says nothing of results.

    Raises:
        FieldError: there is no word, or one that the service is not known to use for something that counts.
    """
    word = cells.text(row, *names)
    if word is None:
        raise FieldError(names[0], "an event type is required")
    if plain(word) not in types:
        raise FieldError(names[0], f"{quoted(word)} isn't an event that this product counts")
    return types[plain(word)]


def moment(cells: Cells, row: Row, *names: str, zone: ZoneInfo = UTC_ZONE) -> datetime:
    """A UTC instant from the first of these fields that has a value; seconds or milliseconds since 1970, or ISO 8601.

    Each value is judged for itself, as a request may hold one event alone.

    Args:
        zone: of times that name none.
    """
    instant = optional_moment(cells, row, *names, zone=zone)
    if instant is None:
        raise FieldError(names[0], "a date is required")
    return instant


def optional_moment(cells: Cells, row: Row, *names: str, zone: ZoneInfo = UTC_ZONE) -> datetime | None:
    """The same, or None where nothing stands there."""
    for name in names:
        value = cells.raw(row, name)
        if value is not None:
            try:
                return parse_instant(value, _form(value), zone)[0]
            except ValueError as error:
                raise FieldError(name, str(error)) from None
    return None


def _form(value: Any) -> DateForm:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return DateForm.ISO
    return DateForm.SECONDS if number < _FIRST_MILLISECONDS else DateForm.MILLISECONDS


def kind_of(kinds: Mapping[str, str], cells: Cells, row: Row, *names: str) -> str | None:
    """The kind of a bounce or of an unsubscription, by the service's word for it; None where the word says none."""
    return kinds.get(plain(cells.text(row, *names) or ""))


def mailbox_in(cells: Cells, row: Row, *names: str) -> str | None:
    """The address in a field that may hold a name beside it."""
    mailbox = cells.cut(row, *names)
    return parseaddr(mailbox)[1] or None if mailbox else None


def first_text(value: Any) -> str | None:
    """A text, or the first of a list of them, which may itself be written as text."""
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, list):
        value = next((item for item in value if not is_empty(item)), None)
    return None if is_empty(value) or isinstance(value, Mapping) else str(value).strip()


def campaign_in(cells: Cells, row: Row, under: str = "") -> tuple[str | None, str | None]:
    """The id and the name of the campaign that a sender wrote into an event, in an object below ``under``."""
    prefix = f"{under}." if under else ""
    fields = ("campaign_id", "campaign", "campaign_name")
    campaign_id, campaign, name = (first_text(cells.raw(row, prefix + field)) for field in fields)
    return campaign_id, campaign or name


def message_id(value: str | None) -> str | None:
    """The id of a message without the angle brackets that some events have and others have not."""
    return value.strip("<> ") or None if value else None


def is_privacy_proxy(user_agent: str | None) -> bool:
    """Whether an open comes from the proxy that opens every email before anybody reads it."""
    return user_agent == _PRIVACY_PROXY
