"""Overdispersion: emails of one day are alike, so daily counts vary more than independent emails would.

The factor by which they do is Pearson's dispersion of the daily counts (McCullagh and Nelder, Generalized Linear
Models, 2nd ed., section 4.5.2), weighted by each day's emails as in the ratio estimator of cluster samples (Cochran,
Sampling Techniques, 3rd ed., section 6.4). Variances are multiplied by it, and Student's t takes the place of the
normal distribution because the factor itself is an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from outreach_results.metrics.intervals import Interval, wilson_of_share

Floats = NDArray[np.float64]

_MANY_DEGREES = 10_000
"""From here on Student's t is the normal distribution for all purposes."""


@dataclass(frozen=True)
class DailyCounts:
    """What one period brought, day by day.

    Args:
        count: (days,) emails that count, such as replies.
        of: (days,) emails that could have brought one by now; need not be whole numbers.
    """

    count: Floats
    of: Floats

    # Kept, because a page asks for the sums of each of its campaigns a dozen times.
    @cached_property
    def total(self) -> float:
        """All emails that count."""
        return self._sum_of_known(self.count)

    @cached_property
    def whole(self) -> float:
        """All emails that could."""
        return self._sum_of_known(self.of)

    def _sum_of_known(self, numbers: Floats) -> float:
        return float((numbers if self.is_known.all() else np.where(self.is_known, numbers, 0.0)).sum())

    @property
    def rate(self) -> float | None:
        """Their share; None where there is nothing to take a share of."""
        return min(1.0, self.total / self.whole) if self.whole > 0 else None

    @cached_property
    def is_known(self) -> NDArray[np.bool_]:
        """(days,) whether both numbers of a day are known."""
        return np.isfinite(self.count) & np.isfinite(self.of)


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How many times as large as a binomial one the variance is (at least 1), and on how many degrees that rests."""

    factor: float = 1.0
    degrees: int = _MANY_DEGREES

    def quantile(self, confidence: float) -> float:
        """How many standard errors to either side hold this share of cases."""
        return _quantile(self.degrees, confidence)

    def two_sided_p(self, standard_errors: float) -> float:
        """How often chance alone reaches so many standard errors, in either direction."""
        return float(2 * stdtr(self.degrees, -abs(standard_errors)))


@lru_cache(maxsize=4096)  # a page of intervals asks for a handful of them, hundreds of times
def _quantile(degrees: int, confidence: float) -> float:
    return float(stdtrit(degrees, (1 + confidence) / 2))


NO_DISPERSION = Dispersion()
"""Emails that are independent of each other."""


def dispersion(periods: Sequence[DailyCounts]) -> Dispersion:
    """Pool the dispersion of several periods, each around its own rate; see `dispersions`."""
    return dispersions([periods])[0]


def dispersions(groups: Sequence[Sequence[DailyCounts]]) -> list[Dispersion]:
    """The dispersion of each group of periods, pooled over the periods of the group.

    Each period varies around its own rate.

    Days weigh by their emails, as they do in the rate itself: were they to weigh alike, the many quiet days, whose
    emails hardly influence each other, would hide what the large ones do. Each squared residual is corrected for the
    pull of its own day on the rate (HC2), and the degrees of freedom are those of equally large days (Kish).

    Returns:
        A factor of at least 1; 1 where no email, or every one, counts. With fewer than three usable days nothing can be
        estimated: then the factor is 1 with a single degree of freedom, which makes every interval very wide.
    """
    periods = [period for group in groups for period in group]
    if not periods:
        return [Dispersion(1.0, 1)] * len(groups)
    # All periods at once: there is one for each campaign and each group of emails, and a loop would take longest.
    count, of = (np.concatenate([getattr(period, part) for period in periods]) for part in ("count", "of"))
    usable = (of > 0) & np.isfinite(count)
    own = np.repeat(np.arange(len(periods)), [len(period.of) for period in periods])[usable]
    count, of = count[usable], of[usable]
    days = np.bincount(own, minlength=len(periods))
    whole, total, whole_of_squares = (np.bincount(own, part, len(periods)) for part in (of, count, of**2))
    with np.errstate(divide="ignore", invalid="ignore"):  # of periods without usable days, which are left out
        rate = np.minimum(1.0, total / whole)
        own_degrees = whole**2 / whole_of_squares - 1
    # Where nothing or everything counted, no day can differ from another.
    varies = (days > 1) & (rate > 0) & (rate < 1)
    in_varying = varies[own]
    own, count, of = own[in_varying], count[in_varying], of[in_varying]
    squares = np.bincount(own, (count - rate[own] * of) ** 2 / (1 - of / whole[own]), len(periods))
    expected = np.where(varies, whole * rate * (1 - rate), 0.0)
    degrees = np.where(varies, own_degrees, 0.0)
    degrees_without_spread = np.where((days > 1) & ~varies, own_degrees, 0.0)
    group = np.repeat(np.arange(len(groups)), [len(periods) for periods in groups])
    sums = (np.bincount(group, part, len(groups)) for part in (squares, expected, degrees, degrees_without_spread))
    return [_pooled(*of_group) for of_group in zip(*(part.tolist() for part in sums), strict=True)]


def _pooled(squares: float, expected: float, degrees: float, degrees_without_spread: float) -> Dispersion:
    """The dispersion from sums over the periods: squared residuals, what chance alone gives, degrees of freedom."""
    if expected <= 0 and degrees_without_spread >= 1:
        return Dispersion(1.0, round(degrees_without_spread))
    if expected <= 0 or degrees < 1:
        return Dispersion(1.0, 1)
    # At least 1: days more alike than chance allows are chance themselves, and would make intervals too narrow.
    return Dispersion(max(1.0, squares / expected), max(1, round(degrees)))


def rate_interval(rate: float, of: float, spread: Dispersion, confidence: float = 0.95) -> Interval:
    """Wilson's interval of a rate over clustered emails.

    The number of emails is divided by the dispersion (the effective sample size of a design effect) and by the square
    of how much wider Student's t is than the normal distribution.
    """
    wider = spread.quantile(confidence) / NO_DISPERSION.quantile(confidence)
    return wilson_of_share(rate, of / (spread.factor * wider * wider), confidence)


def change_p_value(now: DailyCounts, before: DailyCounts, spread: Dispersion | None = None) -> float | None:
    """How often chance alone moves a rate at least as much from one period to another.

    The score test of two shares with pooled variance, widened by the dispersion.

    Returns:
        Between 0 and 1; None where one of the periods has no rate, or nothing counts in either.
    """
    return shares_p_value(now.total, now.whole, before.total, before.whole, spread or dispersion([now, before]))


def shares_p_value(count: float, of: float, other: float, other_of: float, spread: Dispersion) -> float | None:
    """The same for the sums of two sets of days: the emails that count, and those that could."""
    if of <= 0 or other_of <= 0:
        return None
    pooled = min(1.0, (count + other) / (of + other_of))
    variance = pooled * (1 - pooled) * (1 / of + 1 / other_of) * spread.factor
    if variance <= 0:
        return None
    return spread.two_sided_p((min(1.0, count / of) - min(1.0, other / other_of)) / sqrt(variance))
