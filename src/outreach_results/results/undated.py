"""Campaigns known by snapshots of contacts: what their exports count without a date.

Their totals of a period by event date take such counts by the day of sending instead, days by event date leave them
unknown, and a series of exports shows how they grew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from outreach_results.metrics.dispersion import DailyCounts, dispersion, rate_interval
from outreach_results.models import COUNTS, Basis, Detail, Filters
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.headlines import HeadlineRate
from outreach_results.results.query import chosen_days, complete_sum, count_column
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.shown import is_shown

CountNames = frozenset[str]


def undated_counts(connection: Connection, filters: Filters) -> dict[str, CountNames]:
    """By id of a chosen campaign, the counts that it knows by the day of sending but not, or not all, by event date.

    Campaigns that date everything are left out, and so are all of them on the send basis.
    """
    if filters.basis != Basis.ACTIVITY:
        return {}
    ids = _known_by_snapshots(connection, filters)
    if not ids:
        return {}
    days = schema.daily_stats.c
    query = (
        select(days.campaign_id, days.basis, *(complete_sum(count_column(name, filters)) for name in COUNTS))
        .where(days.campaign_id.in_(ids))
        .group_by(days.campaign_id, days.basis)
    )
    sums: dict[str, dict[str, Sequence[int | None]]] = {}
    for campaign_id, basis, *counts in connection.execute(query):
        sums.setdefault(campaign_id, {})[basis] = counts
    nothing = (None,) * len(COUNTS)
    undated = {
        campaign_id: frozenset(
            name
            for name, dated, sent in zip(
                COUNTS, of_basis.get(Basis.ACTIVITY, nothing), of_basis.get(Basis.SEND, nothing), strict=True
            )
            if sent is not None and (dated is None or dated < sent)
        )
        for campaign_id, of_basis in sums.items()
    }
    return {campaign_id: names for campaign_id, names in undated.items() if names}


def sums_by_sending(
    connection: Connection, filters: Filters, undated: Mapping[str, CountNames]
) -> dict[str, dict[str, int]]:
    """The undated counts of each of these campaigns in the period, by the day of sending; 0 where nothing was sent."""
    if not undated:
        return {}
    by_sending = replace(filters, campaigns=tuple(sorted(undated)), basis=Basis.SEND)
    # Here 0 is known: on days of sending without a row nothing was sent.
    columns = (func.coalesce(func.sum(count_column(name, filters)), 0).label(name) for name in COUNTS)
    campaign_id = schema.daily_stats.c.campaign_id
    query = select(campaign_id, *columns).where(*chosen_days(by_sending)).group_by(campaign_id)
    rows = {row["campaign_id"]: row for row in connection.execute(query).mappings()}
    return {own: {name: int(rows[own][name]) if own in rows else 0 for name in names} for own, names in undated.items()}


def sending_days(store: Store, filters: Filters, count: str) -> dict[str, DailyCounts]:
    """By campaign id, how many of the emails sent on each day of the period got an outcome, such as ``replied``."""
    by_sending = replace(filters, basis=Basis.SEND)
    days = schema.daily_stats.c
    query = (
        select(days.campaign_id, count_column(count, filters), days.emails_sent)
        .where(*chosen_days(by_sending))
        .order_by(days.campaign_id, days.date)
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    days_of = {}
    for campaign_id, of_campaign in groupby(rows, key=itemgetter(0)):
        _, counted, sent = zip(*of_campaign, strict=True)
        days_of[campaign_id] = DailyCounts(np.array(counted, dtype=np.float64), np.array(sent, dtype=np.float64))
    return days_of


def share_of_sent(count: int, sent: int, days: Collection[DailyCounts]) -> HeadlineRate:
    """The share of the emails sent, where it is not known how many were delivered.

    Args:
        days: what the days of sending brought; how much they differ widens the interval.
    """
    if not sent:
        return HeadlineRate(None, None)
    # Around one rate: days of different campaigns differ by more than those of one.
    counts, of = ([getattr(one, part) for one in days] for part in ("count", "of"))
    every = [DailyCounts(np.concatenate(counts), np.concatenate(of))] if days else []
    rate = count / sent
    return HeadlineRate(rate, rate_interval(rate, sent, dispersion(every)) if rate <= 1 else None)


def snapshot_range(store: Store, campaign_ids: Iterable[str] | None = None) -> tuple[date, date] | None:
    """The local days of the first and the last export of these campaigns (None: all); None without one."""
    table = schema.snapshot_stats.c
    query = select(func.min(table.as_of), func.max(table.as_of)).where(is_shown(table.campaign_id))
    if campaign_ids is not None:
        query = query.where(table.campaign_id.in_(tuple(campaign_ids)))
    with store.read() as connection:
        first, last = connection.execute(query).one()
    zone = store.zone()
    return (first.astimezone(zone).date(), last.astimezone(zone).date()) if first else None


def snapshot_trend(store: Store, filters: Filters) -> pd.DataFrame:
    """How the totals of campaigns known by snapshots grew from export to export, one row a day of an export.

    Each row adds up the newest export of each chosen campaign until then. The period does not narrow it: an export
    holds everything until its day.

    Columns: date (datetime64), campaigns (how many have an export by then), and the counts; NA where one of these does
    not know it.
    """
    table = schema.snapshot_stats.c
    with store.read() as connection:
        ids = _known_by_snapshots(connection, filters)
        columns = (table.campaign_id, table.as_of, *(table[name] for name in COUNTS))
        query = select(*columns).where(table.campaign_id.in_(ids)).order_by(table.as_of, table.campaign_id)
        rows = connection.execute(query).all() if ids else []
    zone = store.zone()
    newest: dict[str, Sequence[Any]] = {}
    by_day: dict[date, tuple[int | None, ...]] = {}
    for campaign_id, as_of, *counts in rows:
        newest[campaign_id] = counts
        # One campaign that does not know a count makes the total unknown: without it the count would seem to fall.
        sums = (None if None in column else sum(column) for column in zip(*newest.values(), strict=True))
        by_day[as_of.astimezone(zone).date()] = (len(newest), *sums)
    # Column by column: converting an empty frame takes as long as several of a page's questions.
    columns_of_days = zip(*by_day.values(), strict=True) if by_day else ((),) * (len(COUNTS) + 1)
    sums_of_days = {
        name: pd.array(values, dtype="Int64")
        for name, values in zip(["campaigns", *COUNTS], columns_of_days, strict=True)
    }
    return pd.DataFrame({"date": np.array(list(by_day), dtype="datetime64[s]")} | sums_of_days)


def _known_by_snapshots(connection: Connection, filters: Filters) -> list[str]:
    facts = campaign_facts(connection, filters.campaigns)
    return sorted(own for own, of in facts.items() if of.detail == Detail.CONTACTS)
