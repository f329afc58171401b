"""Accounts that send in bulk: a few large sendings, and most weekdays without any.

A level with weekday seasonality describes them badly, because where a sending falls is most of what there is to know.
Their future is drawn from their own past instead: whole weeks as they were (a block bootstrap), each after a week that
was like the one before it in having a sending or none, so that a fortnightly newsletter stays fortnightly.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from outreach_results.metrics.seasonality import Floats

_WEEKS_LOOKED_BACK = 26
_HALF_LIFE_WEEKS = 13.0
_JUDGED_DAYS = 56
_MIN_DAYS = 28
_FEW_DAYS = 2
_MOSTLY_EMPTY = 0.6
_LEVEL_SPREAD = 0.1  # standard deviation of the logarithm: sendings to come may all be larger or smaller than before


def is_bulk_sender(sent: Floats, last: date) -> bool:
    """Whether more than 60% of the weekdays of the eight weeks up to ``last`` had no email.

    A week with any email has no more than two days of them, in the median: an account that paused is no bulk sender.
    Of a younger account all weeks count; with fewer than four it is False.

    Args:
        sent: emails a day (days,), oldest first, without gaps, ending with ``last``.
    """
    history = np.trim_zeros(np.asarray(sent, dtype=np.float64), "f")[-_JUDGED_DAYS:]
    weekday = (last.weekday() - np.arange(len(history))[::-1]) % 7
    is_workday = weekday < 5
    if len(history) < _MIN_DAYS or not history.any() or (history[is_workday] == 0).mean() <= _MOSTLY_EMPTY:
        return False
    days_a_week = (history[len(history) % 7 :].reshape(-1, 7) > 0).sum(axis=1)
    active = days_a_week[days_a_week > 0]
    return bool(len(active)) and bool(np.median(active) <= _FEW_DAYS)


def bulk_paths(sent: Floats, days: int, random: np.random.Generator, paths: int) -> Floats:
    """Draw the emails a day (paths, days) of the days after the last of ``sent`` (days,), four weeks or more.

    Weeks are those of seven days that end with the last day known, so that each weekday stays in its place.
    """
    history = np.trim_zeros(np.asarray(sent, dtype=np.float64), "f")
    count = min(len(history) // 7, _WEEKS_LOOKED_BACK)
    weeks = history[-7 * count :].reshape(count, 7)
    is_empty = weeks.sum(axis=1) == 0
    weight = 0.5 ** (np.arange(count)[::-1] / _HALF_LIFE_WEEKS)
    drawn = np.empty((paths, -(-days // 7), 7))
    was_empty = np.full(paths, is_empty[-1])
    for number in range(drawn.shape[1]):
        chosen = np.empty(paths, dtype=np.intp)
        for state in (False, True):
            after = np.flatnonzero(is_empty[:-1] == state) + 1
            candidates = after if len(after) else np.arange(count)
            chance = weight[candidates] / weight[candidates].sum()
            here = was_empty == state
            chosen[here] = random.choice(candidates, int(here.sum()), p=chance)
        drawn[:, number] = weeks[chosen]
        was_empty = is_empty[chosen]
    level = random.lognormal(0, _LEVEL_SPREAD, (paths, 1))
    return np.asarray(drawn.reshape(paths, -1)[:, :days] * level)
