"""Usage of the plan and costs by month, and the outlook on the rest of a month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
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
from outreach_results.results.campaign_totals import CampaignRow, campaign_rows
from outreach_results.results.campaigns import last_day
from outreach_results.results.day_table import Days, Floats
from outreach_results.results.kept import kept_on
from outreach_results.results.query import (
    NOT_BROKEN_DOWN,
    chosen_days,
    of_any_campaign,
    sum_usd,
)
from outreach_results.results.rows import frame_of
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
            ).where(of_any_campaign(days.campaign_id), *chosen_days(in_month))
        ).one()
        started = _created_by_month(connection)[month]
        plan, is_entered = _plan(connection)
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
    with store.read() as connection:
        days, created = _days(connection), _created_by_month(connection)
    of_days = days.dates.astype("datetime64[M]")
    starts = np.flatnonzero(np.r_[True, of_days[1:] != of_days[:-1]]) if len(of_days) else np.zeros(0, np.int64)
    sums = {name: np.add.reduceat(column, starts) if len(starts) else column for name, column in days.numbers.items()}
    months = of_days[starts].astype("datetime64[D]")
    sent, amounts = sums["emails_sent"], {f"{name}_usd": sums[name] / MICROS_PER_DOLLAR for name in _COSTS}
    return pd.DataFrame(
        {
            # The unit that the type of pandas has by itself, in which files and figures expect it.
            "month": months.astype("datetime64[us]"),
            "campaigns_created": pd.array([created[month] for month in months.tolist()], dtype="Int64"),
            "emails_sent": sent,
            **amounts,
            # Without emails sent the cost per email is unknown; divided by 0 it would be infinite.
            "cost_per_email_usd": amounts["cost_usd"] / np.where(sent > 0, sent, np.nan),
        }
    )


def _created_by_month(connection: Connection) -> Counter[date]:
    """How many campaigns were created in each month, by its first day."""
    # Counted here and not by SQL: the two databases have no common function for the month of a date.
    return Counter(of.created_on.replace(day=1) for of in campaign_facts(connection).values())


def campaign_costs(store: Store, filters: Filters) -> pd.DataFrame:
    """The cost of each campaign in a period, the highest cost per email first.

    Columns: campaign_id, name, emails_sent, cost_usd, its components and what is not broken down into them,
    cost_per_email_usd.

    Raises:
        QueryError: the period starts after its end.
    """
    rows = []
    for row in campaign_rows(store, filters):
        micros = {name: round((row[f"{name}_usd"] or 0) * MICROS_PER_DOLLAR) for name in ("cost", *COST_COLUMNS)}
        micros[NOT_BROKEN_DOWN] = max(0, micros["cost"] - sum(micros[name] for name in COST_COLUMNS))
        # An unknown component is 0 here: its money is part of the cost, and so of the rest.
        parts = {f"{name}_usd": dollars(micros[name]) for name in (*COST_COLUMNS, NOT_BROKEN_DOWN)}
        price = metrics.ratio(row["cost_usd"], row["emails_sent"])
        rows.append({**row, **parts, "cost_per_email_usd": price})
    rows.sort(key=_dearest_first)
    return frame_of(rows, _TYPES)


_TYPES = {
    "campaign_id": None,
    "name": None,
    "emails_sent": "Int64",
    **dict.fromkeys((*(f"{name}_usd" for name in _COSTS), "cost_per_email_usd"), "float64"),
}


def _dearest_first(row: CampaignRow) -> tuple[bool, float, str]:
    price = row["cost_per_email_usd"]
    return price is None, -(price or 0.0), row["campaign_id"]


def component_costs(campaigns: pd.DataFrame) -> pd.DataFrame:
    """The cost of some campaigns by component.

    Columns: component, cost_usd, cost_per_email_usd. What is not broken down is left out where it is 0.

    Args:
        campaigns: rows of `campaign_costs`.
    """
    sent = campaigns["emails_sent"].sum()
    costs = {part: sum_usd(campaigns[part]) for part in _PARTS}
    shown = [part for part, cost in costs.items() if cost > 0 or part != f"{NOT_BROKEN_DOWN}_usd"]
    return pd.DataFrame(
        {
            "component": [part.removesuffix("_usd") for part in shown],
            "cost_usd": [costs[part] for part in shown],
            "cost_per_email_usd": [costs[part] / sent if sent else None for part in shown],
        }
    )


class _Days(NamedTuple):
    """The whole account by day, without gaps; unknown numbers count as 0, as in `usage`.

    Attributes:
        dates: (days,)
        numbers: by name (days,) whole numbers: emails_sent, and in micro-dollars cost, its components and what is not
            broken down into them.
    """

    dates: Days
    numbers: dict[str, NDArray[np.int64]]


def _days(connection: Connection) -> _Days:
    return kept_on(connection).get("days of usage", lambda: _read_days(connection))


def _read_days(connection: Connection) -> _Days:
    # Summed by SQL: these are all days of the account, and of each campaign they would be many.
    date_column, filters = schema.daily_stats.c.date, Filters(basis=Basis.SEND)
    unknown, names = unknown_numbers(connection, filters), ("emails_sent", "cost", *COST_COLUMNS)
    sums = [func.sum(tracked_column(name, filters, unknown)) for name in names]
    query = select(date_column, *sums).where(*chosen_days(filters)).group_by(date_column).order_by(date_column)
    rows = connection.execute(query).all()
    on = np.array([row[0] for row in rows], dtype="datetime64[D]")
    # The forecast takes the days by their place, so that a day without a row has to be there as 0.
    dates: Days = np.arange(on[0], on[-1] + 1) if rows else on
    place = (on - dates[:1]).astype(np.int64)
    numbers = {name: np.zeros(len(dates), np.int64) for name in names}
    for column, values in zip(numbers.values(), list(zip(*rows, strict=True))[1:], strict=False):
        column[place] = [int(value or 0) for value in values]
    rest = numbers["cost"] - sum(numbers[name] for name in COST_COLUMNS)
    return _Days(dates, numbers | {NOT_BROKEN_DOWN: np.maximum(rest, 0)})


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
    with store.read() as connection:
        days, plan = _days(connection), _plan(connection)[0]
    sent, cost = (_until(days, name, month, today) for name in ("emails_sent", "cost"))
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


def _until(days: _Days, name: str, month: date, today: date) -> Floats:
    """A number from the first day, but at latest that of the month, to today; 0 where there is no row."""
    known = days.dates <= np.datetime64(today)
    dates = days.dates[known]
    # From the first of the month at least, so that the last ``today.day`` numbers are those of the month.
    start = min([np.datetime64(month), *dates[:1]])
    numbers = np.zeros((np.datetime64(today) - start).astype(int) + 1)
    numbers[(dates - start).astype(np.int64)] = days.numbers[name][known]
    return numbers


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
        return _plan(connection)[0]


def plan_known_at(store: Store) -> datetime | None:
    """As of when the account's plan is known; None where no source says."""
    with store.read() as connection:
        return account_entries.plan_known_at(connection)


def _plan(connection: Connection) -> tuple[Plan | None, bool]:
    """The plan that counts, and whether a person entered it."""

    def read() -> tuple[Plan | None, bool]:
        entered = entered_plan(connection)
        return (source_plan(connection), False) if entered is None else (entered, True)

    return kept_on(connection).get("plan", read)
