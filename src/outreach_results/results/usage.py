"""Usage of the plan and costs by month, and the outlook on the rest of a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, case, func, select

from outreach_results import metrics
from outreach_results.errors import QueryError
from outreach_results.models import (
    COST_COLUMNS,
    MICROS_PER_DOLLAR,
    Basis,
    Filters,
    Plan,
    TrackedCampaigns,
    Usage,
    UsageNumbers,
    UsageOfAccounts,
    dollars,
)
from outreach_results.results.account_usage import usage_of_accounts
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaign_totals import COST_FIELDS, campaign_totals
from outreach_results.results.campaigns import last_day
from outreach_results.results.kept import kept_on
from outreach_results.results.query import (
    NOT_BROKEN_DOWN,
    chosen_days,
    chosen_rows,
    in_dollars,
    in_micros,
    not_broken_down,
    sum_usd,
)
from outreach_results.results.tracked import tracked_column, unknown_numbers
from outreach_results.store import account_entries, schema
from outreach_results.store.account_entries import days_off as entered_days_off
from outreach_results.store.account_entries import entered_plan, source_plan
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.reach import of_account


def usage(store: Store, period: str = "month", *, now: datetime | None = None) -> Usage:
    """The usage of the plan in a month: the contract's ``/usage``; of several accounts `UsageOfAccounts`.

    Args:
        period: ``month`` for the current calendar month of the reporting zone, or YYYY-MM.

    Raises:
        QueryError: the period is neither.
        NotAllowedError: the store has a part of the account only; the other questions about usage raise it too.
    """
    of_account(store)
    with store.read() as connection:
        if period == "month":
            today = (now or datetime.now(UTC)).astimezone(zone_of(connection)).date()
            month = today.replace(day=1)
        else:
            month = _month(period)
        in_month = Filters(start=month, end=next_month(month) - timedelta(days=1), basis=Basis.SEND)
        # Emails and costs are the same on both bases; without choosing one, each would be counted twice.
        days = schema.daily_stats.c
        unknown = unknown_numbers(connection, in_month)
        cost_column = tracked_column("cost", in_month, unknown)
        sent, cost, active, with_cost = connection.execute(
            select(
                func.sum(days.emails_sent),
                func.sum(cost_column),
                func.count(days.campaign_id.distinct()),
                func.count(case((cost_column.is_not(None), days.campaign_id)).distinct()),
            ).where(*chosen_days(in_month))
        ).one()
        created = chosen_rows(schema.campaigns, in_month, date="created_on")
        started = connection.execute(select(func.count()).where(*created)).scalar_one()
        plan, is_entered = _plan(connection), entered_plan(connection) is not None
        accounts = usage_of_accounts(connection, in_month)
    remaining = None if plan is None else max(0, plan.email_limit - int(sent or 0))
    if accounts and plan is not None and not is_entered:
        # What one account has left, another cannot use.
        remaining = sum(account.emails_remaining or 0 for account in accounts)
    answer = Usage(
        period=month.isoformat()[:7],
        usage=UsageNumbers(
            campaigns_created=started,
            emails_sent=int(sent or 0),
            emails_remaining=remaining,
            byok_cost_usd=None if active and not with_cost else dollars(int(cost or 0)),
            cost_tracked=TrackedCampaigns(campaigns=with_cost, of_campaigns=active),
        ),
        plan=plan,
    )
    return UsageOfAccounts(**dict(answer), accounts=accounts) if accounts else answer


_COSTS = ("cost", *COST_COLUMNS, NOT_BROKEN_DOWN)
_PARTS = tuple(f"{name}_usd" for name in (*COST_COLUMNS, NOT_BROKEN_DOWN))


def usage_by_month(store: Store) -> pd.DataFrame:
    """Usage by month of the data, oldest first.

    Columns: month (datetime64), campaigns_created, emails_sent, cost_usd, its components and what is not broken down
    into them, cost_per_email_usd (NaN where nothing was sent).
    """
    of_account(store)
    days = _days(store)
    month = days["date"].dt.to_period("M").dt.to_timestamp().rename("month")
    months = days.groupby(month)[["emails_sent", *_COSTS]].sum()
    months = in_dollars(months, _COSTS).reset_index()
    with store.read() as connection:
        created = pd.Series([of.created_on for of in campaign_facts(connection).values()], dtype="datetime64[s]")
    # Counted here and not by SQL: the two databases have no common function for the month of a date.
    by_month = created.dt.to_period("M").dt.to_timestamp().value_counts()
    months.insert(1, "campaigns_created", months["month"].map(by_month).fillna(0).astype("Int64"))
    return _per_email(months)


def campaign_costs(store: Store, filters: Filters) -> pd.DataFrame:
    """The cost of each campaign in a period, the highest cost per email first.

    Columns: campaign_id, name, emails_sent, cost_usd, its components and what is not broken down into them,
    cost_per_email_usd.

    Raises:
        QueryError: the period starts after its end.
    """
    frame = campaign_totals(store, filters)[["campaign_id", "name", "emails_sent", *COST_FIELDS]]
    micros = pd.DataFrame({name: in_micros(frame[f"{name}_usd"]) for name in ("cost", *COST_COLUMNS)})
    parts = in_dollars(micros.assign(**{NOT_BROKEN_DOWN: not_broken_down(micros)}), (*COST_COLUMNS, NOT_BROKEN_DOWN))
    return _per_email(frame.assign(**parts[list(_PARTS)])).sort_values(
        ["cost_per_email_usd", "campaign_id"], ascending=[False, True], na_position="last", ignore_index=True
    )


def component_costs(campaigns: pd.DataFrame) -> pd.DataFrame:
    """The cost of some campaigns by component.

    Columns: component, cost_usd, cost_per_email_usd. What is not broken down is left out where it is 0.

    Args:
        campaigns: rows of `campaign_costs`.
    """
    sent = campaigns["emails_sent"].sum()
    rows = [
        {"component": part.removesuffix("_usd"), "cost_usd": cost, "cost_per_email_usd": cost / sent if sent else None}
        for part in _PARTS
        if (cost := sum_usd(campaigns[part])) > 0 or part != f"{NOT_BROKEN_DOWN}_usd"
    ]
    return pd.DataFrame(rows)


def _days(store: Store, until: date | None = None) -> pd.DataFrame:
    """Emails sent and cost of all campaigns by day, without gaps; unknown numbers count as 0, as in `usage`.

    Columns: date (datetime64), emails_sent, and in micro-dollars cost, its components and cost_not_broken_down.
    """
    with store.read() as connection:
        rows = kept_on(connection).get("days of usage", lambda: _read_days(connection))
    rows = [row for row in rows if until is None or row[0] <= until]
    days = pd.DataFrame(rows, columns=["date", "emails_sent", "cost", *COST_COLUMNS])
    days = days.astype({"date": "datetime64[s]"}).set_index("date").astype("float64").fillna(0).astype("int64")
    if len(days):
        # The forecast takes the days by their place, so that a day without a row has to be there as 0.
        days = days.reindex(pd.date_range(days.index[0], days.index[-1], name="date"), fill_value=0)
    return days.assign(**{NOT_BROKEN_DOWN: not_broken_down(days)}).reset_index()


def _read_days(connection: Connection) -> list[Sequence[Any]]:
    # Summed by SQL: these are all days of the account, and of each campaign they would be many.
    date_column, filters = schema.daily_stats.c.date, Filters(basis=Basis.SEND)
    unknown = unknown_numbers(connection, filters)
    sums = [func.sum(tracked_column(name, filters, unknown)) for name in ("emails_sent", "cost", *COST_COLUMNS)]
    query = select(date_column, *sums).where(*chosen_days(filters)).group_by(date_column).order_by(date_column)
    return list(connection.execute(query).all())


def _per_email(frame: pd.DataFrame) -> pd.DataFrame:
    # Without emails sent the cost per email is unknown; divided by 0 it would be infinite.
    sent = frame["emails_sent"].astype("float64")
    return frame.assign(cost_per_email_usd=frame["cost_usd"] / sent.where(sent > 0))


@dataclass(frozen=True, slots=True)
class Outlook:
    """The sending of a month so far, and the forecast of its end.

    ``today`` is the last day of the data in the month, also where the clock is ahead of it. ``sent`` are the emails of
    each day up to then. ``due_share`` is the share (0 to 1) of a month's emails expected by the end of ``today``: by
    the weekday seasonality of the account or, without one, an even pace. ``reached_on`` is the day on which the limit
    of the plan was reached, if it was.
    """

    first: date
    last: date
    today: date
    is_over: bool
    sent: tuple[int, ...]
    plan: Plan | None
    due_share: float
    has_seasonality: bool
    reached_on: date | None
    forecast: metrics.Forecast | None

    @property
    def total(self) -> int:
        """Emails sent in the month so far."""
        return sum(self.sent)


def outlook(
    store: Store, month: date, *, now: datetime | None = None, days_off: frozenset[date] = frozenset()
) -> Outlook:
    """The outlook on the month that begins with ``month``, as of the last day of the data.

    The forecast is None for a month that is over, and without enough days to estimate a weekday seasonality. It expects
    no emails on ``days_off`` and on the days off that were entered.
    """
    of_account(store)
    end = next_month(month) - timedelta(days=1)
    last = last_day(store) or month
    today = min(max(last, month), end)
    with store.read() as connection:
        clock = (now or datetime.now(UTC)).astimezone(zone_of(connection)).date()
        days_off |= entered_days_off(connection)
    # Data that ends on the last day of the month is complete, unless that day is today and may bring more.
    is_over = last > end or (last == end and clock != end)
    days = _days(store, today).set_index("date")
    # From the first of the month at least, so that the last ``today.day`` numbers are those of the month.
    start = min(days.index.min().date(), month) if len(days) else month
    days = days.reindex(pd.date_range(start, today), fill_value=0)
    sent, cost = (days[name].to_numpy(dtype="float64") for name in ("emails_sent", "cost"))
    plan = plan_of(store)
    seasonality = metrics.weekday_seasonality(sent, today)
    in_month = sent[-today.day :]
    return Outlook(
        first=month,
        last=end,
        today=today,
        is_over=is_over,
        sent=tuple(int(n) for n in in_month),
        plan=plan,
        due_share=today.day / end.day if seasonality is None else seasonality.share_by(today),
        has_seasonality=seasonality is not None,
        reached_on=None if plan is None else metrics.reached_on(in_month.tolist(), month, plan.email_limit),
        forecast=None
        if is_over
        else metrics.forecast(
            sent,
            cost / MICROS_PER_DOLLAR,
            today,
            end,
            limit=plan.email_limit if plan else None,
            today_is_over=today != clock,
            days_off=days_off,
        ),
    )


def next_month(month: date) -> date:
    """The first day of the month after the one that ``month`` lies in."""
    # Every month has a 28th, and four days later it is over.
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month(period: str) -> date:
    try:
        if len(period) != 7:
            raise ValueError
        month = date.fromisoformat(f"{period}-01")
        next_month(month)  # the last month of the calendar has none, and cannot be queried
    except (ValueError, OverflowError):
        raise QueryError("period", f"{period[:20]!r} isn't a period: use 'month' or a month like 2026-01.") from None
    return month


def plan_of(store: Store) -> Plan | None:
    """The account's plan; None where it is unknown."""
    with store.read() as connection:
        return _plan(connection)


def plan_known_at(store: Store) -> datetime | None:
    """As of when the account's plan is known; None where no source says."""
    with store.read() as connection:
        return account_entries.plan_known_at(connection)


def _plan(connection: Connection) -> Plan | None:
    return entered_plan(connection) or source_plan(connection)
