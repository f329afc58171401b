"""What the account used of its plan, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, func, select

from outreach_results import metrics
from outreach_results.errors import QueryError
from outreach_results.models import Basis, Filters, Plan, Usage, UsageNumbers, dollars
from outreach_results.results.campaigns import last_day
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
        period=month.isoformat()[:7],
        usage=UsageNumbers(
            campaigns_created=started,
            emails_sent=int(sent or 0),
            emails_remaining=None if plan is None else max(0, plan.email_limit - int(sent or 0)),
            byok_cost_usd=dollars(int(cost or 0)),
        ),
        plan=plan,
    )


def usage_by_month(store: Store) -> pd.DataFrame:
    """Every month of the data, oldest first.

    Columns: month (datetime64), campaigns_created, emails_sent, cost_usd, its components, cost_per_email_usd (NaN
    where nothing was sent).
    """
    frame = daily_stats(store, Filters(basis=Basis.SEND))
    frame["month"] = frame["date"].dt.to_period("M").dt.to_timestamp()
    months = frame.groupby("month", as_index=False)[["emails_sent", *COST_FIELDS]].sum(skipna=False)
    created_on = schema.campaigns.c.created_on
    with store.read() as connection:
        created = pd.Series(connection.execute(select(created_on)).scalars().all(), dtype="datetime64[s]")
    by_month = created.dt.to_period("M").dt.to_timestamp().value_counts()
    months.insert(1, "campaigns_created", months["month"].map(by_month).fillna(0).astype("Int64"))
    sent = months["emails_sent"].astype("float64")
    return months.assign(cost_per_email_usd=months["cost_usd"] / sent.where(sent > 0))


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a month stands, and how it may end.

    ``today`` is the last day that counts as known: the last one of the data, never the clock's where the data lies
    behind it. ``sent`` are the e-mails of each day up to then. ``due_share`` is the part of its month that the account
    usually has sent by now, in the rhythm of its weekdays or, where that is not known, by an even pace.
    """

    first: date
    last: date
    today: date
    is_over: bool
    sent: tuple[int, ...]
    plan: Plan | None
    due_share: float
    knows_rhythm: bool
    reached_on: date | None
    forecast: metrics.Forecast | None

    @property
    def total(self) -> int:
        """E-mails sent in the month so far."""
        return sum(self.sent)


def outlook(store: Store, month: date, *, now: datetime | None = None) -> Outlook:
    """How the month that begins with ``month`` stands on the last day of the data, and what its rest may bring.

    The forecast is None for a month that is over, and where there are not enough days yet to see a rhythm.
    """
    end = next_month(month) - timedelta(days=1)
    known_until = last_day(store) or month
    today = min(max(known_until, month), end)
    with store.read() as connection:
        clock = (now or datetime.now(UTC)).astimezone(zone_of(connection)).date()
    is_over = known_until > end or (known_until == end and clock != end)
    days = daily_stats(store, Filters(basis=Basis.SEND, end=today)).set_index("date")
    start = min(days.index.min().date(), month) if len(days) else month
    days = days.reindex(pd.date_range(start, today), fill_value=0)
    sent = days["emails_sent"].fillna(0).to_numpy(dtype="float64")
    cost = days["cost_usd"].fillna(0).to_numpy(dtype="float64")
    plan = plan_of(store)
    rhythm = metrics.rhythm(sent, today)
    in_month = sent[-today.day :]
    return Outlook(
        first=month,
        last=end,
        today=today,
        is_over=is_over,
        sent=tuple(int(n) for n in in_month),
        plan=plan,
        due_share=today.day / end.day if rhythm is None else rhythm.share_by(today),
        knows_rhythm=rhythm is not None,
        reached_on=None if plan is None else metrics.reached_on(in_month.tolist(), month, plan.email_limit),
        forecast=None
        if is_over
        else metrics.forecast(
            sent, cost, today, end, limit=plan.email_limit if plan else None, today_is_over=today != clock
        ),
    )


def next_month(month: date) -> date:
    """The first day of the month after the one that ``month`` lies in."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month(period: str) -> date:
    try:
        if len(period) != 7:
            raise ValueError
        month = date.fromisoformat(f"{period}-01")
        next_month(month)
    except (ValueError, OverflowError):
        raise QueryError("period", f"{period[:20]!r} is no period: use 'month' or a month like 2026-01.") from None
    return month


def plan_of(store: Store) -> Plan | None:
    """The account's plan, where it is known."""
    with store.read() as connection:
        return _plan(connection)


def _plan(connection: Connection) -> Plan | None:
    row = connection.execute(select(schema.plan)).first()
    return None if row is None else Plan(name=row.name, email_limit=row.email_limit, price_usd=dollars(row.price))
