"""The intraclass correlation of emails of one day, learned from more days than the period that is looked at.

A period of a few days hardly shows how alike its emails are. The correlation is a property of the account: it is
estimated from its recent history, and says for any period by how much the variance of its rate exceeds the binomial
one (Kish, Survey Sampling, section 5.4; the estimator equates Pearson's statistic with its expectation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from outreach_results.metrics.dispersion import NO_DISPERSION, DailyCounts, Dispersion, rate_interval
from outreach_results.metrics.intervals import Interval, wilson_of_share

UNSEEN = 0.03
"""Assumed where every email counts, or none: then no day can differ from another. The high end of what is common."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """How alike the emails of one day are (0: independent, 1: all the same), and on how many degrees that rests."""

    within_day: float = 0.0
    degrees: int = 1

    def dispersion(self, days: DailyCounts) -> Dispersion:
        """How many times as large as a binomial one the variance of the rate of these days is."""
        whole = days.whole
        if whole <= 0:
            return Dispersion(1.0, self.degrees)
        emails_of_a_day = float((days.of[days.is_known] ** 2).sum()) / whole
        return Dispersion(1 + self.within_day * max(0.0, emails_of_a_day - 1), self.degrees)


def correlation(histories: Sequence[DailyCounts]) -> Correlation:
    """Estimate the correlation from one or more histories, such as those of several campaigns, each around its rate.

    Returns:
        With fewer than three usable days nothing can be estimated: then the single degree of freedom makes every
        interval very wide.
    """
    excess, pairs, degrees = 0.0, 0.0, 0.0
    for history in histories:
        usable = history.is_known & (history.of > 0)
        count, of = history.count[usable], history.of[usable]
        if len(of) < 2:
            continue
        whole = float(of.sum())
        degrees += whole**2 / float((of**2).sum()) - 1
        rate = min(1.0, float(count.sum()) / whole)
        # Each squared residual is corrected for the pull of its own day on the rate, as in `dispersion`.
        squares = float(((count - rate * of) ** 2 / (1 - of / whole)).sum())
        excess += squares - whole * rate * (1 - rate)
        pairs += rate * (1 - rate) * max(0.0, float((of**2).sum()) - whole)
    if degrees < 1:
        return Correlation()
    within_day = min(1.0, max(0.0, excess / pairs)) if pairs > 0 else UNSEEN
    return Correlation(within_day, max(1, round(degrees)))


_MOST_SKEWED = 1.0
"""The correction of skewness is an expansion that holds for small skewness only."""


def critical_errors(share: float, effective: float, spread: Dispersion, confidence: float, *, above: bool) -> float:
    """How many standard errors above or below the true ``share`` an observed one has to be to exclude it.

    Student's t with the first term of the Cornish-Fisher expansion: far from the middle, the skewness of small shares
    makes large deviations upward more frequent than downward ones. The skewness is that of a negative binomial count,
    to which a beta-binomial one with a small share is close.

    Args:
        share: between 0 and 1.
        effective: the number of emails, divided by the dispersion.
        confidence: two-sided.
    """
    quantile = spread.quantile(confidence)
    deviation = sqrt(effective * share * (1 - share))
    skewness = (2 - 1 / spread.factor) * (1 - 2 * share) / deviation if deviation > 0 else _MOST_SKEWED
    skewness = min(_MOST_SKEWED, max(-_MOST_SKEWED, skewness))
    shift = skewness / 6 * (quantile**2 - 1)
    # A small sample has a wide quantile whose square would turn the expansion around.
    return max(quantile + (shift if above else -shift), quantile / 2)


def tail_interval(rate: float, of: float, spread: Dispersion, confidence: float) -> Interval:
    """An interval of a rate over clustered emails whose two ends are each exceeded equally often.

    Wilson's interval with the skewness corrected (Gart and Nam 1988), which matters at a high confidence.
    """
    ends = rate_interval(rate, of, spread, confidence)
    effective = of / spread.factor
    low, high = ends
    # The skewness is that at the end itself: two rounds come close enough.
    for _ in range(2):
        low = _wilson(rate, effective, critical_errors(low, effective, spread, confidence, above=True)).low
        high = _wilson(rate, effective, critical_errors(high, effective, spread, confidence, above=False)).high
    return Interval(low, high)


def _wilson(rate: float, effective: float, errors: float) -> Interval:
    """Wilson's interval that reaches so many standard errors to either side."""
    z = NO_DISPERSION.quantile(0.95)
    return wilson_of_share(rate, effective * (z / errors) ** 2)
