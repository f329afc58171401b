"""Made-up accounts whose emails are alike within a day, for simulations; shares no code with the product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEEKDAYS = np.array([1.0, 1.1, 1.0, 0.9, 0.8, 0.05, 0.0])


def volumes(random: np.random.Generator, days: int, a_day: float) -> NDArray[np.int64]:
    """Emails delivered on each day: weekdays busy, weekends nearly empty."""
    due = a_day * WEEKDAYS[np.arange(days) % 7] / WEEKDAYS[:5].mean()
    return random.poisson(due * random.lognormal(0, 0.2, days))


def outcomes(random: np.random.Generator, of: NDArray[np.int64], rate: float, icc: float) -> NDArray[np.int64]:
    """How many of each day's emails bring something: beta-binomial with this intraclass correlation."""
    if icc <= 0:
        return random.binomial(of, rate)
    strength = 1 / icc - 1
    return random.binomial(of, random.beta(rate * strength, (1 - rate) * strength, len(of)))


def arrivals(
    random: np.random.Generator, counts: NDArray[np.int64], mean_days: float, lags: int
) -> NDArray[np.float64]:
    """How many of each day's outcomes had come in by the last day, by their delay in whole days.

    The last of the ``lags`` columns holds that delay and every longer one.
    """
    days = len(counts)
    day = np.repeat(np.arange(days), counts)
    delays = np.floor(random.random(len(day)) + random.exponential(mean_days, len(day))).astype(np.int64)
    is_in = delays < days - day
    found = np.zeros((days, lags))
    np.add.at(found, (day[is_in], np.minimum(delays[is_in], lags - 1)), 1)
    return found
