"""How sure a value is."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
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


def wilson(count: int | None, of: int | None, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a share: honest for small samples and for shares near 0 and 1.

    None where there is nothing to take a share of, or the count exceeds it (activity of earlier sendings).
    """
    if count is None or not of or count < 0 or count > of:
        return None
    z = two_sided_z(confidence)
    share = count / of
    scale = 1 + z * z / of
    centre = (share + z * z / (2 * of)) / scale
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / scale
    return Interval(max(0.0, centre - reach), min(1.0, centre + reach))
