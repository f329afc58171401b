"""Binomial control limits: between which counts a day stays when nothing but chance moves it."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor, lgamma, log, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from outreach_results.models.metric_definitions import COUNT_METRICS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COVERAGE = 0.997
"""The share of days that chance alone keeps within the limits: the usual three sigma."""

FALSE_ALARMS = 0.1
"""How often a chart in which only chance is at work marks any day."""

_MEAN_MOVING_RANGE = 1.128
"""The mean distance of two draws from a standard normal distribution."""

MIN_JUDGED_OF = 20
"""Days with a smaller denominator are not judged: they say too little either way."""

MIN_JUDGED_POINTS = 5
"""With fewer points there is no series that one of them could fall out of."""

OF: dict[str, str] = {name: count.share_of for name, count in COUNT_METRICS.items() if count.share_of is not None}
"""What each count is a share of; sending is a share of nothing."""


class CountLimits(NamedTuple):
    """The smallest and the largest count that chance would bring."""

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
    first = max(0, floor(mean - 12 * deviation - 40))  # beyond this there is no probability to speak of
    last = min(of, ceil(mean + 12 * deviation + 40))
    counts = np.arange(first, last + 1)
    # In logarithms from one count to the next: the binomial coefficients themselves overflow.
    log_first = (
        lgamma(of + 1) - lgamma(first + 1) - lgamma(of - first + 1) + first * log(share) + (of - first) * log1p(-share)
    )
    steps = np.log((of - counts[:-1]) / counts[1:]) + log(share) - log1p(-share)
    below = np.cumsum(np.exp(log_first + np.concatenate([[0.0], np.cumsum(steps)])))
    tail = (1 - coverage) / 2
    # A hair less than the tail: where the two are equal, a rounding error must not decide.
    low = int(np.searchsorted(below, tail * (1 - 1e-10)))
    high = min(int(np.searchsorted(below, (1 - tail) * (1 - 1e-10))), len(counts) - 1)
    return CountLimits(first + low, first + high)


def control_limits(counts: Floats, of: Floats, judged: Bools) -> tuple[Floats, Floats]:
    """Limits of each day's count around the rate of all judged days together.

    A p'-chart (Laney 2002): exact binomial limits, widened by how much more the days vary than independent emails
    would. The coverage is that of the whole chart, so a long chart has no more false alarms than a short one.

    Args:
        counts: (days,) emails that count on each day; NaN where not known.
        of: (days,) emails they are a share of.
        judged: (days,) which days may be judged, and contribute to the common rate.

    Returns:
        The smallest and the largest usual count of each day; NaN where a day is not judged.
    """
    judged = judged & (of >= MIN_JUDGED_OF) & (counts >= 0) & (counts <= of)
    low, high = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    days = int(judged.sum())
    if days < MIN_JUDGED_POINTS:
        return low, high
    count, whole = counts[judged], of[judged]
    share = float(count.sum() / whole.sum())
    coverage = 1 - FALSE_ALARMS / days
    limits = np.array([binomial_limits(int(n), share, coverage) for n in whole], dtype=np.float64).T
    expected = share * whole
    wider = _widening(count, whole, share, coverage)
    low[judged], high[judged] = limits
    if wider > 1:
        low[judged] = np.maximum(0, np.ceil(expected - (expected - limits[0]) * wider))
        high[judged] = np.minimum(whole, np.floor(expected + (limits[1] - expected) * wider))
    return low, high


def _widening(count: Floats, of: Floats, share: float, coverage: float) -> float:
    """By what factor the days vary more than chance, and by how much Student's t exceeds the normal distribution.

    The variation is that between neighbors, by the mean moving range: a rate that slowly changes hardly widens
    the limits.
    """
    if not 0 < share < 1:
        return 1.0
    standardized = (count - share * of) / np.sqrt(share * (1 - share) * of)
    variation = float(np.mean(np.abs(np.diff(standardized)))) / _MEAN_MOVING_RANGE
    if variation <= 1:
        return 1.0
    tail = (1 + coverage) / 2
    return variation * float(stdtrit(len(count) - 1, tail) / ndtri(tail))
