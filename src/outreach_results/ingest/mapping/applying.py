"""From the rows of a table and a mapping to records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from outreach_results.ingest.auto_replies import headers_in, is_automatic
from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.content.delimited import EXTRA_CELLS
from outreach_results.ingest.context import CampaignNames, Context, natural_id, person_key
from outreach_results.ingest.fields import quoted
from outreach_results.ingest.mapping.targets import OUTCOMES, TARGET
from outreach_results.ingest.mapping.types import Level, Mapping
from outreach_results.ingest.records import (
    ContactRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    Record,
    Records,
    Rejected,
    ReplyRecord,
)
from outreach_results.ingest.tracks import declaring
from outreach_results.ingest.values import (
    DateForm,
    as_text,
    count,
    flag,
    is_empty,
    is_row_of_totals,
    micros,
    parse_date,
    parse_instant,
)
from outreach_results.models import COUNT_OF, Detail, EventType, Sentiment
from outreach_results.store.schema import OUTCOME_COLUMNS, OUTCOME_OF

_DETAILS = {Level.EVENTS: Detail.EVENTS, Level.CONTACTS: Detail.CONTACTS, Level.DAYS: Detail.DAILY}


class CellError(ValueError):
    """A cell that cannot be used; ``column`` is its header."""

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(reason)


def apply_mapping(content: Content, mapping: Mapping, context: Context) -> Records:
    """The records of all rows; a row that cannot be used is rejected by its number, column and reason.

    The campaigns track only what a column, or in rows of events a word, is mapped to.

    Args:
        context: must have ``as_of`` for rows of contacts; see `latest_date`.
    """
    return declaring(_records(content, mapping, context), mapping.tracks)


def _records(content: Content, mapping: Mapping, context: Context) -> Records:
    names = CampaignNames(context, _DETAILS[mapping.level])
    reader = _READERS[mapping.level](mapping, context, names)
    for number, row in content.read():
        try:
            yield from reader.records(row)
        except CellError as error:
            yield Rejected(content.name, number, error.column, error.reason, row)
    yield from names.corrections()


def latest_date(content: Content, mapping: Mapping, context: Context) -> datetime | None:
    """The latest moment that any row names, which is when a snapshot was taken at the earliest."""
    dated = [(field, mapping.date_forms[name]) for name, field in mapping.columns.items() if name in mapping.date_forms]
    latest = None
    for _, row in content.read():
        for field, form in dated:
            try:
                at, _ = parse_instant(row.get(field), form, context.zone)
            except ValueError:
                continue  # reported when the row is read
            latest = at if latest is None else max(latest, at)
    return latest


@dataclass(slots=True)
class _Reader:
    """What all levels have in common: finding cells by target."""

    mapping: Mapping
    context: Context
    names: CampaignNames

    def cell(self, row: Row, target: str) -> Any:
        field = self.mapping.columns.get(target)
        return None if field is None else row.get(field)

    def text(self, row: Row, target: str, limit: int = 2_000) -> str | None:
        value = as_text(self.cell(row, target))
        if value is not None and len(value) > limit:
            raise CellError(
                self.mapping.columns[target], f"the text has {len(value):,} characters; {limit:,} are allowed"
            )
        return value

    def checked(self, row: Row, target: str, parse: Any) -> Any:
        """A cell read by a function, with its column named where it cannot be."""
        try:
            return parse(self.cell(row, target))
        except ValueError as error:
            raise CellError(self.mapping.columns.get(target, TARGET[target].label), str(error)) from None

    def instant(self, row: Row, target: str) -> datetime:
        form = self.mapping.date_forms.get(target, DateForm.ISO)
        at: datetime = self.checked(row, target, lambda cell: parse_instant(cell, form, self.context.zone)[0])
        return at

    def campaign(self, row: Row) -> str:
        campaign_id, name = self.text(row, "campaign_id", 200), self.text(row, "campaign")
        try:
            return self.names.id_of(campaign_id, name)
        except ValueError as error:
            raise CellError("campaign", str(error)) from None

    def address(self, row: Row) -> str:
        """The address in a row.

        Raises:
            CellError: there is none; a row of totals says so.
        """
        value = self.text(row, "email", 320)
        if row.get(EXTRA_CELLS):
            raise CellError("row", f"it has {len(row[EXTRA_CELLS])} cells more than the header")
        if value is None or "@" not in value:
            if is_row_of_totals(row.values()):
                raise CellError(self.mapping.columns["email"], "a row of totals, which is left out")
            raise CellError(self.mapping.columns["email"], f"{quoted(value)} isn't an email address")
        return value

    def person(self, row: Row) -> tuple[str | None, str | None]:
        """Name and company."""
        parts = [self.text(row, part) for part in ("first_name", "last_name")]
        name = self.text(row, "name") or " ".join(filter(None, parts)) or None
        return name, self.text(row, "company")

    def email_details(self, row: Row) -> dict[str, Any]:
        """Which email it is, who sent it and what it says, as far as there are columns for it."""
        return {name: self.text(row, name) for name in ("step", "variant", "mailbox", "subject")}


class _Events(_Reader):
    """One row an event."""

    def records(self, row: Row) -> Iterator[Record]:
        address, at, kind = self.address(row), self.instant(row, "date"), self._type(row)
        campaign = self.campaign(row)
        yield from self.names.seen(campaign, at)
        step = self.text(row, "step") or ""
        key = person_key(address)
        email_id = self.text(row, "email_id", 200) or natural_id(key, step)
        name, company = self.person(row)
        if kind == EventType.SENT:
            cost = self.checked(row, "cost", lambda cell: micros(cell, decimal_comma=self.mapping.decimal_comma)) or 0
            yield EmailRecord(campaign, email_id, address, name, company, at, 0, 0, cost, **self.email_details(row))
            return
        details = self.email_details(row)
        if kind == EventType.REPLIED:
            details |= {"mailbox": None, "subject": None}  # those of a reply are its sender's
        yield EmailRecord(campaign, email_id, address, name, company, **details)
        event_id = self.text(row, "event_id", 200) or natural_id(campaign, key, kind.value, at.isoformat())
        if kind == EventType.REPLIED:
            body, sentiment = self.text(row, "reply_text", 1_000_000), self._sentiment(row)
            if body is not None:
                yield ReplyRecord(campaign, event_id, email_id, address, name, company, sentiment, body[:200], body, at)
                return
        is_machine = kind == EventType.REPLIED and sentiment == Sentiment.AUTOMATIC
        yield EventRecord(campaign, event_id, email_id, kind.value, at, is_machine, self.text(row, "url"))

    def _sentiment(self, row: Row) -> Sentiment:
        """That of the reply in a row: the one that it names, else automatic where its headers or its subject say so."""
        word = (self.text(row, "sentiment") or "").casefold()
        if word in frozenset(Sentiment):
            return Sentiment(word)
        is_by_program = is_automatic(headers_in(row), self.text(row, "subject"))
        return Sentiment.AUTOMATIC if is_by_program else Sentiment.UNCLASSIFIED

    def _type(self, row: Row) -> EventType:
        word = self.text(row, "type")
        if word is None:
            raise CellError(self.mapping.columns["type"], "an event type is required")
        kind = self.mapping.types.get(word.casefold())
        if kind is None:
            raise CellError(self.mapping.columns["type"], f"{quoted(word)} is mapped to no event type")
        return EventType(kind)


class _Contacts(_Reader):
    """One row an email or contact, with flags, counts or dates of what became of it."""

    def records(self, row: Row) -> Iterator[Record]:
        address = self.address(row)
        campaign = self.campaign(row)
        outcomes: dict[str, Any] = {}
        for target in OUTCOMES:
            if target.outcome is not None and target.name in self.mapping.columns:
                counted = OUTCOME_OF[target.outcome]
                outcomes[counted], outcomes[OUTCOME_COLUMNS[counted]] = self._outcome(row, target.name)
        if outcomes.get("sent") is None:
            outcomes["sent"] = 1  # who stands in the list of an export was written to, unless a column says otherwise
        as_of = self._as_of(row)
        yield from self.names.seen(campaign, outcomes.get("sent_at") or as_of)
        name, company = self.person(row)
        key = person_key(address)
        message = self.text(row, "email_id", 200) or self.text(row, "step", 200)
        yield ContactRecord(
            campaign_id=campaign,
            contact_id=key if message is None else natural_id(key, message),
            as_of=as_of,
            address=address,
            name=name,
            company=company,
            category=self.text(row, "category"),
            cost=self.checked(row, "cost", lambda cell: micros(cell, decimal_comma=self.mapping.decimal_comma)),
            **self.email_details(row),
            **outcomes,
        )

    def _as_of(self, row: Row) -> datetime:
        if "as_of" in self.mapping.columns and not is_empty(self.cell(row, "as_of")):
            return self.instant(row, "as_of")
        if self.context.as_of is None:
            raise CellError("as_of", "it is not known which day this export shows")
        return self.context.as_of

    def _outcome(self, row: Row, name: str) -> tuple[int | None, datetime | None]:
        """How often something happened to this contact, and when it first did, as far as the cell says."""
        cell = self.cell(row, name)
        if name in self.mapping.date_forms:
            return (0, None) if is_empty(cell) else (1, self.instant(row, name))
        if is_empty(cell):
            return None, None

        def parse(cell: Any) -> int | None:
            try:
                return count(cell, decimal_comma=self.mapping.decimal_comma)
            except ValueError:
                return int(flag(cell) or 0)

        counted: int | None = self.checked(row, name, parse)
        return counted, None


class _Days(_Reader):
    """One row a day, with counts."""

    def records(self, row: Row) -> Iterator[Record]:
        if is_row_of_totals(row.values()):
            raise CellError(self.mapping.columns["date"], "a row of totals, which is left out")
        form = self.mapping.date_forms.get("date", DateForm.ISO)
        day = self.checked(row, "date", lambda cell: parse_date(cell, form))
        on: date = day.date() if isinstance(day, datetime) else day
        campaign = self.campaign(row)
        yield from self.names.seen(campaign, datetime.combine(on, time(12), UTC))
        comma = self.mapping.decimal_comma
        counts = {
            COUNT_OF[target.outcome]: self.checked(row, target.name, lambda cell: count(cell, decimal_comma=comma))
            for target in OUTCOMES
            if target.outcome is not None and target.name in self.mapping.columns
        }
        cost = self.checked(row, "cost", lambda cell: micros(cell, decimal_comma=comma))
        yield replace_known(DailyRecord(campaign, on), counts | {"cost": cost})


def replace_known(record: DailyRecord, values: dict[str, Any]) -> DailyRecord:
    """The record with the values that are known."""
    return record._replace(**{name: value for name, value in values.items() if value is not None})


_READERS: dict[Level, type[_Events] | type[_Contacts] | type[_Days]] = {
    Level.EVENTS: _Events,
    Level.CONTACTS: _Contacts,
    Level.DAYS: _Days,
}
