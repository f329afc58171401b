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


def arrived(
    random: np.random.Generator, counts: NDArray[np.int64], ages: NDArray[np.int64], mean_days: float
) -> NDArray[np.int64]:
    """How many of them have come in by these ages (days since the sending), with exponential delays."""
    return random.binomial(counts, 1 - np.exp(-(ages + 1) / mean_days))
