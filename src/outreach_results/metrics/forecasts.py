"""Forecast of the rest of a month as ranges: emails, cost, and the day on which the quota runs out.

Many possible continuations of the month are drawn from the account's own weekday seasonality, level
(`level_posterior`), scatter of single days and skipped days. The same data gives the same draws. The ranges hold
the middle 80% of the draws; a simulation of many accounts in the tests checks that about 80% of months end within.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from outreach_results.metrics.bulk_sending import bulk_paths, is_bulk_sender
from outreach_results.metrics.intervals import Interval
from outreach_results.metrics.level_model import day_residuals, level_posterior
from outreach_results.metrics.month_end import month_end
from outreach_results.metrics.seasonality import Bools, Floats, WeekdaySeasonality, weekday_seasonality

CONFIDENCE = 0.8
_PATHS = 2000
_UNLIKELY = (1 - CONFIDENCE) / 2
_FLOOR_OF_COST_CHANGE = 0.01
_WEEKS_OF_COST = 8


@dataclass(frozen=True, slots=True)
class RunOut:
    """When the quota runs out.

    ``chance`` is the probability (0 to 1) that it does before the month ends. ``first`` and ``last``: the days between
    which it does with 80% probability; both None where it most likely lasts, ``last`` alone None where it may last.
    """

    chance: float
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast totals of a month. Costs in dollars, own keys only; emails and costs count from the first of the month.

    ``days`` are those still to come; ``low``, ``middle`` and ``high`` (80% range and median) are the emails sent by
    the end of each of them. ``likely_emails`` and ``likely_cost`` are medians. ``run_out`` is None without a plan, or
    where the quota is used up already.
    """

    days: tuple[date, ...]
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]
    emails: Interval
    cost: Interval
    likely_emails: float
    likely_cost: float
    run_out: RunOut | None


def forecast(
    sent: Floats,
    cost: Floats,
    today: date,
    until: date,
    *,
    limit: int | None = None,
    today_is_over: bool = True,
    days_off: frozenset[date] = frozenset(),
) -> Forecast | None:
    """Forecast the emails and the cost from the first of the month of ``today`` to the end of ``until``.

    Args:
        sent: emails a day (days,), oldest first, without gaps, ending with today.
        cost: dollars a day (days,), likewise.
        until: the last day to forecast, not before today.
        limit: emails that the plan allows from the first of the month on; None without a plan.
        today_is_over: False where more emails may be sent today.
        days_off: days, past and to come, on which nothing is sent on purpose, such as holidays.

    Returns:
        None with too little history, see `weekday_seasonality`.

    Raises:
        ValueError: ``sent`` and ``cost`` differ in length, or ``until`` is before ``today``.
    """
    if until < today or len(sent) != len(cost):
        raise ValueError("A forecast needs as many costs as counts, and an end that is not before today.")
    this_month = min(today.day, len(sent))
    so_far, paid = float(sent[-this_month:].sum()), float(cost[-this_month:].sum())
    # A day that still goes on would look like a day with few emails: it is forecast, not learned from.
    days_over = len(sent) if today_is_over else len(sent) - 1
    last = today if today_is_over else today - timedelta(days=1)
    random = np.random.default_rng(_seed(sent, cost, today, until))
    daily = simulated_paths(sent[:days_over], last, (until - last).days, random, days_off)
    if daily is None:
        return None
    if not today_is_over:
        # The paths hold the whole of today, of which a part is sent already.
        daily[:, 0] = np.maximum(daily[:, 0] - sent[-1], 0)
    total = so_far + np.cumsum(daily, axis=1)
    price = _cost_per_email(sent[:days_over], cost[:days_over], daily.shape[1], random)
    spent = paid + daily.sum(axis=1) * price
    days = tuple(last + timedelta(days=n + 1) for n in range(total.shape[1]))
    at_end = total[:, -1] if days else np.array([so_far])
    low, middle, high = np.quantile(total, [_UNLIKELY, 0.5, 1 - _UNLIKELY], axis=0)
    return Forecast(
        days=days,
        low=tuple(low.tolist()),
        middle=tuple(middle.tolist()),
        high=tuple(high.tolist()),
        emails=_range(at_end),
        cost=_range(spent),
        likely_emails=float(np.median(at_end)),
        likely_cost=float(np.median(spent)),
        run_out=None if limit is None or so_far >= limit else _run_out(total >= limit, days),
    )


def simulated_paths(
    sent: Floats, last: date, days: int, random: np.random.Generator, days_off: frozenset[date] = frozenset()
) -> Floats | None:
    """Draw the emails a day (paths, days) of the days after ``last``; None with too little history.

    Args:
        sent: emails a day (days,), oldest first, without gaps, ending with ``last``.
    """
    worked = ~_is_off(last + timedelta(days=1), days, days_off)
    if is_bulk_sender(sent, last):
        return bulk_paths(sent, days, random, _PATHS) * worked
    of = weekday_seasonality(sent, last)
    if of is None:
        return None
    end = month_end(of, last)
    if end is None:
        return _paths(of, last, days, random, days_off)
    of = weekday_seasonality(end.removed(sent, last), last)
    paths = None if of is None else _paths(of, last, days, random, days_off)
    return None if paths is None else paths * end.draw(last + timedelta(days=1), days, random, _PATHS)


def _paths(
    of: WeekdaySeasonality, last: date, days: int, random: np.random.Generator, days_off: frozenset[date]
) -> Floats | None:
    """Draw the days to come from weekday seasonality and level; None where the level cannot be estimated."""
    on_main, on_others = day_residuals(of)
    # The variance of three numbers is hardly known; then a fixed one stands in for it.
    posterior = level_posterior(of, float(on_main.var()) if len(on_main) > 3 else 0.1)
    if posterior is None or not len(on_main):
        return None
    ahead = np.arange(days)
    weekday = (last.weekday() + 1 + ahead) % 7
    weekly = posterior.draw(random, _PATHS, max(1, -(-days // 7)))
    # Drawn from the days that were seen, and not from a distribution: no shape has to be assumed.
    scatter = random.choice(on_main, (_PATHS, days))
    if len(on_others):
        scatter = np.where(of.is_main[weekday], scatter, random.choice(on_others, (_PATHS, days)))
    was_off = _is_off(last - timedelta(days=len(of.sent) - 1), len(of.sent), days_off)
    worked = ~_skips(of, was_off, of.is_main[weekday], random)
    worked &= ~_is_off(last + timedelta(days=1), days, days_off)
    return np.asarray(weekly[:, ahead // 7] * of.shares[weekday] * scatter * worked)


def _is_off(first: date, days: int, days_off: frozenset[date]) -> Bools:
    """Which of the days (days,) from ``first`` on are days off."""
    return np.array([first + timedelta(days=n) in days_off for n in range(days)], dtype=bool)


def reached_on(sent: Sequence[float], first: date, limit: float) -> date | None:
    """The day on which the emails a day (days,) since ``first`` reached ``limit`` in sum; None where they did not."""
    reached = np.flatnonzero(np.cumsum(np.asarray(sent, dtype=np.float64)) >= limit)
    return first + timedelta(days=int(reached[0])) if len(reached) else None


def _skips(of: WeekdaySeasonality, was_off: Bools, is_main: Bools, random: np.random.Generator) -> Bools:
    """Draw which future days (paths, days) are skipped: a two-state Markov chain with the transitions seen so far."""
    # A day off was no pause, and does not go on as one.
    seen = of.skipped[of.is_main[of.weekday] & ~was_off]
    before, after = seen[:-1], seen[1:]
    # The added pseudo-counts keep a pause that was never seen rare but possible, and long rather than short.
    starts = ((~before & after).sum() + 0.5) / ((~before).sum() + 60)
    is_active = ((before & after).sum() + 1.4) / (before.sum() + 2)
    skipped = np.zeros((_PATHS, len(is_main)), dtype=bool)
    now = np.full(_PATHS, bool(len(seen)) and bool(seen[-1]))
    for day, main in enumerate(is_main):
        if main:
            now = random.random(_PATHS) < np.where(now, is_active, starts)
        skipped[:, day] = now
    return skipped


def _cost_per_email(sent: Floats, cost: Floats, days: int, random: np.random.Generator) -> Floats:
    """Draw the dollars an email (paths,): the weighted mean of the last weeks, with the spread of weekly changes."""
    weeks = min(len(sent) // 7, _WEEKS_OF_COST)
    sums = [values[-7 * weeks :].reshape(weeks, 7).sum(axis=1) for values in (sent, cost)]
    counts = (sums[0] > 0) & (sums[1] > 0)
    if not counts.any():
        return np.zeros(_PATHS)
    # Weeks and not days, because a day with a handful of emails has a cost per email of any size.
    weekly = sums[1][counts] / sums[0][counts]
    weight = sums[0][counts] * 0.5 ** (np.arange(len(weekly))[::-1] / 2)
    change = np.sqrt(np.mean(np.diff(np.log(weekly)) ** 2)) if len(weekly) > 1 else 0.1
    reach = max(float(change), _FLOOR_OF_COST_CHANGE) * np.sqrt(max(1.0, days / 14))
    return np.asarray(np.average(weekly, weights=weight) * np.exp(reach * random.standard_normal(_PATHS)))


def _range(values: Floats) -> Interval:
    low, high = np.quantile(values, [_UNLIKELY, 1 - _UNLIKELY])
    return Interval(float(low), float(high))


def _run_out(reached: Bools, days: Sequence[date]) -> RunOut:
    """The days in the middle that hold about 80% of the paths, where "not this month" counts as one last day."""
    chance = float(reached[:, -1].mean()) if days else 0.0
    if chance < _UNLIKELY:
        return RunOut(chance)
    by = np.append(reached.mean(axis=0), 1.0)  # the share of paths that ran out by then; all have at "not"
    first = int(np.searchsorted(by, _UNLIKELY))
    last = int(np.searchsorted(by, 1 - _UNLIKELY))
    on = np.diff(by, prepend=0.0)
    while last > first:  # leave out a day at either end where that comes closer to 80%
        holds, lightest = on[first : last + 1].sum(), min(on[first], on[last])
        if abs(holds - lightest - CONFIDENCE) > holds - CONFIDENCE:
            break
        first, last = (first + 1, last) if on[first] <= on[last] else (first, last - 1)
    if first == len(days):
        return RunOut(chance)
    return RunOut(chance, days[first], days[last] if last < len(days) else None)


def _seed(sent: Floats, cost: Floats, today: date, until: date) -> int:
    """A seed from the data, so that the same data always gives the same forecast."""
    text = f"{today}{until}".encode()
    return zlib.crc32(np.ascontiguousarray(cost).tobytes(), zlib.crc32(np.ascontiguousarray(sent).tobytes() + text))
