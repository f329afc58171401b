"""How many more emails would settle on which side of the community's median a value lies.

The value itself is not known, so "if it stays as it is" promises too much: taken literally, such a number settles the
question in fewer than half of the cases. Here every value that the data and the community allow is weighed by its
posterior probability (posterior predictive sample size: Spiegelhalter, Abrams and Myles 2004, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, hypot, isqrt, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, betaincinv, ndtr

from outreach_results.metrics.correlation import critical_errors
from outreach_results.metrics.dispersion import Dispersion
from outreach_results.metrics.intervals import Interval

PROMISED = 0.8
"""The probability with which the stated number of emails settles the question."""

MOST_EMAILS = 200_000
"""The largest number of emails that is reported; more would be of no practical use."""

ON_PAR_EMAILS = 20_000
ON_PAR_BELOW = 0.1
"""Where so many more emails would settle it with a smaller probability than this, the two are on par."""

# The middles of 60 slices of equal probability: their mean is close to an integral over the posterior.
_NODES = (np.arange(60) + 0.5) / 60
_EXACTNESS = 50  # two percent: the estimate itself is less exact than that
_Z75 = 0.6744897501960817


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """A beta distribution of rates; ``successes`` and ``failures`` are its parameters, both positive."""

    successes: float = 0.5
    failures: float = 0.5


def prior_of_quartiles(p25: float, p50: float, p75: float) -> BetaPrior:
    """The beta distribution with about these quartiles (shares between 0 and 1), by the method of moments.

    The interquartile range stands for the standard deviation as it does in a normal distribution.
    """
    mean = min(0.999, max(0.001, (p25 + p50 + p75) / 3))
    deviation = max((p75 - p25) / (2 * _Z75), 1e-4)
    # Bounded, because quartiles that nearly coincide would make a prior that no data could move.
    strength = min(5_000.0, max(2.0, mean * (1 - mean) / deviation**2 - 1))
    return BetaPrior(mean * strength, (1 - mean) * strength)


class Evidence(Protocol):
    """The data on a value."""

    def probability_to_settle(self, more: int, median: Interval) -> float:
        """How likely ``more`` emails put the interval of the value wholly beyond the median.

        Args:
            median: where the community's median lies; a single point where both ends are equal.

        Returns:
            Between 0 and 1.
        """
        ...


@dataclass(frozen=True)  # without slots, which a cached property cannot have
class RateEvidence:
    """The data on a rate.

    Args:
        count: of the ``of`` emails; both effective numbers, that is divided by the dispersion.
        spread: the dispersion.
        confidence: of the verdict.
        sent_per_case: how many emails have to be sent for ``of`` to grow by one.
    """

    count: float
    of: float
    prior: BetaPrior
    spread: Dispersion
    confidence: float
    sent_per_case: float = 1.0

    @cached_property
    def possible_rates(self) -> NDArray[np.float64]:
        """(60,) rates of equal posterior probability."""
        return np.asarray(
            betaincinv(self.prior.successes + self.count, self.prior.failures + self.of - self.count, _NODES)
        )

    def probability_to_settle(self, more: int, median: Interval) -> float:
        """See `Evidence`."""
        cases = int(more / self.sent_per_case)
        whole = self.of + cases
        # The fewest further successes that lift the interval above the median, and the most that leave it below.
        least = ceil(min(1.0, median.high + self._reach(median.high, whole, above=True)) * whole - self.count)
        most = ceil(max(0.0, median.low - self._reach(median.low, whole, above=False)) * whole - self.count) - 1
        rates = self.possible_rates
        above = bdtrc(least - 1, cases, rates) if 1 <= least <= cases else np.full(len(rates), float(least < 1))
        below = bdtr(most, cases, rates) if 0 <= most < cases else np.full(len(rates), float(most >= cases))
        return float(np.minimum(1.0, above + below).mean())

    def _reach(self, share: float, of: float, *, above: bool) -> float:
        """How far an observed share must lie from the true ``share`` for the interval of the verdict to exclude it."""
        errors = critical_errors(share, of, self.spread, self.confidence, above=above)
        return errors * sqrt(share * (1 - share) / of)


@dataclass(frozen=True, slots=True)
class AverageEvidence:
    """The data on an average, such as a cost per email, whose error shrinks with the square root of the emails.

    Args:
        value, error: the average and its standard error.
        of: the emails it is over.
        prior_mean, prior_deviation: of the averages of other campaigns; the deviation is positive.
        quantile: how many standard errors the interval of the verdict reaches to either side.
    """

    value: float
    error: float
    of: float
    prior_mean: float
    prior_deviation: float
    quantile: float

    def probability_to_settle(self, more: int, median: Interval) -> float:
        """See `Evidence`."""
        of_one = self.error * sqrt(self.of)  # the standard deviation that a single email would have
        weight = self.prior_deviation**2 / (self.prior_deviation**2 + self.error**2)
        mean, deviation = self.prior_mean + weight * (self.value - self.prior_mean), self.error * sqrt(weight)
        new = more / (self.of + more)
        centre = self.value + new * (mean - self.value)
        spread = new * hypot(deviation, of_one / sqrt(more)) or 1e-12
        reach = self.quantile * of_one / sqrt(self.of + more)
        above = ndtr((centre - median.high - reach) / spread)
        below = ndtr((median.low - reach - centre) / spread)
        return float(above + below)


def emails_to_settle(evidence: Evidence, median: Interval) -> int | None:
    """The smallest number of further emails that settle the question with a probability of at least 80%.

    Returns:
        At least 1; None where not even 200,000 would: then the community's median is the bottleneck, or the two
        values are too alike.
    """
    if not can_settle(evidence, median):
        return None
    low, high = 0, MOST_EMAILS
    while high - low > max(1, high // _EXACTNESS):
        # The geometric mean takes far fewer steps than the arithmetic one while the ends are orders of magnitude apart.
        middle = max(low + 1, isqrt(low * high)) if low else max(1, high // 8)
        if evidence.probability_to_settle(middle, median) >= PROMISED:
            high = middle
        else:
            low = middle
    return high


def can_settle(evidence: Evidence, median: Interval) -> bool:
    """Whether any number of further emails that is reported settles it with a probability of at least 80%."""
    return evidence.probability_to_settle(MOST_EMAILS, median) >= PROMISED


def is_on_par(evidence: Evidence, median: Interval) -> bool:
    """Whether 20,000 more emails would settle it in fewer than one of ten cases."""
    return evidence.probability_to_settle(ON_PAR_EMAILS, median) < ON_PAR_BELOW
