"""The plain rows of a campaign's CSV, thousands at a time.

A row is plain where nothing about it is unusual. That is found by looking at whole columns, which takes a fraction of
the time of looking at each cell. All other rows are left to the reader of single rows, which also finds what is wrong
with them. Both read the same out of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from operator import attrgetter

from outreach_results.ingest import fields as read
from outreach_results.ingest.columns import BulkItem, BulkItems, Columns
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.records import CampaignRecord, EmailRecord, EventRecord
from outreach_results.models import COST_COLUMNS, MAX_ID, YEARS, EventType
from outreach_results.models.file_format import CSV_COLUMNS
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS

DESCRIBING = ("campaign_id", "campaign_name", "mcp", "campaign_created_at")
"""The columns that describe the campaign in every row."""

DESCRIBING_ALONE = tuple(
    name for name in CSV_COLUMNS if name.startswith(("tracks", "entered_", "client_", "tags", "labels_"))
)
"""Those that describe it further, in a row of its own."""

Describe = Callable[[tuple[str, ...]], CampaignRecord | None]
"""The campaign that the cells of `DESCRIBING` describe; None where they were read before. Raises `FieldError`."""

_DESCRIPTION = ("recipient", "name", "company")
_WHOSE = ("campaign_id", *_DESCRIPTION)
_KINDS = frozenset(map(str, EventType)) - {EventType.SENT, EventType.REPLIED}
_FLAGS = {"true": True, "false": False, "": False}
_REMEMBERED = 25_000
_zone = attrgetter("tzinfo")


class PlainRows:
    """Reads the plain ones among the rows of a file with this header."""

    def __init__(self, header: Sequence[str], describe: Describe) -> None:
        self._describe = describe
        self._width = len(header)
        self._places = {name: place for place, name in enumerate(header)}
        # What was already read of the latest emails, and of those before them.
        self._latest: dict[str, tuple[str, ...]] = {}
        self._before: dict[str, tuple[str, ...]] = {}

    def read(self, rows: Sequence[list[str]]) -> tuple[list[BulkItem], list[int]]:
        """What the plain rows hold, and the places of the other rows."""
        at = self._places["type"]
        kinds = [row[at] if len(row) == self._width else "" for row in rows]
        sent = [place for place, kind in enumerate(kinds) if kind == EventType.SENT]
        later = [place for place, kind in enumerate(kinds) if kind in _KINDS]
        others = set(range(len(rows))).difference(sent, later)
        items: list[BulkItem] = []
        for places, odd_ones, read_all in ((sent, _odd_emails, self._emails), (later, _odd_events, self._events)):
            cells = _Cells(rows, places, self._places)
            odd = odd_ones(cells) | self._undescribed(cells, items)
            if odd:
                others.update(places[at] for at in odd)
                cells = _Cells(rows, [place for at, place in enumerate(places) if at not in odd], self._places)
            if len(cells):
                items += read_all(cells)
        return items, sorted(others)

    def _undescribed(self, cells: _Cells, items: list[BulkItem]) -> set[int]:
        """Add the campaigns that are described for the first time; the rows in which a description is not plain."""
        descriptions = cells.together(DESCRIBING)
        odd: set[tuple[str, ...]] = set()
        for description in sorted(set(descriptions)):
            try:
                if description[0].startswith("'"):  # it may escape a formula
                    raise FieldError("campaign_id", "it is not plain")
                campaign = self._describe(description)
            except FieldError:
                odd.add(description)
            else:
                items += [campaign] if campaign else []
        return {at for at, description in enumerate(descriptions) if description in odd} if odd else set()

    def _emails(self, cells: _Cells) -> BulkItems:
        """Emails that were sent."""
        self._remember(zip(cells["email_id"], cells.together(_WHOSE), strict=True))
        yield Columns(
            EmailRecord,
            {
                "campaign_id": cells["campaign_id"],
                "email_id": cells["email_id"],
                "sent_at": cells.instants,
                **cells.costs,
                **cells.texts(*_DESCRIPTION, *EMAIL_DETAILS),
            },
        )

    def _events(self, cells: _Cells) -> BulkItems:
        """Events, before them what is new about their emails."""
        email_ids, descriptions = cells["email_id"], cells.together(_WHOSE)
        known = [self._latest.get(email_id) or self._before.get(email_id) for email_id in email_ids]
        if known != descriptions:
            for email_id, description, before in zip(email_ids, descriptions, known, strict=True):
                if description != before and description[1] and self._latest.get(email_id) != description:
                    self._latest[email_id] = description
                    campaign_id, recipient, name, company = description
                    yield EmailRecord(campaign_id, email_id, recipient, name or None, company or None)
        yield Columns(
            EventRecord,
            {
                **{name: cells[name] for name in ("campaign_id", "event_id", "email_id", "type")},
                "occurred_at": cells.instants,
                "is_machine": list(map(_FLAGS.__getitem__, cells["is_machine"])),
                **cells.texts("url", *EVENT_DETAILS),
            },
        )

    def _remember(self, descriptions: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        if len(self._latest) >= _REMEMBERED:
            self._before, self._latest = self._latest, {}
        self._latest.update(descriptions)


class _Cells:
    """The columns of some rows; a column that the file lacks is empty."""

    def __init__(self, rows: Sequence[list[str]], places: Sequence[int], columns: Mapping[str, int]) -> None:
        self._rows = [rows[place] for place in places]
        self._places = columns
        self._columns: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, name: str) -> list[str]:
        if name not in self._columns:
            at = self._places.get(name)
            self._columns[name] = [""] * len(self._rows) if at is None else [row[at] for row in self._rows]
        return self._columns[name]

    def together(self, names: Iterable[str]) -> list[tuple[str, ...]]:
        """Several cells of each row."""
        return list(zip(*(self[name] for name in names), strict=True))

    def texts(self, *names: str) -> dict[str, list[str | None]]:
        """Those of these columns in which anything stands, with None in empty cells."""
        filled = {name: self[name] for name in names if any(self[name])}
        return {name: [cell or None for cell in column] for name, column in filled.items()}

    @cached_property
    def instants(self) -> list[datetime | None]:
        """When each happened; None where it is not written plainly."""
        return _instants(self["occurred_at"])

    @cached_property
    def costs(self) -> dict[str, list[int | None]]:
        """The costs that any has, in micro-dollars; None where it is not written plainly."""
        columns = {name: self[f"{name}_usd"] for name in COST_COLUMNS}
        return {name: list(map(_micros, column)) for name, column in columns.items() if any(column)}


def _odd_emails(cells: _Cells) -> set[int]:
    """Which rows of emails that were sent are not plain."""
    odd = _odd(cells, ("email_id",), (*_DESCRIPTION, *EMAIL_DETAILS))
    return odd.union(*(_missing(amounts) for amounts in cells.costs.values()))


def _odd_events(cells: _Cells) -> set[int]:
    """Which rows of later events are not plain."""
    odd = _odd(cells, ("email_id", "event_id"), (*_DESCRIPTION, "url", *EVENT_DETAILS))
    odd.update(_missing(list(map(_FLAGS.get, cells["is_machine"]))))
    return odd.union(*(_filled(cells[name]) for name in EMAIL_DETAILS))


def _odd(cells: _Cells, ids: Iterable[str], texts: Iterable[str]) -> set[int]:
    """The places of the rows of which an id, a text or the moment is not plain, or that say more of the campaign."""
    return set().union(
        _missing(cells.instants),
        *(_odd_ids(cells[name]) for name in ids),
        *(_odd_texts(cells[name], read.MAX_SENT_TEXT if name == "text" else read.MAX_TEXT) for name in texts),
        *(_filled(cells[name]) for name in DESCRIBING_ALONE),
    )


def _missing(column: Sequence[object]) -> Iterator[int]:
    return (at for at, value in enumerate(column) if value is None) if None in column else iter(())


def _filled(column: Sequence[str]) -> Iterator[int]:
    return (at for at, cell in enumerate(column) if cell) if any(column) else iter(())


def _odd_texts(column: Sequence[str], limit: int) -> Iterator[int]:
    """The places of texts that are too long, or begin with an apostrophe: it may escape a formula."""
    if any(column):
        text = "\n".join(column)
        if text.startswith("'") or "\n'" in text or max(map(len, column)) > limit:
            yield from (at for at, cell in enumerate(column) if cell.startswith("'") or len(cell) > limit)


def _odd_ids(column: Sequence[str]) -> Iterator[int]:
    """The places of ids that are none, or have to be looked at more closely."""
    if not all(column) or not read.is_plain_id("".join(column)) or not read.PATH_SEGMENTS.isdisjoint(column):
        yield from (at for at, cell in enumerate(column) if not cell or not read.is_plain_id(cell))
    yield from _odd_texts(column, MAX_ID)


def _instants(column: Sequence[str]) -> list[datetime | None]:
    """The instants that are written in UTC; None for all others."""
    try:
        instants = list(map(datetime.fromisoformat, column))
    except ValueError:
        return list(map(_instant, column))
    is_plain = set(map(_zone, instants)) == {UTC} and min(instants).year in YEARS and max(instants).year in YEARS
    return list(instants) if is_plain else list(map(_instant, column))


def _instant(cell: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return instant if instant.tzinfo is UTC and instant.year in YEARS else None


@lru_cache(maxsize=2**15)  # amounts repeat
def _micros(cell: str) -> int | None:
    """Dollars with at most six decimals in micro-dollars; None where it is written in any other way."""
    dollars, point, cents = cell.partition(".")
    if point and not cents:
        return None
    digits = dollars + cents.ljust(6, "0")
    return int(digits) if len(cents) <= 6 and len(digits) <= 15 and digits.isdecimal() else None
