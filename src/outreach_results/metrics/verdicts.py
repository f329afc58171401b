"""Verdicts on a comparison with the community: only what holds however often one looks, and what else is missing.

A verdict is looked at every day, and a 95% interval that is looked at daily excludes the true value sooner or later.
The interval of a verdict is therefore a repeated confidence interval (Jennison and Turnbull, Group Sequential Methods,
1999, chapter 9) with Pocock's constant boundary: wide enough to be wrong in at most 5% of 200 daily looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, log10
from typing import NamedTuple

from outreach_results.metrics.correlation import Correlation, tail_interval
from outreach_results.metrics.dispersion import DailyCounts, Dispersion, dispersion, rate_interval
from outreach_results.metrics.intervals import Interval, ratio_interval
from outreach_results.metrics.percentiles import quartile_range
from outreach_results.metrics.sample_size import (
    AverageEvidence,
    Evidence,
    RateEvidence,
    can_settle,
    emails_to_settle,
    is_on_par,
    prior_of_quartiles,
)
from outreach_results.models import Distribution
from outreach_results.models.numbers import counted

SHOWN_CONFIDENCE = 0.95
VERDICT_CONFIDENCE = 0.999
"""The confidence of one look at a verdict. Over 200 daily looks, at a period that grows or one that moves along, a
verdict is then false in at most 5% of cases; see docs/statistics.md."""

_IQR_OF_NORMAL = 1.3489795003921634


class Standing(StrEnum):
    """The position of a value among the quartiles of the community, or why it cannot be determined."""

    BEST_QUARTER = "best quarter"
    BETTER = "better than the median"
    WORSE = "worse than the median"
    WEAKEST_QUARTER = "weakest quarter"
    TOO_EARLY = "too early to call"
    ON_PAR = "on par with the median"
    MEDIAN_TOO_VAGUE = "median not known well enough"
    TOO_LITTLE_DATA = "too little data"
    NO_VALUE = "no value"
    NO_INTERVAL = "no interval"
    NO_QUARTILES = "no quartiles"


SETTLED = frozenset({Standing.BEST_QUARTER, Standing.BETTER, Standing.WORSE, Standing.WEAKEST_QUARTER})
"""The standings that claim on which side of the median a value lies."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A standing; ``more`` is how many more emails settle it in four of five cases, where such a number exists."""

    standing: Standing
    more: int | None = None
    lower_is_better: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether the median is known to lie on one side of the value."""
        return self.standing in SETTLED

    def brief(self) -> str:
        """The verdict in a few words, for a table."""
        if self.standing == Standing.TOO_EARLY and self.more is not None:
            return f"Too early to call: about {counted(self.more, 'more email')}"
        return self._beyond_quartile() or self.standing.capitalize()

    def words(self, community: str = "the community") -> str:
        """The verdict as a sentence for people; ``community`` names whom the value is compared with."""
        whose = community + ("'" if community.endswith("s") else "'s")
        beyond = self._beyond_quartile()
        if beyond is not None:
            return f"{beyond} of {community}."
        if self.standing == Standing.TOO_EARLY:
            if self.more is None:
                return "Too early to call: no number of emails is sure enough to settle it."
            return f"Too early to call: about {counted(self.more, 'more email')}."
        return {
            Standing.BETTER: f"Better than {whose} median.",
            Standing.WORSE: f"Worse than {whose} median.",
            Standing.ON_PAR: f"On par with {whose} median: 20,000 more emails would hardly tell the two apart.",
            Standing.MEDIAN_TOO_VAGUE: f"Too close to call: {whose} median itself is not known well enough.",
            Standing.TOO_LITTLE_DATA: "Too early to call: there is too little data to say how sure the value is.",
            Standing.NO_VALUE: "No value of your own in this period.",
            Standing.NO_INTERVAL: "Too early to call: this period counts what earlier emails brought. "
            "Switch to send date to compare.",
            Standing.NO_QUARTILES: f"Nothing to compare with: {whose} quartiles are not known.",
        }[self.standing]

    def _beyond_quartile(self) -> str | None:
        if self.standing not in (Standing.BEST_QUARTER, Standing.WEAKEST_QUARTER):
            return None
        is_above = (self.standing == Standing.BEST_QUARTER) != self.lower_is_better
        return "Above the 75th percentile" if is_above else "Below the 25th percentile"


class Measured(NamedTuple):
    """A value of our own with what is known of its error.

    Attributes:
        value: a share (0 to 1) or an average; None where it is unknown.
        interval: of 95%, as it is shown; None where the data does not allow one.
        firm: the wider interval that a verdict needs (`VERDICT_CONFIDENCE`); it holds the other one.
        evidence: from which the missing number of emails is predicted; None where they do not tell.
    """

    value: float | None
    interval: Interval | None = None
    firm: Interval | None = None
    evidence: Evidence | None = None


NOT_MEASURED = Measured(None)


def measured_rate(
    days: DailyCounts,
    within_day: Correlation,
    community: Distribution,
    *,
    value: float,
    sent_per_case: float = 1.0,
    spread: Dispersion | None = None,
) -> Measured:
    """A rate with its intervals.

    The one that is shown is that of the tiles: it rests on how the days of the period differ. The one of the verdict
    rests on how alike the emails of a day were for longer, and is never narrower.

    Args:
        days: daily counts, on the send basis with the emails weighted by the share of outcomes that is in.
        within_day: how alike the emails of one day are.
        community: for the prior of the missing number of emails.
        value: the rate, which is that of the days unless a platform reports another; above 1 it has no interval.
        sent_per_case: how many emails have to be sent for one more email in the denominator.
        spread: the dispersion of the days, where it is known already.
    """
    # By event date a count may exceed its denominator, by the outcomes of earlier emails: then it is no share.
    if value > 1 or days.total > days.whole or days.whole <= 0:
        return Measured(value)
    value, learned = float(value), within_day.dispersion(days)
    shown = rate_interval(value, days.whole, spread or dispersion([days]), SHOWN_CONFIDENCE)
    firm = tail_interval(value, days.whole, learned, VERDICT_CONFIDENCE)
    evidence = None
    # Days that differ by more than before, or too few of them, may leave the shown interval the wider one. Then no
    # number of emails is known to settle anything.
    is_foreseeable = community.p50 is not None and (
        shown.high <= firm.high if value < community.p50 else shown.low >= firm.low
    )
    firm = Interval(min(firm.low, shown.low), max(firm.high, shown.high))
    if is_foreseeable and community.p25 is not None and community.p50 is not None and community.p75 is not None:
        effective = days.whole / learned.factor
        evidence = RateEvidence(
            value * effective,
            effective,
            prior_of_quartiles(community.p25, community.p50, community.p75),
            learned,
            VERDICT_CONFIDENCE,
            sent_per_case=sent_per_case * learned.factor,
        )
    return Measured(value, shown, firm, evidence)


def measured_average(value: float, variance_sum: float, whole: float, days: int, community: Distribution) -> Measured:
    """An average such as cost per email with its intervals; see `ratio_interval` for the first arguments."""
    if days < 2:
        return Measured(value)  # one day does not show how days differ
    shown = ratio_interval(value, variance_sum, whole, days, SHOWN_CONFIDENCE)
    spread = Dispersion(degrees=days - 1)
    error = (shown.high - value) / spread.quantile(SHOWN_CONFIDENCE)
    quantile = spread.quantile(VERDICT_CONFIDENCE)
    firm = Interval(max(0.0, value - quantile * error), value + quantile * error)
    evidence = None
    if community.p25 is not None and community.p50 is not None and community.p75 is not None:
        deviation = max((community.p75 - community.p25) / _IQR_OF_NORMAL, 1e-9)
        evidence = AverageEvidence(value, error, whole, community.p50, deviation, quantile)
    return Measured(value, shown, firm, evidence)


def judge(
    own: Measured, community: Distribution, *, sample_size: int | None = None, lower_is_better: bool = False
) -> Verdict:
    """Decide on which side of the community's quartiles a value lies, where its interval leaves no doubt.

    Quartiles of few campaigns are themselves uncertain: a value has to clear the range that ``sample_size`` leaves.

    Returns:
        A verdict in every case; where a number is missing, the standing names which.
    """
    if own.value is None:
        return Verdict(Standing.NO_VALUE)
    medians, lower, upper = (quartile_range(community, share, sample_size) for share in (0.5, 0.25, 0.75))
    if medians is None or lower is None or upper is None or community.p50 is None:
        return Verdict(Standing.NO_QUARTILES)
    if own.firm is None:
        return Verdict(Standing.NO_INTERVAL if own.value > 1 else Standing.TOO_LITTLE_DATA)
    above, below = own.firm.low > medians.high, own.firm.high < medians.low
    if above or below:
        outermost = own.firm.low > upper.high if above else own.firm.high < lower.low
        if above != lower_is_better:
            standing = Standing.BEST_QUARTER if outermost else Standing.BETTER
        else:
            standing = Standing.WEAKEST_QUARTER if outermost else Standing.WORSE
        return Verdict(standing, lower_is_better=lower_is_better)
    if own.evidence is None:
        return Verdict(Standing.TOO_LITTLE_DATA)
    return _undecided(own.evidence, medians, community.p50)


def _undecided(evidence: Evidence, medians: Interval, published: float) -> Verdict:
    """What it would take to decide: more emails, a larger community, or nothing that is within reach."""
    more = emails_to_settle(evidence, medians)
    if more is not None:
        return Verdict(Standing.TOO_EARLY, round_up(more))
    exact = Interval(published, published)
    if is_on_par(evidence, exact):
        return Verdict(Standing.ON_PAR)
    # With the median known exactly, would emails settle it? Then the community is what is too small.
    is_bottleneck = medians != exact and can_settle(evidence, exact)
    return Verdict(Standing.MEDIAN_TOO_VAGUE if is_bottleneck else Standing.TOO_EARLY)


def round_up(number: float) -> int:
    """Round up to two significant digits, so that an estimate does not look like an exact count."""
    if number < 10:
        return ceil(number)
    unit: int = 10 ** (floor(log10(number)) - 1)
    return ceil(number / unit) * unit
