"""Counts and costs by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from outreach_results.metrics import Every, shared_column
from outreach_results.metrics.buckets import Buckets
from outreach_results.models import COST_COLUMNS, MICROS_PER_DOLLAR, DailyRow, DailyStats, Filters
from outreach_results.models.metric_definitions import PAIRS
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaigns import require_campaign
from outreach_results.results.day_table import Days, DayTable, Floats, day_table
from outreach_results.results.kept import kept_on
from outreach_results.results.query import (
    NOT_BROKEN_DOWN,
    check_period,
    chosen_days,
    complete_sum,
    integers,
    usd,
)
from outreach_results.results.tracked import (
    NUMBERS,
    Unknown,
    number_column,
    unknown_numbers,
)
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.tracking import untracked_columns


def campaign_daily(store: Store, campaign_id: str, filters: Filters | None = None) -> DailyStats:
    """One campaign's days: the contract's ``/campaigns/:id/stats/daily``.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: the period starts after its end.
    """
    narrowed = (filters or Filters()).of(campaign_id)
    check_period(narrowed)
    with store.read() as connection:
        require_campaign(connection, campaign_id)
        untracked = untracked_columns(connection, [campaign_id]).get(campaign_id, ())
        days = [
            integers(row) | dict.fromkeys(untracked) for row in connection.execute(_daily_query(narrowed)).mappings()
        ]
    return DailyStats(
        campaign_id=campaign_id,
        daily=[
            DailyRow(
                date=day["date"],
                emails_sent=day["emails_sent"],
                opened=day["opened"],
                replied=day["replied"],
                cost_usd=usd(day["cost"]),
            )
            for day in days
        ],
    )


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """Numbers by day without gaps, oldest first.

    Attributes:
        dates: (days,)
        numbers: by name (days,) the counts, and costs in micro-dollars. Days without activity hold 0; a number that
            only some campaigns know is that of those, and NaN where none does. For numbers that are divided by each
            other and known of different campaigns also those of `metrics.shared_column`.
    """

    dates: Days
    numbers: dict[str, Floats]


def day_numbers(connection: Connection, filters: Filters) -> DayNumbers:
    """All chosen campaigns together, from the first day of the filters, or of the data, to the last."""
    return kept_on(connection).get(("day numbers", filters), lambda: _day_numbers(connection, filters))


def _day_numbers(connection: Connection, filters: Filters) -> DayNumbers:
    table, unknown = day_table(connection, filters), unknown_numbers(connection, filters)
    dates = _days_between(table, filters)
    if not len(dates):
        return DayNumbers(dates, {name: np.zeros(0) for name in NUMBERS})
    on = (table.dates - dates[0]).astype(np.int64)
    has_rows = np.bincount(on, minlength=len(dates)) > 0
    columns = {
        name: np.where(has_rows, np.bincount(on, column, len(dates)), np.nan)
        for name, column in _known_columns(table, unknown, humans_only=filters.humans_only).items()
    }
    # A day without numbers is one without activity, hence 0, except for what is known on no day: that stays unknown.
    is_quiet = np.isnan(list(columns.values())).all(axis=0)
    for column in columns.values():
        if not len(table) or not np.isnan(column[has_rows]).all():
            column[is_quiet] = 0.0
    for column in columns.values():
        column.flags.writeable = False  # many questions share them
    return DayNumbers(dates, columns)


def _days_between(table: DayTable, filters: Filters) -> Days:
    """Every day of the filters or, where they are open, up to the ends of the data; none where there is no end."""
    start = np.datetime64(filters.start) if filters.start else table.dates.min() if len(table) else None
    end = np.datetime64(filters.end) if filters.end else table.dates.max() if len(table) else None
    if start is None or end is None:
        return table.dates[:0]
    dates: Days = np.arange(start, end + 1)
    return dates


def _known_columns(table: DayTable, unknown: Mapping[str, Unknown], *, humans_only: bool) -> dict[str, Floats]:
    """Each number of the rows, 0 where another campaign knows it better; and those of `shared_column`."""
    columns = {name: table.column(name, humans_only=humans_only) for name in NUMBERS}
    if unknown.keys().isdisjoint(table.ids):
        return columns
    nothing = Unknown()
    each = [unknown.get(own, nothing) for own in table.ids]
    sizes = np.diff(table.starts)
    knowing = {name: np.array([name not in own.names for own in each]) for name in NUMBERS}

    def of(name: str, campaigns: NDArray[np.bool_]) -> Floats:
        return np.where(np.repeat(campaigns, sizes), columns[name], 0.0 if campaigns.any() else np.nan)

    known = {}
    for name in NUMBERS:
        # Where no campaign knows a number of all its days, the days are shown on which all of them do.
        is_for_days = not knowing[name].any() and all(name not in own.untracked for own in each)
        known[name] = columns[name] if is_for_days else of(name, knowing[name])
    for one, other in PAIRS:
        own, others = knowing[one], knowing[other]
        if one not in COST_COLUMNS and own.any() and others.any() and (own != others).any():
            known |= {shared_column(a, b): of(a, own & others) for a, b in ((one, other), (other, one))}
    return known


def daily_stats(store: Store, filters: Filters) -> pd.DataFrame:
    """All chosen campaigns together, one row a day without gaps, oldest first.

    Columns: date (datetime64), the counts, cost_usd and its components, see `DayNumbers`; NA where a number is unknown.
    The range is that of the filters, or where they are open that of the data.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        days = day_numbers(connection, filters)
    counts: dict[str, Any] = {}
    costs: dict[str, Any] = {}
    for name, column in days.numbers.items():
        one, _, other = name.partition("_with_")
        named = _in_usd(one) if not other else shared_column(_in_usd(one), _in_usd(other))
        if one in _COSTS:
            # Dollars only here: until now money is summed in whole micro-dollars, without rounding errors.
            costs[named] = column / MICROS_PER_DOLLAR
        else:
            counts[named] = _whole(column)
    return pd.DataFrame({"date": days.dates.astype("datetime64[s]"), **counts, **costs})


def _whole(column: Floats) -> pd.arrays.IntegerArray:
    is_unknown = np.isnan(column)
    return pd.arrays.IntegerArray(np.where(is_unknown, 0, column).astype(np.int64), is_unknown)


def _in_usd(name: str) -> str:
    """The name of a number once money is in dollars: cost_usd."""
    return f"{name}_usd" if name in _COSTS else name


def daily_costs(store: Store, filters: Filters, *, every: Every = Every.DAY) -> pd.DataFrame:
    """`cost_columns` as a frame."""
    return pd.DataFrame(cost_columns(store, filters, every=every))


def cost_columns(store: Store, filters: Filters, *, every: Every = Every.DAY) -> dict[str, NDArray[Any]]:
    """What all chosen campaigns together cost in each day, week or month, without gaps; the days of `daily_stats`.

    By name, one value each: date, first, last and is_partial, see `Buckets`; cost_usd, its components as far as they
    are known, and cost_not_broken_down_usd, the rest: some sources report only the total cost of a day. All of them are
    NaN where none of the campaigns with any activity tracks costs.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        facts = campaign_facts(connection, filters.campaigns)
        table = day_table(connection, filters)
    table = table.without({own: facts[own].untracked for own in table.ids})
    dates = _days_between(table, filters)
    on = (table.dates - dates[0]).astype(np.int64) if len(dates) else np.zeros(0, np.int64)
    # Unlike in `daily_stats`, an unknown component is 0 here: its money is part of the total, and so of the rest.
    spent: dict[str, Floats] = {
        name: np.bincount(on, np.nan_to_num(table.column(name)), len(dates)).astype(np.float64) for name in _COSTS
    }
    spent[NOT_BROKEN_DOWN] = np.maximum(spent["cost"] - sum(spent[name] for name in COST_COLUMNS), 0.0)
    buckets = Buckets(dates, every)
    is_known = not len(table) or not np.isnan(table.column("cost")).all()
    unknown = np.full(len(buckets.start), np.nan)
    return buckets.columns() | {
        f"{name}_usd": buckets.sum(amounts) / MICROS_PER_DOLLAR if is_known else unknown
        for name, amounts in spent.items()
    }


_COSTS = ("cost", *COST_COLUMNS)


def _daily_query(filters: Filters) -> Select[Any]:
    """The sums of each date."""
    date = schema.daily_stats.c.date
    sums = (complete_sum(number_column(name, filters)).label(name) for name in NUMBERS)
    return select(date, *sums).where(*chosen_days(filters)).group_by(date).order_by(date)
