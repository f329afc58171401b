"""What the readers of other tools' files have in common: finding and reading cells, and rejecting rows."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.content.delimited import EXTRA_CELLS
from outreach_results.ingest.context import CampaignNames, Context, natural_id, person_key
from outreach_results.ingest.fields import MAX_BODY, MAX_TEXT, FieldError, optional_identifier, quoted, text
from outreach_results.ingest.mapping.targets import plain
from outreach_results.ingest.records import CampaignRecord, Record, Records, Rejected, ReportedRecord
from outreach_results.ingest.values import (
    DateForm,
    as_text,
    count,
    date_column,
    flag,
    is_empty,
    is_row_of_totals,
    parse_instant,
    uses_decimal_comma,
)
from outreach_results.models import COST_COLUMNS, COUNTS

UTC_ZONE = ZoneInfo("UTC")
MAX_ADDRESS = 320
Value = TypeVar("Value")


class Cells:
    """The cells of a content's rows by field name, whatever the case and punctuation of its header.

    A name such as ``extra.leadCompanyName`` leads into nested objects. Of several names the first with a value counts.
    Every method but `raw` raises a `FieldError` for a cell that cannot be used.
    """

    def __init__(self, content: Content, zone: ZoneInfo = UTC_ZONE) -> None:
        self._sample = content.sample
        self._zone = zone
        self._names = {plain(name): name for name in content.fields}
        self._found: dict[str, str] = {}
        self._forms: dict[str, DateForm | None] = {}
        cells = (cell for row in content.sample for cell in row.values()) if content.is_table else ()
        self._has_decimal_comma = uses_decimal_comma(cells)

    def has(self, *names: str) -> bool:
        """Whether all these fields are there."""
        return all(plain(name) in self._names for name in names)

    def raw(self, row: Row, *names: str) -> Any:
        """What stands in the first of these fields that is not empty; None where all of them are."""
        for name in names:
            value = self._cell(row, name)
            if not is_empty(value):
                return value
        return None

    def _cell(self, row: Row, name: str) -> Any:
        field = self._found.get(name)
        if field is None:
            field = self._found[name] = self._names.get(plain(name), name)
        value = row.get(field)
        if value is None and "." in name:
            value = row
            for part in name.split("."):
                value = as_object(value)
                value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def text(self, row: Row, *names: str, limit: int = MAX_TEXT) -> str | None:
        """A text without white space around it, or None."""
        value = self.raw(row, *names)
        if value is None:
            return None
        if isinstance(value, list | Mapping):
            raise FieldError(names[0], f"{quoted(value)} isn't text")
        return text(names[0], as_text(value), limit)

    def cut(self, row: Row, *names: str, limit: int = MAX_TEXT) -> str | None:
        """A text that only describes: what is too long of it is left out, and rejects nothing."""
        value = self.text(row, *names, limit=MAX_BODY)
        return None if value is None else value[:limit].strip() or None

    def id(self, row: Row, *names: str) -> str | None:
        """An id as text, or None."""
        return optional_identifier(names[0], as_text(self.raw(row, *names)))

    def count(self, row: Row, *names: str) -> int | None:
        """How many, or None where nothing stands there."""
        return self._parsed(row, names, lambda value: count(value, decimal_comma=self._has_decimal_comma))

    def flag(self, row: Row, *names: str) -> bool | None:
        """Yes or no, or None where nothing stands there."""
        return self._parsed(row, names, flag)

    def instant(self, row: Row, *names: str) -> datetime | None:
        """A UTC instant, or None where nothing stands there; a date alone is midday in the zone of the content."""
        for name in names:
            value = self._cell(row, name)
            if not is_empty(value):
                try:
                    return parse_instant(value, self._form(name, value), self._zone)[0]
                except ValueError as error:
                    raise FieldError(name, str(error)) from None
        return None

    def needed_instant(self, row: Row, *names: str) -> datetime:
        """A UTC instant that has to be there."""
        at = self.instant(row, *names)
        if at is None:
            raise FieldError(names[0], "a date is required")
        return at

    def _form(self, name: str, value: Any) -> DateForm:
        """How a date is written: as all of its field are, or by itself where one of them is damaged.

        ISO where that leaves it open, so that nothing is guessed.
        """
        if name not in self._forms:
            self._forms[name] = _only_form(self._cell(row, name) for row in self._sample)
        return self._forms[name] or _only_form([value]) or DateForm.ISO

    def _parsed(self, row: Row, names: tuple[str, ...], parse: Callable[[Any], Value]) -> Value:
        for name in names:
            value = self._cell(row, name)
            if not is_empty(value):
                try:
                    return parse(value)
                except ValueError as error:
                    raise FieldError(name, str(error)) from None
        return parse(None)

    def address(self, row: Row, *names: str) -> str:
        """An email address that has to be there."""
        value = self.text(row, *names, limit=MAX_ADDRESS)
        if value is None or "@" not in value or any(character.isspace() for character in value):
            if is_row_of_totals(row.values()):
                raise FieldError(names[0], "a row of totals, which is left out")
            problem = "an email address is required" if value is None else f"{quoted(value)} isn't an email address"
            raise FieldError(names[0], problem)
        return value

    def person(self, row: Row, first: str, last: str, *whole: str) -> str | None:
        """A name, from its parts where it does not stand in one field."""
        parts = (self.text(row, first), self.text(row, last))
        return self.text(row, *whole) or " ".join(filter(None, parts)) or None


def as_object(value: Any) -> Any:
    """An object, also where it is written as JSON, as in a table of rejected rows."""
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            return json.loads(value)
    return value


def _only_form(values: Iterable[Any]) -> DateForm | None:
    """How dates are written; None where it is ambiguous."""
    column = date_column(values)
    return column.forms[0] if column.forms and not column.is_open else None


def each_row(content: Content, names: CampaignNames, read: Callable[[Row], Iterator[Record]]) -> Records:
    """The records of all rows. A row is read as a whole or rejected as a whole; one with nothing in it is left out."""
    for number, row in content.read():
        if all(is_empty(cell) for cell in row.values()):
            continue
        records: list[Record] = []
        try:
            if row.get(EXTRA_CELLS):
                raise FieldError("row", f"it has {len(row[EXTRA_CELLS])} cells more than the header")
            records.extend(read(row))
        except FieldError as error:
            # A campaign is described once only, so that the rows after this one rely on it.
            yield from (record for record in records if isinstance(record, CampaignRecord))
            yield Rejected(content.name, number, error.column, error.reason, row)
        else:
            yield from records
    yield from names.corrections()


def campaign_of(names: CampaignNames, campaign_id: str | None = None, name: str | None = None) -> str:
    """The id under which a row's campaign is kept.

    Raises:
        FieldError: the row names none, and nobody chose the one it belongs to; or the name cannot be stored.
    """
    campaign_id, name = optional_identifier("campaign", campaign_id), text("campaign", name)
    try:
        return names.id_of(campaign_id, name)
    except ValueError as error:
        raise FieldError("campaign", str(error)) from None


def snapshot_moment(content: Content, cells: Cells, context: Context, *fields: str) -> datetime | None:
    """The moment that a snapshot shows: chosen by a person, else the latest date in these fields, else None."""
    if context.as_of is not None:
        return context.as_of
    latest = None
    for _, row in content.read():
        for field in fields:
            try:
                at = cells.instant(row, field)
            except FieldError:
                continue  # reported when the row is read
            if at is not None and (latest is None or at > latest):
                latest = at
    return latest


def needed_moment(as_of: datetime | None) -> datetime:
    """The moment of a snapshot.

    Raises:
        FieldError: it is neither in the file nor chosen by a person.
    """
    if as_of is None:
        raise FieldError("as_of", "no date in the file says which day it shows: enter the day of the export")
    return as_of


def is_one_of(word: str | None, words: frozenset[str]) -> bool:
    """Whether a tool's word for a state is among those that a person named, whatever its case and punctuation."""
    return word is not None and plain(word) in set(map(plain, words))


def text_of_html(html: str) -> str:
    """What a person reads of an HTML document."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Text(HTMLParser):
    """Collects the text of a document; blocks begin a line."""

    _BLOCKS = frozenset({"p", "br", "div", "tr", "li", "blockquote", "h1", "h2", "h3", "h4", "table"})
    _UNSEEN = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._unseen += tag in self._UNSEEN
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in self._UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data.replace("\n", " "))


def event_key(campaign_id: str, address: str, kind: str, at: datetime) -> str:
    """An id for an event that has none."""
    return natural_id(campaign_id, person_key(address), kind, at.astimezone(UTC).isoformat())


def difference(sent: int | None, bounced: int | None) -> int | None:
    """What was delivered: all that did not come back, where both are known."""
    return None if sent is None or bounced is None else max(0, sent - bounced)


class Sums:
    """Counts added up from the parts that a report divides them into, such as steps, by campaign or by day of one."""

    def __init__(self) -> None:
        self._parts: dict[tuple[Any, ...], dict[tuple[str | None, ...], dict[str, int | None]]] = defaultdict(dict)

    def add(self, key: tuple[Any, ...], part: tuple[str | None, ...], counts: Mapping[str, int | None]) -> None:
        """Note the counts of a part. Of a part that comes again the larger number stays, as counts only grow."""
        known = self._parts[key].get(part, {})
        self._parts[key][part] = {name: _larger(known.get(name), number) for name, number in counts.items()}

    def __iter__(self) -> Iterator[tuple[tuple[Any, ...], dict[str, int | None]]]:
        """Each key with its sums; what one of its parts does not know is unknown."""
        for key, parts in self._parts.items():
            names = dict.fromkeys(name for counts in parts.values() for name in counts)
            yield key, {name: _complete_sum([counts.get(name) for counts in parts.values()]) for name in names}


def reported(
    campaign_id: str, counts: Mapping[str, int | None], as_of: datetime, start: datetime | None = None
) -> ReportedRecord:
    """The totals of a campaign as a report has them; what it does not count is unknown."""
    unknown: dict[str, int | None] = dict.fromkeys((*COUNTS, *COST_COLUMNS, "cost"))
    return ReportedRecord(
        campaign_id=campaign_id,
        period_start=start,
        period_end=None if start is None else as_of,
        fetched_at=as_of,
        **(unknown | dict(counts)),
    )


def _complete_sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _larger(a: int | None, b: int | None) -> int | None:
    return max((value for value in (a, b) if value is not None), default=None)


class SentEmails:
    """The emails that a file says were sent, to find the one that a reply or a meeting follows."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, str], set[tuple[datetime, str]]] = defaultdict(set)
        self._sorted: dict[tuple[str, str], list[tuple[datetime, str]]] = {}

    def add(self, campaign_id: str, address: str, at: datetime, email_id: str) -> None:
        """Note an email. All have to be noted before the first question."""
        self._sent[campaign_id, person_key(address)].add((at, email_id))

    def before(self, campaign_id: str, address: str, at: datetime) -> str | None:
        """The id of the last email that was sent to a person until then; None where there is none."""
        key = (campaign_id, person_key(address))
        if key not in self._sorted:
            self._sorted[key] = sorted(self._sent.get(key, ()))
        emails = self._sorted[key]
        place = bisect_right(emails, at, key=lambda email: email[0])
        return emails[place - 1][1] if place else None
