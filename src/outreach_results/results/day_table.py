"""The days of campaigns as arrays: read once by one statement, and every question about days is answered from them.

A page asks about now and before, with and without machines, each campaign and all together. Asked one by one, these
are a dozen statements about the same rows of ``daily_stats``; each also visits every machine of a cluster.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, select, type_coerce

from outreach_results.models import COST_COLUMNS, COUNTS, HUMAN_COUNTS, Filters
from outreach_results.results.kept import kept_on
from outreach_results.results.query import chosen_days, of_any_campaign
from outreach_results.store import schema

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

_COLUMNS = (*COUNTS, *HUMAN_COUNTS, "cost", *COST_COLUMNS)
_PLACE = {name: place for place, name in enumerate(_COLUMNS)}

RUN_UP_DAYS = 28
"""Days before a period that are read with it: the longest window over which a page takes a rolling number."""

_TABLES_KEPT = 4
_ROWS_AT_A_TIME = 20_000
_PARTS_KEPT = 6
_ROWS_WORTH_COPIES = 50_000
"""Of a longer table no parts are kept: each would be tens of megabytes."""


@dataclass(frozen=True, slots=True)
class DayTable:
    """Rows of ``daily_stats`` of one basis, ordered by campaign and date.

    Attributes:
        ids: of the campaigns that have rows, one after the other.
        starts: (campaigns + 1,) where the rows of each begin, and where the last ones end.
        dates: (rows,)
        numbers: (columns, rows) the counts, their twins and the costs in micro-dollars; NaN where one is unknown. Whole
            numbers, which a float holds exactly.
        places: where the column of each name is.
    """

    ids: tuple[str, ...]
    starts: NDArray[np.int64]
    dates: Days
    numbers: Floats
    places: Mapping[str, int] = field(default_factory=lambda: _PLACE)

    def __len__(self) -> int:
        return len(self.dates)

    def column(self, name: str, *, humans_only: bool = False) -> Floats:
        """(rows,) a count or a cost by its name; with ``humans_only`` without machines."""
        twin = f"{name}_human"
        column: Floats = self.numbers[self.places[twin if humans_only and twin in self.places else name]]
        return column

    def sum_by_campaign(self, column: Floats) -> Floats:
        """(campaigns,) the total of a column of each; NaN where a day does not know it."""
        return np.asarray(np.add.reduceat(column, self.starts[:-1])) if len(column) else column

    def is_lacking(self, column: Floats) -> NDArray[np.bool_]:
        """(campaigns,) whether a day of each does not know a column."""
        return np.isnan(self.sum_by_campaign(column))

    def by_campaign(self) -> Iterator[tuple[str, slice]]:
        """Each campaign with the place of its rows."""
        ends = self.starts.tolist()
        for place, own in enumerate(self.ids):
            yield own, slice(ends[place], ends[place + 1])

    def of(self, place: int) -> DayTable:
        """The rows of one campaign, by its place among the ids."""
        first, end = self.starts[place : place + 2].tolist()
        own = slice(first, end)
        starts = np.array([0, end - first])
        return DayTable(self.ids[place : place + 1], starts, self.dates[own], self.numbers[:, own], self.places)

    def only(self, names: Sequence[str], *, humans_only: bool) -> DayTable:
        """The same with only these columns, of which less is copied; see `column` for ``humans_only``."""
        numbers = np.array([self.column(name, humans_only=humans_only) for name in names])
        return replace(self, numbers=numbers, places={name: place for place, name in enumerate(names)})

    def condensed(self) -> DayTable:
        """The same with one campaign in the place of all that know the same columns: its days are the sums of theirs.

        Parts of it add up to the same as those of the whole table, and are far shorter. A campaign that does not know
        a column on some of its days stays alone, because what is left of it in a part may know the column.
        """
        if len(self.ids) < 2:
            return self
        lacking = np.isnan(self.numbers)
        ever, always = (how.reduceat(lacking, self.starts[:-1], axis=1) for how in (np.logical_or, np.logical_and))
        is_alone = np.any(ever & ~always, axis=0)
        groups: dict[tuple[Any, ...], int] = {}
        group = [
            groups.setdefault((own,) if is_alone[place] else tuple(ever[:, place].tolist()), len(groups))
            for place, own in enumerate(self.ids)
        ]
        if len(groups) == len(self.ids):
            return self
        first, last = self.dates.min(), self.dates.max()
        days = int((last - first).astype(np.int64)) + 1
        of_row = np.repeat(np.array(group), np.diff(self.starts)) * days + (self.dates - first).astype(np.int64)
        used = np.flatnonzero(np.bincount(of_row, minlength=len(groups) * days))
        numbers = np.array([np.bincount(of_row, column, len(groups) * days)[used] for column in self.numbers])
        ids = tuple(self.ids[group.index(place)] for place in range(len(groups)))
        starts = np.searchsorted(used, np.arange(len(groups) + 1) * days)
        return DayTable(ids, starts, first + used % days, numbers, self.places)

    def without(self, unknown: Mapping[str, Collection[str]]) -> DayTable:
        """The same with NaN for the columns, and their twins, that are not known of a campaign."""
        if not any(unknown.values()):
            return self
        numbers = self.numbers.copy()
        for own, rows in self.by_campaign():
            for name in unknown.get(own, ()):
                numbers[self.places[name], rows] = np.nan
                if (twin := f"{name}_human") in self.places:
                    numbers[self.places[twin], rows] = np.nan
        return replace(self, numbers=numbers)

    def narrowed(self, campaigns: Collection[str] | None, start: date | None, end: date | None) -> DayTable:
        """The rows of these campaigns and days; None narrows nothing."""
        if not len(self) or (campaigns is None and start is None and end is None):
            return self
        if len(self.ids) == 1 and campaigns is None:
            return self._between(start, end)
        inside = np.ones(len(self), dtype=np.bool_)
        if start is not None:
            inside &= self.dates >= np.datetime64(start)
        if end is not None:
            inside &= self.dates <= np.datetime64(end)
        if campaigns is not None:
            chosen = frozenset(campaigns)
            is_chosen = np.array([own in chosen for own in self.ids], dtype=np.bool_)
            inside &= np.repeat(is_chosen, np.diff(self.starts))
        if inside.all():
            return self
        left = np.concatenate([[0], np.cumsum(inside)])[self.starts]
        has_rows = np.diff(left) > 0
        ids = tuple(own for own, stays in zip(self.ids, has_rows.tolist(), strict=True) if stays)
        return DayTable(ids, np.unique(left), self.dates[inside], self.numbers[:, inside], self.places)

    def _between(self, start: date | None, end: date | None) -> DayTable:
        """The days of the only campaign from one to another: they stand in order, so that nothing is copied."""
        first = 0 if start is None else int(np.searchsorted(self.dates, np.datetime64(start)))
        after = len(self) if end is None else int(np.searchsorted(self.dates, np.datetime64(end), side="right"))
        rows = slice(first, max(first, after))
        count = rows.stop - rows.start
        starts = np.array([0, count] if count else [0])
        return DayTable(self.ids if count else (), starts, self.dates[rows], self.numbers[:, rows], self.places)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A table, and the filters that it was read by: it answers what is narrower."""

    filters: Filters
    table: DayTable
    _parts: OrderedDict[tuple[Any, ...], DayTable] = field(default_factory=OrderedDict, compare=False)

    def narrowed(self, filters: Filters) -> DayTable:
        """The part of the table that the filters choose; the last ones are kept, for a page asks for few, and often."""
        chosen = (filters.campaigns, filters.start, filters.end)
        part = self._parts.get(chosen)
        if part is None:
            part = self.table.narrowed(*chosen)
            if len(self.table) <= _ROWS_WORTH_COPIES:
                self._parts[chosen] = part
                while len(self._parts) > _PARTS_KEPT:
                    self._parts.popitem(last=False)
        return part

    def covers(self, filters: Filters) -> bool:
        own = self.filters
        return (
            own.basis == filters.basis
            and (own.campaigns is None or (filters.campaigns is not None and {*filters.campaigns} <= {*own.campaigns}))
            and (own.start is None or (filters.start is not None and own.start <= filters.start))
            and (own.end is None or (filters.end is not None and filters.end <= own.end))
        )


def day_table(connection: Connection, filters: Filters, *, is_alone: bool = False) -> DayTable:
    """The days of the filters, from what is kept or by one statement.

    Args:
        is_alone: nothing else will be asked about these days, so that no more than they are read.
    """
    kept = kept_on(connection).get("day tables", lambda: deque[_Reading](maxlen=_TABLES_KEPT))
    reading = next((one for one in tuple(kept) if one.covers(filters)), None)
    if reading is None:
        wider = replace(filters if is_alone else _with_surroundings(filters), humans_only=False)
        reading = _Reading(wider, _read(connection, wider))
        kept.append(reading)
    return reading.narrowed(filters)


def _with_surroundings(filters: Filters) -> Filters:
    """The filters with the days that a page asks for next: the period before, and the run-up of both."""
    if filters.start is None:
        return replace(filters, end=None)
    days = 0 if filters.end is None else (filters.end - filters.start).days + 1
    back = min(days + RUN_UP_DAYS, filters.start.toordinal() - 1)
    return replace(filters, start=filters.start - timedelta(days=max(0, back)))


def _read(connection: Connection, filters: Filters) -> DayTable:
    days = schema.daily_stats.c
    any_campaign = [of_any_campaign(days.campaign_id)] if filters.campaigns is None else []
    query = (
        # SQLite's dates are texts: numpy reads them as they are, faster than one by one as Python's dates.
        select(days.campaign_id, type_coerce(days.date, Text), *(days[name] for name in _COLUMNS))
        .where(*any_campaign, *chosen_days(filters))
        .order_by(days.campaign_id, days.date)
    )
    ids: list[str] = []
    dates: list[Days] = []
    numbers: list[Floats] = []
    for rows in connection.execute(query).partitions(_ROWS_AT_A_TIME):
        own, on, *columns = zip(*rows, strict=True)
        ids += own
        dates.append(np.array(on, dtype="datetime64[D]"))
        numbers.append(np.array(columns, dtype=np.float64))
    if not ids:
        return DayTable((), np.zeros(1, np.int64), np.zeros(0, "datetime64[D]"), np.zeros((len(_COLUMNS), 0)))
    begins = [0, *(place for place in range(1, len(ids)) if ids[place] != ids[place - 1])]
    return DayTable(
        tuple(ids[place] for place in begins),
        np.array([*begins, len(ids)], dtype=np.int64),
        np.concatenate(dates),
        np.concatenate(numbers, axis=1),
    )
