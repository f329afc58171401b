"""How many more emails would settle on which side of the community's median a rate lies.

The rate itself is not known, so "if it stays as it is" promises too much: taken literally, such a number settles the
question in fewer than half of the cases. Here every rate that the data and the community allow is weighed by its
posterior probability (posterior predictive sample size: Spiegelhalter, Abrams and Myles 2004, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, betaincinv

from outreach_results.metrics.intervals import Interval, two_sided_z

PROMISED = 0.8
"""The probability with which the stated number of emails settles the question."""

MOST_EMAILS = 200_000
"""The largest number of emails that is reported; more would be of no practical use."""

ON_PAR_EMAILS = 20_000
ON_PAR_BELOW = 0.1
"""Where so many more emails would settle it with a smaller probability than this, the two are on par."""

# The middles of 200 slices of equal probability: their mean is close to an integral over the posterior.
_NODES = (np.arange(200) + 0.5) / 200
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """The data on a rate: ``count`` of ``of`` emails (``of`` may be an effective number), and the prior."""

    count: float
    of: float
    prior: BetaPrior

    def possible_rates(self) -> NDArray[np.float64]:
        """(200,) rates of equal posterior probability."""
        return np.asarray(
            betaincinv(self.prior.successes + self.count, self.prior.failures + self.of - self.count, _NODES)
        )


def probability_to_settle(evidence: Evidence, more: int, median: Interval) -> float:
    """How likely ``more`` emails put the 95 % interval of the rate wholly beyond the median.

    Args:
        median: where the community's median lies; a single point where both ends are equal.

    Returns:
        Between 0 and 1.
    """
    whole = evidence.of + more
    # The fewest further successes that lift the interval above the median, and the most that leave it below.
    least = ceil(_smallest_settling(whole, median.high, above=True) * whole - evidence.count)
    most = ceil(_smallest_settling(whole, median.low, above=False) * whole - evidence.count) - 1
    rates = evidence.possible_rates()
    above = bdtrc(least - 1, more, rates) if 1 <= least <= more else np.full(len(rates), float(least < 1))
    below = bdtr(most, more, rates) if 0 <= most < more else np.full(len(rates), float(most >= more))
    return float(np.minimum(1.0, above + below).mean())


def emails_to_settle(evidence: Evidence, median: Interval) -> int | None:
    """The smallest number of further emails that settle the question with a probability of at least 80 %.

    Returns:
        At least 1; None where not even 200,000 would: then the community's median is the bottleneck, or the two
        rates are too alike.
    """
    if probability_to_settle(evidence, MOST_EMAILS, median) < PROMISED:
        return None
    # Bisection down to half a percent: the estimate itself is less exact than that.
    low, high = 0, MOST_EMAILS
    while high - low > max(1, high // 200):
        middle = (low + high) // 2
        if probability_to_settle(evidence, middle, median) >= PROMISED:
            high = middle
        else:
            low = middle
    return high


def is_on_par(evidence: Evidence, median: Interval) -> bool:
    """Whether 20,000 more emails would settle it in fewer than one of ten cases."""
    return probability_to_settle(evidence, ON_PAR_EMAILS, median) < ON_PAR_BELOW


def _smallest_settling(whole: float, border: float, *, above: bool) -> float:
    """The share at which Wilson's interval of ``whole`` emails leaves the border: its lower, or its upper end.

    Wilson's interval inverts the score test: its end is at the border exactly where the score statistic is critical.
    """
    distance = _critical_distance(border, whole)
    return min(1.0, border + distance) if above else max(0.0, border - distance)


def _critical_distance(share: float, of: float) -> float:
    """How far an observed share must lie from the true ``share`` for the score test to tell the two apart."""
    return two_sided_z(0.95) * sqrt(share * (1 - share) / of)
