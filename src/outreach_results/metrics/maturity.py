"""Maturity: the share of the outcomes of a day's emails that has arrived, learned from how long it took before.

Young emails have only been seen for a few days, so their lags look short. The share is therefore built up from the
oldest lag to the youngest, each step from those days only that are old enough to show it (the chain-ladder method, or
the product-limit estimator of truncated lags).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_results.metrics.control import CountLimits, binomial_limits

MATURE = 0.95
"""From this share on, a day counts as complete."""

MIN_EVENTS = 30
MIN_HISTORY_DAYS = 14

_LIKELY = 0.9


@dataclass(frozen=True, slots=True)
class MaturityCurve:
    """The share (0 to 1) of outcomes that has arrived at the end of each day after the sending.

    ``arrived[age]`` is a share of all that arrive within ``len(arrived) - 1`` days; ``events`` is how many it was
    learned from.
    """

    arrived: tuple[float, ...]
    events: int

    def at(self, age: int) -> float:
        """The share that has arrived ``age`` days after the sending, 0 meaning on its day."""
        return 0.0 if age < 0 else self.arrived[min(age, len(self.arrived) - 1)]

    @property
    def mature_age(self) -> int:
        """The age in days at which 95% have arrived."""
        return next(age for age, share in enumerate(self.arrived) if share >= MATURE)


def maturity(arrived: NDArray[np.float64], ages: NDArray[np.int_]) -> MaturityCurve | None:
    """Learn the maturity curve of one outcome.

    Args:
        arrived: (days of sending, lags) how many first happened that many whole days after the sending. Lags that lie
            in the future of a day are ignored.
        ages: (days of sending,) how many days ago each of them was.

    Returns:
        None where too little has happened, or nothing is old enough, to learn from.
    """
    lags = arrived.shape[1]
    seen = np.where(np.arange(lags)[None, :] <= ages[:, None], arrived, 0.0)
    events = int(seen.sum())
    if events < MIN_EVENTS or not len(ages) or ages.max() < MIN_HISTORY_DAYS:
        return None
    total_by = np.cumsum(seen, axis=1)
    # Only days old enough to show a lag enter its step; averaging over all days would make short lags too frequent.
    shares = np.ones(lags)
    for lag in range(lags - 1, 0, -1):
        old_enough = ages >= lag
        by_then = total_by[old_enough, lag].sum()
        on_that_day = seen[old_enough, lag].sum()
        shares[lag - 1] = shares[lag] * (1 - on_that_day / by_then if by_then else 1.0)
    return MaturityCurve(tuple(float(share) for share in shares), events)


def later_outcome_probability(rate: float, arrived: float) -> float:
    """The probability that an email without the outcome so far still gets it.

    Args:
        rate: the share of emails that have the outcome in the end.
        arrived: the share of that which has arrived at this age.
    """
    left = 1 - rate * arrived
    return min(1.0, max(0.0, rate * (1 - arrived) / left)) if left > 0 else 0.0


def likely_total(count: int, of: int, chance: float) -> CountLimits:
    """The 90% range of the final count of a day.

    Args:
        count: what has arrived.
        of: the emails of the day.
        chance: the probability that each email without the outcome still gets it (`later_outcome_probability`).
    """
    more = binomial_limits(max(of - count, 0), chance, _LIKELY)
    return CountLimits(count + more.low, count + more.high)
