"""Counts and costs by day."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select

from outreach_results.metrics import Every, bucketed
from outreach_results.models import COST_COLUMNS, COUNTS, DailyRow, DailyStats, Filters
from outreach_results.results.campaigns import require_campaign
from outreach_results.results.query import (
    NOT_BROKEN_DOWN,
    check_period,
    chosen_days,
    complete_sum,
    count_column,
    in_dollars,
    integers,
    not_broken_down,
    usd,
)
from outreach_results.store import schema
from outreach_results.store.engine import Store


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
        days = [integers(row) for row in connection.execute(_daily_query(narrowed)).mappings()]
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

    Columns: date (datetime64), the counts, cost_usd and its components. Days without activity hold 0; NA where a
    number is not tracked. The range is that of the filters, or where they are open that of the data.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        days = [integers(row) for row in connection.execute(_daily_query(filters)).mappings()]
    frame = pd.DataFrame(days, columns=["date", *COUNTS, *_COSTS])
    # The query sorts by date, so the first and the last row are the ends of the data.
    start = filters.start or (days[0]["date"] if days else None)
    end = filters.end or (days[-1]["date"] if days else None)
    frame["date"] = pd.to_datetime(frame["date"])
    frame = frame.set_index("date")
    if start is not None and end is not None:
        untracked = frame.isna().all() & bool(days)
        frame = frame.reindex(pd.date_range(start, end, name="date"))
        # A missing row is a day without activity, hence 0, except for what is tracked on no day: that stays unknown.
        is_quiet = frame.isna().all(axis=1)
        frame.loc[is_quiet, [name for name in frame.columns if not untracked[name]]] = 0
    # Dollars only at the end: until here money is summed in whole micro-dollars, without rounding errors.
    return in_dollars(frame, _COSTS).astype(dict.fromkeys(COUNTS, "Int64")).reset_index()


def daily_costs(store: Store, filters: Filters, *, every: Every = Every.DAY) -> pd.DataFrame:
    """What all chosen campaigns together cost in each day, week or month, without gaps; the days of `daily_stats`.

    Columns: date, first, last and is_partial, see `metrics.bucketed`; cost_usd, its components as far as they are
    known, and cost_not_broken_down_usd, the rest: some sources report only the total cost of a day.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    table = schema.daily_stats.c
    # Unlike in `daily_stats`, an unknown component is 0 here: its money is part of the total, and so of the rest.
    query = (
        select(table.date, *(func.coalesce(func.sum(table[name]), 0) for name in _COSTS))
        .where(*chosen_days(filters))
        .group_by(table.date)
        .order_by(table.date)
    )
    with store.read() as connection:
        days = connection.execute(query).all()
    frame = pd.DataFrame(days, columns=["date", *_COSTS]).astype({"date": "datetime64[s]"})
    frame = frame.set_index("date").astype("int64")
    start = filters.start or (days[0].date if days else None)
    end = filters.end or (days[-1].date if days else None)
    if start is not None and end is not None:
        frame = frame.reindex(pd.date_range(start, end, name="date"), fill_value=0)
    frame = frame.assign(**{NOT_BROKEN_DOWN: not_broken_down(frame)})
    return in_dollars(bucketed(frame.reset_index(), every), [*_COSTS, NOT_BROKEN_DOWN])


_COSTS = ("cost", *COST_COLUMNS)


def _daily_query(filters: Filters) -> Select[Any]:
    table = schema.daily_stats.c
    return (
        select(
            table.date,
            *(complete_sum(count_column(name, filters)).label(name) for name in COUNTS),
            *(complete_sum(table[name]).label(name) for name in _COSTS),
        )
        .where(*chosen_days(filters))
        .group_by(table.date)
        .order_by(table.date)
    )
