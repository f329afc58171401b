"""The percentile of a value in a community that publishes only an average and three quartiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from outreach_results.metrics.intervals import Interval, wilson_of_share
from outreach_results.models import Distribution

_NORMAL = NormalDist()
_Z75 = _NORMAL.inv_cdf(0.75)
_MEAN_OF_HALF = _NORMAL.pdf(0)  # mean of the positive part of a standard normal variable
_MEAN_BEYOND_Z75 = _NORMAL.pdf(_Z75) - _Z75 * 0.25  # of what exceeds its 75th percentile
_WIDEST_TAIL = 6.0
_SHARPEST = 0.01  # quartiles cannot separate the 99th percentile from the maximum
_FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class QuantileCurve:
    """A distribution that has the published quartiles, and the published average where that is possible.

    Normal quantiles, stretched by ``left`` below the median and by ``right`` above it; beyond the quartiles one of
    the tails is stretched by ``left_tail`` or ``right_tail``, so that the average comes out.
    """

    median: float
    left: float
    right: float
    left_tail: float = 1.0
    right_tail: float = 1.0

    def share_below(self, value: float) -> float:
        """The share (0 to 1) of the community that lies below a value: its percentile / 100."""
        offset = value - self.median
        scale, tail = (self.left, self.left_tail) if offset < 0 else (self.right, self.right_tail)
        z = abs(offset) / scale
        if z > _Z75:
            z = _Z75 + (z - _Z75) / tail
        return _NORMAL.cdf(z if offset >= 0 else -z)

    def value_at(self, share: float) -> float:
        """The value that this share (between 0 and 1) of the community lies below."""
        z = _NORMAL.inv_cdf(share)
        scale, tail = (self.left, self.left_tail) if z < 0 else (self.right, self.right_tail)
        reach = abs(z) if abs(z) <= _Z75 else _Z75 + (abs(z) - _Z75) * tail
        return self.median + (reach * scale if z >= 0 else -reach * scale)


def quantile_curve(community: Distribution) -> QuantileCurve | None:
    """The curve through what is published; None where a quartile is missing or they are not in order."""
    return _curve(community.average, community.p25, community.p50, community.p75)


@lru_cache  # a page asks for that of one community for each of its weeks and campaigns
def _curve(average: float | None, low: float | None, middle: float | None, high: float | None) -> QuantileCurve | None:
    if low is None or middle is None or high is None or not low <= middle <= high:
        return None
    least = max(abs(middle), 1.0) * _FLAT  # equal quartiles: a step as good as upright
    left, right = max(middle - low, least) / _Z75, max(high - middle, least) / _Z75
    if average is None:
        return QuantileCurve(middle, left, right)
    # What the average of the two halves does not explain has to come from the tails.
    missing = (average - middle) - _MEAN_OF_HALF * (right - left)
    return QuantileCurve(middle, left, right, *_tails(missing, left, right))


def _tails(missing: float, left: float, right: float) -> tuple[float, float]:
    """How far to stretch one of the tails for the average to move by ``missing``.

    None is shortened: that would make quartiles look better known than they are.
    """
    longer = right if missing > 0 else left
    stretch = min(_WIDEST_TAIL, 1 + abs(missing) / (longer * _MEAN_BEYOND_Z75))
    return (1.0, stretch) if missing > 0 else (stretch, 1.0)


def percentile_range(own: Interval, community: Distribution, *, sample_size: int | None = None) -> Interval | None:
    """The range of percentiles (0 to 1) of a value, given its own interval and the size of the community.

    The percentile is the share of the community with a lower value. The ends are widened by the sampling error of
    ``sample_size`` campaigns. Beyond the quartiles nothing is known of the community's shape: an end below the 25th
    percentile is 0, one above the 75th is 1.

    Returns:
        ``(0, 0.25)`` below the 25th percentile, ``(0.75, 1)`` above the 75th; None where the quartiles do not allow an
        estimate.
    """
    curve = quantile_curve(community)
    if curve is None:
        return None
    low, high = curve.share_below(own.low), curve.share_below(own.high)
    if sample_size:
        low, high = wilson_of_share(low, sample_size).low, wilson_of_share(high, sample_size).high
    return Interval(0.0 if low < 0.25 else min(low, 0.75), 1.0 if high > 0.75 else max(high, 0.25))


def quartile_range(community: Distribution, share: float, sample_size: int | None) -> Interval | None:
    """The 95% range of the true quartile (``share`` 0.25, 0.5 or 0.75) that ``sample_size`` campaigns allow.

    In the unit of the community's values; a single point without a sample size, None without usable quartiles.
    """
    curve = quantile_curve(community)
    return None if curve is None else _range_of(curve, share, sample_size)


@lru_cache  # like the curve
def _range_of(curve: QuantileCurve, share: float, sample_size: int | None) -> Interval:
    if not sample_size:
        value = curve.value_at(share)
        return Interval(value, value)
    ranks = wilson_of_share(share, sample_size)
    return Interval(curve.value_at(_clamped(ranks.low)), curve.value_at(_clamped(ranks.high)))


def _clamped(share: float) -> float:
    return min(1 - _SHARPEST, max(_SHARPEST, share))
