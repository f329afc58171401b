"""Confidence intervals of shares and of ratios."""

from __future__ import annotations

from functools import lru_cache
from math import pi, sqrt, tan
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """A range that a value lies in with the stated confidence."""

    low: float
    high: float


@lru_cache
def two_sided_z(confidence: float) -> float:
    """How many standard deviations to either side hold this share of a normal distribution."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


@lru_cache
def two_sided_t(confidence: float, degrees: int) -> float:
    """The same for Student's t distribution: exact for one and two degrees of freedom, else good to one percent.

    After Abramowitz and Stegun, 26.7.5.
    """
    if degrees == 1:
        return tan(pi * confidence / 2)
    if degrees == 2:
        return confidence * sqrt(2 / (1 - confidence**2))
    z = two_sided_z(confidence)
    terms: tuple[float, ...] = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(degrees) ** (power + 1) for power, term in enumerate(terms))


def wilson(count: int | None, of: int | None, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a share (Wilson 1927), which keeps its coverage for small samples and extreme shares.

    None where there is nothing to take a share of, or the count exceeds it (activity of earlier sendings).
    """
    if count is None or not of or count < 0 or count > of:
        return None
    interval = wilson_of_share(count / of, of, confidence)
    # Exactly 0 and 1, without the rounding error of the square root.
    return Interval(0.0 if count == 0 else interval.low, 1.0 if count == of else interval.high)


def wilson_of_share(share: float, of: float, confidence: float = 0.95) -> Interval:
    """Wilson's interval of a share (0 to 1) seen among ``of`` cases, which need not be a whole number of them."""
    z = two_sided_z(confidence)
    scale = 1 + z * z / of
    centre = (share + z * z / (2 * of)) / scale
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / scale
    return Interval(max(0.0, centre - reach), min(1.0, centre + reach))


def ratio_interval(ratio: float, variance_sum: float, whole: float, days: int, confidence: float = 0.95) -> Interval:
    """The interval of a ratio of two sums over days, such as cost per email, with the days as the sample.

    That of the ratio estimator (Cochran, Sampling Techniques, 3rd ed., section 6.4), with Student's t.

    Args:
        ratio: sum of parts / sum of wholes.
        variance_sum: the sum over days of (part - ratio * whole) squared.
        whole: sum of wholes.
        days: how many days, at least 2.

    Returns:
        In the unit of ``ratio``; the lower end is at least 0.

    Raises:
        ValueError: fewer than two days, which cannot show how days differ.
    """
    if days < 2:
        raise ValueError("One day says nothing about how days differ.")
    # The sum may come from subtracting large numbers, whose rounding errors can make it negative.
    error = sqrt(max(0.0, variance_sum) * days / (days - 1)) / whole
    reach = two_sided_t(confidence, days - 1) * error
    return Interval(max(0.0, ratio - reach), ratio + reach)
