"""A first mapping of a table, from the names of its columns and the values in its first rows."""

from __future__ import annotations

import re
from typing import Any

from outreach_results.ingest.content import Content
from outreach_results.ingest.mapping.targets import OUTCOMES, TARGET, TARGETS, plain
from outreach_results.ingest.mapping.types import Level, Mapping
from outreach_results.ingest.values import DateColumn, DateForm, date_column, is_empty, uses_decimal_comma
from outreach_results.models import EventType

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

EVENT_WORDS: dict[str, EventType] = {
    **{plain(kind.value): kind for kind in EventType},
    **dict.fromkeys(("send", "emailsent", "emailssent", "processed", "outbound"), EventType.SENT),
    **dict.fromkeys(("delivery", "emaildelivered"), EventType.DELIVERED),
    **dict.fromkeys(
        ("bounce", "hardbounce", "softbounce", "emailbounced", "emailsbounced", "failed", "dropped"), EventType.BOUNCED
    ),
    **dict.fromkeys(("open", "emailopened", "emailsopened", "uniqueopened"), EventType.OPENED),
    **dict.fromkeys(("click", "linkclicked", "emailclicked", "emailsclicked"), EventType.CLICKED),
    **dict.fromkeys(("reply", "emailreplied", "emailsreplied", "response", "responded"), EventType.REPLIED),
    **dict.fromkeys(("unsubscribe", "optout", "optedout", "emailsunsubscribed"), EventType.UNSUBSCRIBED),
    **dict.fromkeys(("meeting", "booked", "demo", "meetingscheduled"), EventType.MEETING_BOOKED),
}
"""A word for an event, as `plain` writes it → the event type."""


def guess_mapping(content: Content) -> Mapping:
    """The most plausible mapping of a table; a person confirms or corrects it."""
    columns = _columns_by_name(content)
    if "email" not in columns and (address := _column_of_addresses(content, set(columns.values()))):
        columns["email"] = address
    level = _level(content, columns)
    if not {"date", "sent"} & columns.keys() and (dated := _column_of_dates(content, set(columns.values()))):
        columns["date"] = dated
    if level == Level.CONTACTS and "date" in columns:
        field = columns.pop("date")
        # Of an email that was sent, the date in its row is that of sending; a list of contacts dates their creation.
        if "sent" not in columns and not plain(field).startswith("created"):
            columns["sent"] = field
    types = {}
    if level == Level.EVENTS:
        words = {str(row.get(columns["type"]) or "").strip() for row in content.sample} - {""}
        types = {word.casefold(): EVENT_WORDS[plain(word)].value for word in words if plain(word) in EVENT_WORDS}
    else:
        columns.pop("type", None)
    mapping = Mapping(level, columns, {}, uses_decimal_comma(_cells(content)), types)
    decided = {name: column.forms[0] for name, column in date_columns(content, mapping).items() if not column.is_open}
    return Mapping(mapping.level, mapping.columns, decided, mapping.decimal_comma, mapping.types)


def _columns_by_name(content: Content) -> dict[str, str]:
    """Target name → column, by the names; each column is used once, and the more exact synonym wins."""
    names = {plain(field): field for field in reversed(content.fields)}
    columns: dict[str, str] = {}
    used: set[str] = set()
    for target in TARGETS:
        field = next((names[word] for word in target.synonyms if word in names and names[word] not in used), None)
        if field is not None:
            columns[target.name] = field
            used.add(field)
    return columns


def _column_of_addresses(content: Content, used: set[str]) -> str | None:
    """The first column of which most values are email addresses: the others are rows to be rejected."""
    for field in content.fields:
        values = {str(row[field]) for row in content.sample if not is_empty(row.get(field))}
        if field not in used and values and sum(bool(_ADDRESS.fullmatch(v)) for v in values) >= 0.5 * len(values):
            return field
    return None


def _column_of_dates(content: Content, used: set[str]) -> str | None:
    """The first column that holds nothing but dates; numbers alone are no evidence of dates."""
    for field in content.fields:
        forms = date_column(row.get(field) for row in content.sample).forms
        if field not in used and forms and not set(forms) & {DateForm.SERIAL, DateForm.SECONDS, DateForm.MILLISECONDS}:
            return field
    return None


def _level(content: Content, columns: dict[str, str]) -> Level:
    if "email" not in columns:
        return Level.DAYS
    if "type" in columns and "date" in columns:
        # Each word once: how often an event is repeated says nothing of what the column holds.
        words = {plain(str(row[columns["type"]])) for row in content.sample if not is_empty(row.get(columns["type"]))}
        if words and sum(word in EVENT_WORDS for word in words) >= 0.5 * len(words):
            return Level.EVENTS
    return Level.CONTACTS


def _cells(content: Content) -> list[Any]:
    return [cell for row in content.sample for cell in row.values()]


def date_columns(content: Content, mapping: Mapping) -> dict[str, DateColumn]:
    """Target name → how the dates of its column can be read; only of columns that hold dates."""
    columns = {}
    for name, field in mapping.columns.items():
        if name in ("date", "as_of") or TARGET[name] in OUTCOMES:
            column = date_column(row.get(field) for row in content.sample)
            if column.forms:
                columns[name] = column
    return columns
