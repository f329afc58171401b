"""Rates of recent sends, corrected for what is still expected to come in.

On the send basis the youngest emails have had little time to be answered. Dividing by all of them understates the rate
and makes it fall with every fresh day. Here each day's emails count by the share of outcomes that is expected to have
come in at their age, which makes the rate an estimate of what it will be in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_results.metrics.dispersion import DailyCounts, dispersion, rate_interval
from outreach_results.metrics.intervals import Interval
from outreach_results.metrics.maturity import MaturityCurve

Floats = NDArray[np.float64]

LEAST_SHARE_IN = 0.05
"""With less than this of the outcomes in, the rate would be extrapolated from next to nothing and is not given."""


@dataclass(frozen=True, slots=True)
class AdjustedRate:
    """A rate as it is expected to be once everything has come in.

    Attributes:
        rate: between 0 and 1.
        counts: the days, their emails weighted by the share expected at their age.
        share_in: the weighted emails divided by all: how much of the outcomes is in, between 0 and 1.
    """

    rate: float
    counts: DailyCounts
    share_in: float

    def interval(self) -> Interval:
        """Of 95%, with the dispersion of the daily counts."""
        return rate_interval(self.rate, self.counts.whole, dispersion([self.counts]))


def shares_in(ages: Sequence[int] | NDArray[np.int64], curve: MaturityCurve, day_fraction: float = 1.0) -> Floats:
    """The share of outcomes expected to be in, for emails of these ages.

    Args:
        ages: whole days from the sending to the last day of the data.
        day_fraction: how much of that last day has passed, between 0 and 1.

    Returns:
        (ages,) between 0 and 1.
    """
    # One place more at the front: before the day of sending ends, its share grows from nothing.
    by_age = np.array([0.0, *curve.arrived])
    place = np.asarray(ages, dtype=np.int64) + 1
    begun, ended = (np.clip(at, 0, len(by_age) - 1) for at in (place - 1, place))
    return np.asarray(by_age[begun] + day_fraction * (by_age[ended] - by_age[begun]))


def weighted(
    counts: DailyCounts, ages: NDArray[np.int64], curve: MaturityCurve, day_fraction: float = 1.0
) -> DailyCounts:
    """The same days, their emails weighted by the share of outcomes that is in."""
    return DailyCounts(counts.count, counts.of * shares_in(ages, curve, day_fraction))


def adjusted_rate(
    counts: DailyCounts, ages: NDArray[np.int64], curve: MaturityCurve, day_fraction: float = 1.0
) -> AdjustedRate | None:
    """The rate of some days once everything has come in.

    Returns:
        None where nothing was delivered, or less than 5% of the outcomes are expected to be in.
    """
    of_now = weighted(counts, ages, curve, day_fraction)
    rate = of_now.rate
    if rate is None or of_now.whole < LEAST_SHARE_IN * counts.whole:
        return None
    return AdjustedRate(rate, of_now, of_now.whole / counts.whole)
