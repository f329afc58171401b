"""How many outcomes, such as meetings, the rest of a month will bring, as a range.

Outcomes come at a rate that is learned from the last weeks, weekends apart from workdays. The rate is uncertain (a
gamma distribution, from the counts seen) and so are the days to come. Together they follow a negative binomial
distribution, which is widened where days vary more than chance alone would have them; it is approximated by a gamma
distribution of the same mean and variance. A simulation in the tests checks that the range holds about 80% of months.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from outreach_results.metrics.intervals import Interval

CONFIDENCE = 0.8
LEARNED_FROM = 42
"""The last days that the rate is learned from."""
FEWEST_DAYS = 14
_MOST_SPREAD = 10.0

Floats = NDArray[np.float64]


def remaining_outcomes(counts: Floats, today: date, end: date) -> Interval | None:
    """How many outcomes come after ``today`` up to ``end``, with 80% probability; whole numbers.

    Args:
        counts: (days,) the outcomes of each day up to and including ``today``.

    Returns:
        None with fewer than `FEWEST_DAYS` days, and where one of the last days is not known.
    """
    known = counts[-LEARNED_FROM:]
    if len(known) < FEWEST_DAYS or not np.isfinite(known).all():
        return None
    if end <= today:
        return Interval(0.0, 0.0)
    weekend = _is_weekend(today - timedelta(days=len(known) - 1), len(known))
    # Half an outcome more, so that no outcome at all does not mean none ever.
    on_workdays = (known[~weekend].sum() + 0.5) / (~weekend).sum()
    on_weekends = min((known[weekend].sum() + 0.1) / max(weekend.sum(), 1), on_workdays)
    rates = np.where(weekend, on_weekends, on_workdays)
    spread = min(max(1.0, float(((known - rates) ** 2 / rates).sum() / (len(known) - 1))), _MOST_SPREAD)
    coming = _is_weekend(today + timedelta(days=1), (end - today).days)
    mean = float(np.where(coming, on_weekends, on_workdays).sum())
    variance = spread * mean * (1 + mean / float(rates.sum()))
    shape, scale = mean**2 / variance, variance / mean
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(gammaincinv(shape, share) * scale) for share in (tail, 1 - tail))
    return Interval(float(math.floor(low)), float(math.ceil(high)))


def _is_weekend(first: date, days: int) -> NDArray[np.bool_]:
    day = np.datetime64(first, "D") + np.arange(days)
    return ~np.is_busday(day)
