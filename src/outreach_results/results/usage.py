"""What the account used of its plan, month by month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, func, select

from outreach_results.errors import QueryError
from outreach_results.models import Basis, Filters, Plan, Usage, UsageNumbers, dollars
from outreach_results.results.daily import daily_stats
from outreach_results.results.totals import COST_FIELDS
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of


def usage(store: Store, period: str = "month", *, now: datetime | None = None) -> Usage:
    """What a month used of the plan: the contract's ``/usage``.

    Args:
        period: ``month`` for the current calendar month of the reporting zone, or YYYY-MM.

    Raises:
        QueryError: the period is neither.
    """
    with store.read() as connection:
        if period == "month":
            today = (now or datetime.now(UTC)).astimezone(zone_of(connection)).date()
            month = today.replace(day=1)
        else:
            month = _month(period)
        days = schema.daily_stats.c
        sent, cost = connection.execute(
            select(func.sum(days.emails_sent), func.sum(days.cost)).where(
                days.basis == Basis.SEND, days.date >= month, days.date < next_month(month)
            )
        ).one()
        created = schema.campaigns.c.created_on
        started = connection.execute(
            select(func.count()).where(created >= month, created < next_month(month))
        ).scalar_one()
        plan = _plan(connection)
    return Usage(
        period=month.strftime("%Y-%m"),
        usage=UsageNumbers(
            campaigns_created=started,
            emails_sent=int(sent or 0),
            emails_remaining=None if plan is None else max(0, plan.email_limit - int(sent or 0)),
            byok_cost_usd=dollars(int(cost or 0)),
        ),
        plan=plan,
    )


def usage_by_month(store: Store) -> pd.DataFrame:
    """Every month of the data, oldest first: month (datetime64), emails_sent, cost_usd and its components."""
    frame = daily_stats(store, Filters(basis=Basis.SEND))
    frame["month"] = frame["date"].dt.to_period("M").dt.to_timestamp()
    return frame.groupby("month", as_index=False)[["emails_sent", *COST_FIELDS]].sum()


def next_month(month: date) -> date:
    """The first day of the month after the one that ``month`` lies in."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month(period: str) -> date:
    try:
        if len(period) != 7:
            raise ValueError
        return date.fromisoformat(f"{period}-01")
    except ValueError:
        raise QueryError("period", f"{period[:20]!r} is no period: use 'month' or a month like 2026-01.") from None


def plan_of(store: Store) -> Plan | None:
    """The account's plan, where it is known."""
    with store.read() as connection:
        return _plan(connection)


def _plan(connection: Connection) -> Plan | None:
    row = connection.execute(select(schema.plan)).first()
    return None if row is None else Plan(name=row.name, email_limit=row.email_limit, price_usd=dollars(row.price))
