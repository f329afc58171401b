"""The checks that make a value of a file part of a record.

Each takes the name of the column, for its error, and the value; it returns the value as records hold it, or raises a
`FieldError`, which becomes a `Rejected`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any
from unicodedata import category

from outreach_results.errors import QueryError
from outreach_results.models import MAX_ID, MICROS_PER_DOLLAR, YEARS, EventType, Sentiment
from outreach_results.models.retention import Retention
from outreach_results.store.entries import Entries, checked
from outreach_results.store.forgotten import FORGOTTEN
from outreach_results.store.labels import SaidLabels, checked_name, checked_tags
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS

MAX_SENT_TEXT = 20_000
"""Characters of the text of an email that are kept: read by the thousand, they have to fit into memory."""


Tracks = tuple[tuple[str, bool], ...]
"""Whether something, such as ``opens``, is tracked; what is left out is not spoken of."""

MAX_TEXT = 2_000
MAX_NAME = MAX_ID  # of who answers a reply, which an index holds like an id
MAX_BODY = 1_000_000
LONGEST_CELL = 64_000_000
"""Characters of a cell of a table that are read, so that one that is far too long costs its row and not the file.

Beyond that a quotation mark is missing, and the rest of the file passes for one cell.
"""
MAX_MICROS = 10**15
MAX_VERSION = 10**9


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


def text_removed(column: str, value: Any) -> str | None:
    """Why a reply has no text any more: `FORGOTTEN`, or how long texts were kept.

    Raises:
        FieldError: it is neither.
    """
    given = text(column, value)
    if given is None or given == FORGOTTEN:
        return given
    try:
        return str(Retention.parse(given))
    except ValueError:
        raise FieldError(column, f"{quoted(value)} is neither {FORGOTTEN!r} nor a time such as 18m") from None


def text(column: str, value: Any, limit: int = MAX_TEXT) -> str | None:
    """A text unchanged, or None if it is empty.

    Raises:
        FieldError: it is not text, too long, or cannot be stored.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise FieldError(column, f"{quoted(value)} isn't text")
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
        raise FieldError(column, "a value is required")
    return checked


def optional_identifier(column: str, value: Any) -> str | None:
    """An id, or None where there is none."""
    checked = text(column, value, MAX_ID)
    if checked is None or is_plain_id(checked):
        return checked
    if checked in PATH_SEGMENTS:
        raise FieldError(column, f"{checked!r} isn't an id: in an address it names a folder")
    if any(category(character) in _LINE_OR_CONTROL for character in checked):
        raise FieldError(column, f"{quoted(checked)} isn't an id: it holds a control character or a line break")
    return checked


PATH_SEGMENTS = frozenset({".", ".."})
_LINE_OR_CONTROL = ("Cc", "Zl", "Zp")


def is_plain_id(value: str) -> bool:
    """Whether a text is an id for certain; of the others, some are one too."""
    return value.isprintable() and value not in PATH_SEGMENTS


def instant(column: str, value: Any) -> datetime:
    """An ISO 8601 instant with an offset, as UTC."""
    if not isinstance(value, str):
        raise FieldError(column, f"{quoted(value)} isn't a valid date and time: write it like 2026-01-31T14:23:00Z")
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise FieldError(
            column, f"{quoted(value)} isn't a valid date and time: write it like 2026-01-31T14:23:00Z"
        ) from None
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
        raise FieldError(column, f"{quoted(value)} isn't a valid date: write it like 2026-01-31") from None
    if parsed.year not in YEARS:
        raise FieldError(column, f"the year {parsed.year} cannot be right")
    return parsed


def optional_day(column: str, value: Any) -> date | None:
    """A date, or None where there is none."""
    return None if value is None or value == "" else day(column, value)


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
        raise FieldError(column, f"{quoted(value)} isn't an amount in dollars") from None
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
        raise FieldError(column, f"{quoted(value)} isn't a whole number of 0 or more") from None
    return int(number)


def version(column: str, value: Any) -> int:
    """The version of a mark, from 1; 1 if empty."""
    number = count(column, value)
    if number is not None and not 1 <= number <= MAX_VERSION:
        raise FieldError(column, f"{quoted(value)} isn't a version: the first is 1")
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
        raise FieldError(column, f"{quoted(value)} isn't a number") from None


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


def entered(name: Any, mcp: Any, cost_usd: Any, cost_per: Any) -> Entries:
    """What a person entered of a campaign, the cost in dollars; empty texts are nothing.

    Raises:
        FieldError: one of them cannot be used.
    """
    try:
        return checked(
            text("entered name", name),
            text("entered type", mcp, MAX_ID),
            None if cost_usd in (None, "") else Decimal(str(cost_usd)),
            text("entered cost_per", cost_per),
        )
    except InvalidOperation:
        raise FieldError("entered cost_usd", f"{quoted(cost_usd)} is not an amount") from None
    except QueryError as error:
        raise FieldError("entered", str(error)) from None


def labels(client: Any, tags: Any, chosen: Any) -> SaidLabels:
    """The client and the tags of a campaign.

    Args:
        client: an object with ``id`` and ``name``, or None.
        tags: a list of texts, or None.
        chosen: a list of what people chose: ``client``, ``tags``.

    Raises:
        FieldError: one of them cannot be used.
    """
    if not isinstance(client, dict | None) or not isinstance(tags, list | None) or not isinstance(chosen, list | None):
        raise FieldError("client", "an object with id and name is required, and lists of tags and of what was chosen")
    try:
        client_id = None if client is None else optional_identifier("client.id", client.get("id"))
        name = None if client_id is None else checked_name(text("client.name", (client or {}).get("name")) or client_id)
        known = checked_tags(text("tags", tag) or "" for tag in tags or ())
    except QueryError as error:
        raise FieldError(error.parameter, str(error)) from None
    return SaidLabels(client_id, name, known, "client" in (chosen or ()), "tags" in (chosen or ()))
