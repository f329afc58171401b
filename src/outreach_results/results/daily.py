"""Counts and costs by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, func, select

from outreach_results.metrics import Every, bucketed, together
from outreach_results.models import COST_COLUMNS, MICROS_PER_DOLLAR, DailyRow, DailyStats, Filters
from outreach_results.models.metric_definitions import PAIRS
from outreach_results.results.campaigns import require_campaign
from outreach_results.results.query import (
    NOT_BROKEN_DOWN,
    check_period,
    chosen_days,
    complete_sum,
    in_dollars,
    integers,
    not_broken_down,
    usd,
)
from outreach_results.results.tracked import (
    NUMBERS,
    Unknown,
    group_column,
    groups_of,
    number_column,
    tracked_column,
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


def daily_stats(store: Store, filters: Filters) -> pd.DataFrame:
    """All chosen campaigns together, one row a day without gaps, oldest first.

    Columns: date (datetime64), the counts, cost_usd and its components. Days without activity hold 0; a number that
    only some campaigns know is that of those, and NA where none does. For numbers that are divided by each other and
    known of different campaigns there are columns of the campaigns that know both, see `metrics.pair`. The range is
    that of the filters, or where they are open that of the data.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        unknown = unknown_numbers(connection, filters)
        groups = groups_of(unknown)
        query = _daily_query(filters, group_column(unknown, groups) if unknown else None)
        days = [integers(row) for row in connection.execute(query).mappings()]
    rows = pd.DataFrame(days, columns=["date", "place", *NUMBERS]).fillna({"place": 0})
    frame = _combined(rows, groups) if unknown else rows.drop(columns="place").set_index("date")
    # The query sorts by date, so the first and the last row are the ends of the data.
    start = filters.start or (days[0]["date"] if days else None)
    end = filters.end or (days[-1]["date"] if days else None)
    frame.index = pd.to_datetime(frame.index)
    if start is not None and end is not None:
        untracked = frame.isna().all() & bool(days)
        frame = frame.reindex(pd.date_range(start, end, name="date"))
        # A missing row is a day without activity, hence 0, except for what is tracked on no day: that stays unknown.
        is_quiet = frame.isna().all(axis=1)
        frame.loc[is_quiet, [name for name in frame.columns if not untracked[name]]] = 0
    # Dollars only at the end: until here money is summed in whole micro-dollars, without rounding errors.
    frame = in_dollars(frame, _COSTS)
    return frame.astype({name: "Int64" for name in frame.columns if not name.startswith("cost")}).reset_index()


def _combined(rows: pd.DataFrame, groups: Sequence[Unknown]) -> pd.DataFrame:
    """One row a date, from one a date and group: sums over the groups that know a number, and columns `together`."""
    dates = pd.Index(rows["date"].unique(), name="date")
    by_group = {
        place: rows[rows["place"] == place].set_index("date")[list(NUMBERS)].astype("Int64")
        for place in range(len(groups))
    }
    by_group = {place: frame for place, frame in by_group.items() if len(frame)}
    knowing = {name: [place for place in by_group if name not in groups[place].names] for name in NUMBERS}

    def summed(name: str, places: Sequence[int]) -> pd.Series:
        parts = [by_group[place][name].reindex(dates, fill_value=0) for place in places]
        return sum(parts[1:], parts[0]) if parts else pd.Series(pd.NA, dates, dtype="Int64")

    columns = {}
    for name in NUMBERS:
        # Where no campaign knows a number of all its days, the days are shown on which all of them do.
        tracking = [place for place in by_group if name not in groups[place].untracked]
        columns[name] = summed(name, knowing[name] or (list(by_group) if len(tracking) == len(by_group) else []))
    for one, other in PAIRS:
        if one not in COST_COLUMNS and knowing[one] and knowing[other] and knowing[one] != knowing[other]:
            both = [place for place in knowing[one] if place in knowing[other]]
            part, whole = summed(one, both), summed(other, both)
            if one == "cost":
                one, part = "cost_usd", part.astype("Float64") / MICROS_PER_DOLLAR
            columns[together(one, other)], columns[together(other, one)] = part, whole
    return pd.DataFrame(columns)


def daily_costs(store: Store, filters: Filters, *, every: Every = Every.DAY) -> pd.DataFrame:
    """What all chosen campaigns together cost in each day, week or month, without gaps; the days of `daily_stats`.

    Columns: date, first, last and is_partial, see `metrics.bucketed`; cost_usd, its components as far as they are
    known, and cost_not_broken_down_usd, the rest: some sources report only the total cost of a day. All of them are NaN
    where none of the campaigns with any activity tracks costs.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    table = schema.daily_stats.c
    # Unlike in `daily_stats`, an unknown component is 0 here: its money is part of the total, and so of the rest.
    with store.read() as connection:
        unknown = unknown_numbers(connection, filters)
    query = (
        select(
            table.date,
            func.count(tracked_column("cost", filters, unknown)),
            *(func.coalesce(func.sum(tracked_column(name, filters, unknown)), 0) for name in _COSTS),
        )
        .where(*chosen_days(filters))
        .group_by(table.date)
        .order_by(table.date)
    )
    with store.read() as connection:
        days = connection.execute(query).all()
    frame = pd.DataFrame(days, columns=["date", "known", *_COSTS]).astype({"date": "datetime64[s]"})
    is_known = frame.empty or bool(frame.pop("known").any())
    frame = frame.drop(columns="known", errors="ignore").set_index("date").astype("int64")
    start = filters.start or (days[0].date if days else None)
    end = filters.end or (days[-1].date if days else None)
    if start is not None and end is not None:
        frame = frame.reindex(pd.date_range(start, end, name="date"), fill_value=0)
    frame = frame.assign(**{NOT_BROKEN_DOWN: not_broken_down(frame)})
    costs = in_dollars(bucketed(frame.reset_index(), every), [*_COSTS, NOT_BROKEN_DOWN])
    return costs if is_known else costs.assign(**{f"{name}_usd": np.nan for name in (*_COSTS, NOT_BROKEN_DOWN)})


_COSTS = ("cost", *COST_COLUMNS)


def _daily_query(filters: Filters, place: ColumnElement[int] | None = None) -> Select[Any]:
    """The sums of each date, and of each group of campaigns where their ``place`` is given."""
    date = schema.daily_stats.c.date
    sums = (complete_sum(number_column(name, filters)).label(name) for name in NUMBERS)
    query = select(date, *sums).where(*chosen_days(filters)).order_by(date)
    # By the name of the column: written out, its parameters would make it another expression for PostgreSQL.
    return query.group_by(date) if place is None else query.add_columns(place.label("place")).group_by(date, "place")
