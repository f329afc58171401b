"""Binomial control limits: the range of counts that chance alone explains (Shewhart's p-chart with exact limits)."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor, lgamma, log, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outreach_results.models.metric_definitions import COUNT_METRICS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COVERAGE = 0.997
"""The share of days that chance alone keeps within the limits: the usual three sigma."""

MIN_JUDGED_OF = 20
"""Days with a smaller denominator are not judged: their limits would be too wide to exclude anything."""

MIN_JUDGED_POINTS = 5
"""With fewer points the common rate is too uncertain to judge one of them by it."""

OF: dict[str, str] = {name: count.share_of for name, count in COUNT_METRICS.items() if count.share_of is not None}
"""What each count is a share of; sending is a share of nothing."""


class CountLimits(NamedTuple):
    """The smallest and the largest count that chance alone explains, both inclusive."""

    low: int
    high: int


@lru_cache(maxsize=10_000)
def binomial_limits(of: int, share: float, coverage: float = COVERAGE) -> CountLimits:
    """Exact quantiles of the binomial distribution, the same probability beyond either limit.

    Args:
        of: number of emails, each of which counts with probability ``share``.
        coverage: the counts from ``low`` to ``high`` have at least this probability together.
    """
    if share <= 0 or of <= 0:
        return CountLimits(0, 0)
    if share >= 1:
        return CountLimits(of, of)
    mean, deviation = of * share, sqrt(of * share * (1 - share))
    first = max(0, floor(mean - 12 * deviation - 40))  # beyond this the probability is below the precision of a float
    last = min(of, ceil(mean + 12 * deviation + 40))
    counts = np.arange(first, last + 1)
    # Logarithms, because the factorials of a few hundred emails exceed what a float holds.
    log_first = (
        lgamma(of + 1) - lgamma(first + 1) - lgamma(of - first + 1) + first * log(share) + (of - first) * log1p(-share)
    )
    steps = np.log((of - counts[:-1]) / counts[1:]) + log(share) - log1p(-share)
    below = np.cumsum(np.exp(log_first + np.concatenate([[0.0], np.cumsum(steps)])))
    tail = (1 - coverage) / 2
    # The factor keeps a quantile that is hit exactly from moving by one through rounding.
    low = int(np.searchsorted(below, tail * (1 - 1e-10)))
    high = min(int(np.searchsorted(below, (1 - tail) * (1 - 1e-10))), len(counts) - 1)
    return CountLimits(first + low, first + high)


def control_limits(counts: Floats, of: Floats, judged: Bools) -> tuple[Floats, Floats]:
    """Limits of each day's count around the rate of all judged days together (a p-chart with exact limits).

    Args:
        counts: (days,) emails that count on each day; NaN where unknown.
        of: (days,) the denominator of each day.
        judged: (days,) which days may be judged, and contribute to the common rate.

    Returns:
        The smallest and the largest usual count of each day; NaN where a day is not judged.
    """
    judged = judged & (of >= MIN_JUDGED_OF) & (counts >= 0) & (counts <= of)
    low, high = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    if judged.sum() >= MIN_JUDGED_POINTS:
        share = float(counts[judged].sum() / of[judged].sum())
        limits = [binomial_limits(int(n), share) for n in of[judged]]
        low[judged], high[judged] = np.array(limits, dtype=np.float64).T
    return low, high
