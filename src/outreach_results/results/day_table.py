"""The days of campaigns as arrays: read once by one statement, and every question about days is answered from them.

A page asks about now and before, with and without machines, each campaign and all together. Asked one by one, these
are a dozen statements about the same rows of ``daily_stats``; each also visits every machine of a cluster.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterator, Mapping
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
    """

    ids: tuple[str, ...]
    starts: NDArray[np.int64]
    dates: Days
    numbers: Floats

    def __len__(self) -> int:
        return len(self.dates)

    def column(self, name: str, *, humans_only: bool = False) -> Floats:
        """(rows,) a count or a cost by its name; with ``humans_only`` without machines."""
        twin = f"{name}_human"
        column: Floats = self.numbers[_PLACE[twin if humans_only and twin in _PLACE else name]]
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
        return DayTable(self.ids[place : place + 1], np.array([0, end - first]), self.dates[own], self.numbers[:, own])

    def without(self, unknown: Mapping[str, Collection[str]]) -> DayTable:
        """The same with NaN for the columns, and their twins, that are not known of a campaign."""
        if not any(unknown.values()):
            return self
        numbers = self.numbers.copy()
        for own, rows in self.by_campaign():
            for name in unknown.get(own, ()):
                numbers[_PLACE[name], rows] = np.nan
                if (twin := f"{name}_human") in _PLACE:
                    numbers[_PLACE[twin], rows] = np.nan
        return replace(self, numbers=numbers)

    def narrowed(self, campaigns: Collection[str] | None, start: date | None, end: date | None) -> DayTable:
        """The rows of these campaigns and days; None narrows nothing."""
        if not len(self) or (campaigns is None and start is None and end is None):
            return self
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
        return DayTable(ids, np.unique(left), self.dates[inside], self.numbers[:, inside])


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
