"""How a month stands beside its goals, and where it will end at this pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outreach_results.metrics.pace import LEARNED_FROM, remaining_outcomes
from outreach_results.models import Filters, Sentiment, dates, numbers
from outreach_results.models.metric_definitions import METRICS, POSITIVE_REPLIES
from outreach_results.results.campaigns import last_day
from outreach_results.results.clients import chosen_campaigns
from outreach_results.results.daily import daily_stats
from outreach_results.results.inbox_filters import EVERYTHING
from outreach_results.results.reply_counts import count_days
from outreach_results.results.usage import next_month
from outreach_results.store.engine import Store
from outreach_results.store.goals import goals_in


@dataclass(frozen=True, slots=True)
class Pace:
    """A month beside its goal.

    Attributes:
        name: of the metric.
        month: the first day of the month.
        done: so far; None where it is not tracked.
        low, high: between which numbers the month will end with 80% probability; None for a month that is over, and
            without enough days to tell.
    """

    name: str
    month: date
    goal: int
    done: int | None
    low: int | None = None
    high: int | None = None

    def words(self) -> str:
        """9 of 20, on pace for 17–24."""
        if self.done is None:
            return f"{numbers.MISSING} of {numbers.number(self.goal)}, not tracked"
        stands = f"{numbers.number(self.done)} of {numbers.number(self.goal)}"
        if self.low is None or self.high is None:
            return stands
        low, high = numbers.number(self.low), numbers.number(self.high)
        return f"{stands}, on pace for {low if low == high else numbers.span(low, high)}"

    def sentence(self) -> str:
        """Meetings in March 2026: 9 of 20, on pace for 17–24."""
        return f"{METRICS[self.name].label} in {dates.month(self.month)}: {self.words()}."


def paces_of(store: Store, filters: Filters, on: date | None = None) -> list[Pace]:
    """How the month of a day stands beside the goals of what the filters choose: all campaigns, or all of one client.

    There are no goals of anything else.
    """
    if filters.campaigns is None:
        return paces(store, on)
    if filters.tags is not None or filters.clients is None or len(filters.clients) != 1:
        return []
    [client] = filters.clients
    is_whole = chosen_campaigns(store, clients=filters.clients) == filters.campaigns
    return paces(store, on, client=client) if is_whole else []


def paces(store: Store, on: date | None = None, *, client: str | None = None) -> list[Pace]:
    """How the month of a day stands beside its goals.

    Args:
        on: a day of the month; by default the last day of the data. What is later than that day is left out.
        client: the id of whose goals and campaigns; None is all campaigns together.

    Raises:
        QueryError: there is no such client.
    """
    campaigns = chosen_campaigns(store, clients=None if client is None else (client,))
    with store.read() as connection:
        goals = goals_in(connection, client)
    last = last_day(store)
    if not goals or last is None:
        return []
    month = (on or last).replace(day=1)
    end = next_month(month) - timedelta(days=1)
    today = min(on or last, last, end)
    if today < month:
        return []
    days = daily_stats(store, Filters(campaigns, min(month, today - timedelta(days=LEARNED_FROM - 1)), today))
    ends = None if today == end else end
    columns = {name: days[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in goals if name in days}
    if POSITIVE_REPLIES.name in goals:
        columns[POSITIVE_REPLIES.name] = _positive(store, campaigns, days["date"])
    return [_pace(name, goal, days["date"], columns[name], month, today, ends) for name, goal in goals.items()]


def _pace(
    name: str,
    goal: int,
    on: pd.Series[pd.Timestamp],
    values: NDArray[np.float64],
    month: date,
    today: date,
    end: date | None,
) -> Pace:
    first = month if on.empty else min(on.min().date(), month)
    every_day = pd.Series(values, on).reindex(pd.date_range(first, today), fill_value=0.0)
    by_day = np.asarray(every_day, dtype=np.float64)
    so_far = by_day[-today.day :]
    done = None if not np.isfinite(so_far).all() else int(so_far.sum())
    coming = None if end is None or done is None else remaining_outcomes(by_day, today, end)
    if coming is None or done is None:
        return Pace(name, month, goal, done)
    return Pace(name, month, goal, done, done + int(coming.low), done + int(coming.high))


def _positive(store: Store, campaigns: tuple[str, ...] | None, on: pd.Series[pd.Timestamp]) -> NDArray[np.float64]:
    """The positive replies that arrived on each of these days."""
    with store.read() as connection:
        by_day = {
            pd.Timestamp(day): float(count)
            for day, sentiment, count in count_days(connection, Filters(campaigns), EVERYTHING)
            if sentiment == Sentiment.POSITIVE
        }
    return np.array([by_day.get(day, 0.0) for day in on], dtype=np.float64)
