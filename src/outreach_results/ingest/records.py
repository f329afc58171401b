"""The records that every source yields, and the checks of their fields.

A record is a plain named tuple, because files hold millions of them. Instants are aware and UTC, costs are integer
micro-dollars, texts are free of NUL characters and lone surrogates. A row that cannot become a record becomes a
`Rejected` instead, and never stops the rows around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, NamedTuple
from unicodedata import category

from outreach_results.models import MAX_ID, MICROS_PER_DOLLAR, YEARS, Detail, EventType, Sentiment
from outreach_results.store.entries import Entries
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS

MAX_TEXT = 2_000
MAX_BODY = 1_000_000
MAX_SENT_TEXT = 20_000
"""Characters of the text of an email that are kept: read by the thousand, they have to fit into memory."""
LONGEST_CELL = 64_000_000
"""Characters of a cell of a table that are read, so that one that is far too long costs its row and not the file.

Beyond that a quotation mark is missing, and the rest of the file passes for one cell.
"""
MAX_MICROS = 10**15
MAX_VERSION = 10**9


Tracks = tuple[tuple[str, bool], ...]
"""Whether something, such as ``opens``, is tracked; what is left out is not spoken of."""


class CampaignRecord(NamedTuple):
    """A campaign; ``tracks`` is what its source declares, ``tracks_choice`` what a person chose.

    ``entered`` is what a person entered because the source lacks it.
    """

    campaign_id: str
    name: str
    mcp: str | None
    created_at: datetime
    detail: str = Detail.EVENTS.value
    tracks: Tracks = ()
    tracks_choice: Tracks = ()
    entered: Entries = Entries()


class EmailRecord(NamedTuple):
    """An email; ``sent_at`` is None while only later events of it are known.

    ``step`` and ``variant`` say which text of the campaign's sequence it has, ``mailbox`` from which address it was
    sent; ``subject`` and ``text`` are as sent.
    """

    campaign_id: str
    email_id: str
    recipient: str | None = None
    name: str | None = None
    company: str | None = None
    sent_at: datetime | None = None
    cost_ai_generation: int = 0
    cost_lead_enrichment: int = 0
    cost_email_sending: int = 0
    step: str | None = None
    variant: str | None = None
    mailbox: str | None = None
    subject: str | None = None
    text: str | None = None


class EventRecord(NamedTuple):
    """Something that happened to an email after it was sent.

    ``kind`` is that of a bounce, ``hard``, ``soft`` or ``blocked``, or ``complaint`` where somebody called the email
    spam; ``reason`` is what the other server or the source says of it, ``source_type`` the source's word for the event.
    """

    campaign_id: str
    event_id: str
    email_id: str
    type: str
    occurred_at: datetime
    is_machine: bool = False
    url: str | None = None
    kind: str | None = None
    reason: str | None = None
    source_type: str | None = None


class ReplyRecord(NamedTuple):
    """A reply; where its email is known the loader derives the ``replied`` event, under the reply's id."""

    campaign_id: str
    reply_id: str
    email_id: str | None
    address: str | None
    name: str | None
    company: str | None
    sentiment: str
    preview: str
    body: str | None
    received_at: datetime


class MarkRecord(NamedTuple):
    """The state of a reply set by people in the inbox; ``marked_by`` and ``marked_at`` are of the last change."""

    campaign_id: str
    reply_id: str
    sentiment: str | None
    handled_at: datetime | None
    marked_by: str | None
    marked_at: datetime
    corrected_by: str | None = None
    corrected_at: datetime | None = None
    handled_by: str | None = None
    version: int = 1


class DailyRecord(NamedTuple):
    """One day of a campaign with daily totals only; None where the source does not report a number."""

    campaign_id: str
    date: date
    emails_sent: int | None = None
    delivered: int | None = None
    bounced: int | None = None
    opened: int | None = None
    clicked: int | None = None
    replied: int | None = None
    unsubscribed: int | None = None
    meetings_booked: int | None = None
    cost: int | None = None


class ReportedRecord(NamedTuple):
    """The totals of a whole campaign as its platform reports them."""

    campaign_id: str
    period_start: datetime | None
    period_end: datetime | None
    emails_sent: int | None
    delivered: int | None
    bounced: int | None
    opened: int | None
    clicked: int | None
    replied: int | None
    unsubscribed: int | None
    meetings_booked: int | None
    cost_ai_generation: int | None
    cost_lead_enrichment: int | None
    cost_email_sending: int | None
    cost: int | None
    fetched_at: datetime


class ContactRecord(NamedTuple):
    """A contact, or an email, as a snapshot of a campaign shows it at ``as_of``.

    Of each outcome how often it happened, and when it first did; None where the snapshot does not say. An outcome
    without a moment counts in totals and on no day: no date is ever made up.
    """

    campaign_id: str
    contact_id: str
    as_of: datetime
    address: str | None = None
    name: str | None = None
    company: str | None = None
    category: str | None = None
    cost: int | None = None
    sent: int | None = None
    sent_at: datetime | None = None
    delivered: int | None = None
    delivered_at: datetime | None = None
    bounced: int | None = None
    bounced_at: datetime | None = None
    opened: int | None = None
    opened_at: datetime | None = None
    clicked: int | None = None
    clicked_at: datetime | None = None
    replied: int | None = None
    replied_at: datetime | None = None
    unsubscribed: int | None = None
    unsubscribed_at: datetime | None = None
    meetings: int | None = None
    meeting_at: datetime | None = None
    step: str | None = None
    variant: str | None = None
    mailbox: str | None = None
    subject: str | None = None
    text: str | None = None


class PlanRecord(NamedTuple):
    name: str
    email_limit: int
    price: int
    known_at: datetime | None = None


class BenchmarkRecord(NamedTuple):
    """The community's distribution of one metric; ``mcp`` is '' for the community as a whole."""

    mcp: str
    metric: str
    average: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    sample_size: int | None
    updated_at: datetime | None


class Rejected(NamedTuple):
    """A row that could not be used: its source, number and column, and the reason.

    ``original`` are the row's own fields, where the file has named ones: it can be mended and imported again.
    """

    source: str
    row: int  # 0 where only what is stored shows that it is wrong
    column: str
    reason: str
    original: Mapping[str, Any] | None = None


class Notice(NamedTuple):
    """A sentence about a file that was read: what of it is not used, or is missing from it."""

    sentence: str


Record = (
    CampaignRecord
    | EmailRecord
    | EventRecord
    | ReplyRecord
    | MarkRecord
    | ContactRecord
    | DailyRecord
    | ReportedRecord
    | PlanRecord
    | BenchmarkRecord
)
FileItem = Record | Rejected | Notice
"""What a reader yields."""

Records = Iterator[FileItem]


class FieldError(ValueError):
    """One value that is not allowed; becomes a `Rejected`."""

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(f"{column}: {reason}")


def quoted(value: Any) -> str:
    """A value as error messages quote it: on one line, of at most 60 characters."""
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except RecursionError:
        return "what stands here"
    return text if len(text) <= 60 else text[:57] + "..."


def text(column: str, value: Any, limit: int = MAX_TEXT) -> str | None:
    """A text unchanged, or None if it is empty.

    Raises:
        FieldError: it is no text, too long, or cannot be stored.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise FieldError(column, f"{quoted(value)} is no text")
    if len(value) > limit:
        raise FieldError(column, f"the text has {len(value):,} characters; {limit:,} are allowed")
    if "\x00" in value:
        raise FieldError(column, "the text holds a NUL character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise FieldError(column, "the text holds half of a surrogate pair") from None
    return value


def identifier(column: str, value: Any) -> str:
    """An id: a text that must not be empty, and that can stand in an address and on one line."""
    checked = optional_identifier(column, value)
    if checked is None:
        raise FieldError(column, "a value is needed here")
    return checked


def optional_identifier(column: str, value: Any) -> str | None:
    """An id, or None where there is none."""
    checked = text(column, value, MAX_ID)
    if checked is None or is_plain_id(checked):
        return checked
    if checked in _PATH_SEGMENTS:
        raise FieldError(column, f"{checked!r} is no id: in an address it names a folder")
    if any(category(character) in _LINE_OR_CONTROL for character in checked):
        raise FieldError(column, f"{quoted(checked)} is no id: it holds a control character or a line break")
    return checked


_PATH_SEGMENTS = (".", "..")
_LINE_OR_CONTROL = ("Cc", "Zl", "Zp")


def is_plain_id(value: str) -> bool:
    """Whether a text is an id for certain; of the others, some are one too."""
    return value.isprintable() and value not in _PATH_SEGMENTS


def instant(column: str, value: Any) -> datetime:
    """An ISO 8601 instant with an offset, as UTC."""
    if not isinstance(value, str):
        raise FieldError(column, f"{quoted(value)} is no date and time: write it like 2026-01-31T14:23:00Z")
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise FieldError(column, f"{quoted(value)} is no date and time: write it like 2026-01-31T14:23:00Z") from None
    if parsed.tzinfo is None:
        raise FieldError(column, f"{quoted(value)} names no time zone: end it in Z or in an offset like +01:00")
    if parsed.tzinfo is not UTC and parsed.year in YEARS:
        parsed = parsed.astimezone(UTC)
    if parsed.year not in YEARS:
        raise FieldError(column, f"the year {parsed.year} cannot be right")
    return parsed


def optional_instant(column: str, value: Any) -> datetime | None:
    """An instant, or None where there is none."""
    return None if value is None or value == "" else instant(column, value)


def day(column: str, value: Any) -> date:
    """A date, YYYY-MM-DD."""
    try:
        parsed = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise FieldError(column, f"{quoted(value)} is no date: write it like 2026-01-31") from None
    if parsed.year not in YEARS:
        raise FieldError(column, f"the year {parsed.year} cannot be right")
    return parsed


def micros(column: str, value: Any) -> int:
    """Dollars, as a number or its text, in micro-dollars; 0 if empty."""
    if value is None or value == "":
        return 0
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise InvalidOperation
        amount = Decimal(str(value)) * MICROS_PER_DOLLAR
        if not amount.is_finite() or abs(amount) > MAX_MICROS:
            raise InvalidOperation
    except ArithmeticError:
        raise FieldError(column, f"{quoted(value)} is no amount in dollars") from None
    if amount < 0:
        raise FieldError(column, "a cost below zero is not allowed")
    return round(amount)


def count(column: str, value: Any) -> int | None:
    """A number of emails, or None if empty."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValueError
        number = Decimal(str(value))
        if not 0 <= number <= MAX_MICROS or number != int(number):
            raise ValueError
    except (ValueError, ArithmeticError):
        raise FieldError(column, f"{quoted(value)} is no whole number of 0 or more") from None
    return int(number)


def version(column: str, value: Any) -> int:
    """The version of a mark, from 1; 1 if empty."""
    number = count(column, value)
    if number is not None and not 1 <= number <= MAX_VERSION:
        raise FieldError(column, f"{quoted(value)} is no version: the first is 1")
    return number or 1


def share(column: str, value: Any) -> float | None:
    """A finite number such as a rate, or None."""
    if value is None:
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not isfinite(value):
            raise ValueError
        return float(value)
    except (ValueError, OverflowError):
        raise FieldError(column, f"{quoted(value)} is no number") from None


def flag(column: str, value: Any) -> bool:
    """True or false, in any case because spreadsheets write capitals; False if empty."""
    lowered = value.lower() if isinstance(value, str) else value
    if lowered is True or lowered in ("true", "1"):
        return True
    if lowered is False or lowered is None or lowered in ("", "false", "0"):
        return False
    raise FieldError(column, f"{quoted(value)} is neither true nor false")


_EVENT_TYPES = frozenset(EventType)
_SENTIMENTS = frozenset(Sentiment)


def event_type(column: str, value: Any) -> str:
    """The name of an event type."""
    if not isinstance(value, str) or value not in _EVENT_TYPES:
        raise FieldError(column, f"{quoted(value)} is not one of {', '.join(EventType)}")
    return str(value)


def sentiment(column: str, value: Any) -> str:
    """The name of a sentiment."""
    if not isinstance(value, str) or value not in _SENTIMENTS:
        raise FieldError(column, f"{quoted(value)} is not one of {', '.join(Sentiment)}")
    return str(value)


def email_details(value_of: Callable[[str], Any]) -> dict[str, Any]:
    """What is known of an email beside its recipient, by the names of `EMAIL_DETAILS`."""
    limits = {"text": MAX_SENT_TEXT}
    return {name: text(name, value_of(name), limits.get(name, MAX_TEXT)) for name in EMAIL_DETAILS}


def event_details(value_of: Callable[[str], Any]) -> dict[str, Any]:
    """What is known of an event beside its type and moment, by the names of `EVENT_DETAILS`."""
    return {name: text(name, value_of(name)) for name in EVENT_DETAILS}


def require_cost_has_sending(email: EmailRecord) -> EmailRecord:
    """Costs are dated by the day of sending, so an email with costs needs one."""
    if email.sent_at is None and (email.cost_ai_generation or email.cost_lead_enrichment or email.cost_email_sending):
        raise FieldError("sent_at", "an e-mail that has costs needs the time at which it was sent")
    return email
