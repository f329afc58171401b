"""Verdicts on a comparison with the community: only what the intervals support, and how many emails are missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, inf, log10

from outreach_results.metrics.intervals import Interval, two_sided_z
from outreach_results.metrics.percentiles import quartile_range
from outreach_results.models import Distribution

MOST_MORE = 200_000
"""Where it would take more emails than this to tell two values apart, they count as equal."""


class Standing(StrEnum):
    """The position of a value among the quartiles of the community, or why it cannot be determined."""

    BEST_QUARTER = "best quarter"
    BETTER = "better than the median"
    WORSE = "worse than the median"
    WEAKEST_QUARTER = "weakest quarter"
    CANNOT_TELL_YET = "cannot tell yet"
    LEVEL = "level with the median"
    COMMUNITY_TOO_SMALL = "community too small to tell"
    NO_VALUE = "no value"
    NO_INTERVAL = "no interval"
    NO_QUARTILES = "no quartiles"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A standing; ``more`` is how many more cases would settle it if the value stays, where that is what is missing."""

    standing: Standing
    more: int | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the median is known to lie on one side of the value."""
        return self.standing in (Standing.BEST_QUARTER, Standing.BETTER, Standing.WORSE, Standing.WEAKEST_QUARTER)

    def words(self, community: str = "the community") -> str:
        """The verdict as a sentence for people; ``community`` names whom the value is compared with."""
        whose = community + ("'" if community.endswith("s") else "'s")
        if self.standing == Standing.CANNOT_TELL_YET:
            if self.more is None:
                return "Cannot tell yet: there is too little to say how sure the value is."
            return f"Cannot tell yet, about {self.more:,} more e-mails needed."
        return {
            Standing.BEST_QUARTER: f"In the best quarter of {community}.",
            Standing.BETTER: f"Better than {whose} median.",
            Standing.WORSE: f"Worse than {whose} median.",
            Standing.WEAKEST_QUARTER: f"In the weakest quarter of {community}.",
            Standing.LEVEL: f"Level with {whose} median: no number of e-mails you are likely to send "
            "would tell the two apart.",
            Standing.COMMUNITY_TOO_SMALL: f"Cannot tell: {whose} median itself is not known well enough, "
            "and more e-mails of yours would not change that.",
            Standing.NO_VALUE: "No value of your own in this period.",
            Standing.NO_INTERVAL: "Cannot tell: this period counts what earlier e-mails brought. "
            "Count on the sending day to compare.",
            Standing.NO_QUARTILES: f"Cannot tell: {whose} quartiles are not known.",
        }[self.standing]


def judge(
    value: float | None,
    interval: Interval | None,
    community: Distribution,
    *,
    cases: float | None,
    sample_size: int | None = None,
    lower_is_better: bool = False,
    is_share: bool = True,
) -> Verdict:
    """Decide on which side of the community's quartiles a value lies, where its interval leaves no doubt.

    Quartiles of few campaigns are themselves uncertain: a value has to clear the range that ``sample_size`` leaves.

    Args:
        cases: the sample size of the value: the denominator of a share, the emails of an average.
        is_share: a share between 0 and 1 with Wilson's interval; otherwise an average with an interval of its own.

    Returns:
        A verdict in every case; where a number is missing, the standing names which.
    """
    if value is None:
        return Verdict(Standing.NO_VALUE)
    medians, lower, upper = (quartile_range(community, share, sample_size) for share in (0.5, 0.25, 0.75))
    if medians is None or lower is None or upper is None:
        return Verdict(Standing.NO_QUARTILES)
    if interval is None or not cases:
        return Verdict(Standing.NO_INTERVAL if is_share else Standing.CANNOT_TELL_YET)
    above, below = interval.low > medians.high, interval.high < medians.low
    if above or below:
        outermost = interval.low > upper.high if above else interval.high < lower.low
        if above != lower_is_better:
            return Verdict(Standing.BEST_QUARTER if outermost else Standing.BETTER)
        return Verdict(Standing.WEAKEST_QUARTER if outermost else Standing.WORSE)
    if medians.low <= value <= medians.high and _within_the_middle_half(interval, community):
        # With the median known exactly, would the value be clear of it? Then the community is what is too small.
        is_clear_of_median = community.p50 is not None and not interval.low <= community.p50 <= interval.high
        return Verdict(Standing.COMMUNITY_TOO_SMALL if is_clear_of_median else Standing.LEVEL)
    goal = _value_to_exclude(value, medians, community)
    needed = needed_for_share(value, goal) if is_share else needed_for_average(value, interval, goal, cases)
    more = max(needed - cases, 1)
    return Verdict(Standing.LEVEL) if more > MOST_MORE else Verdict(Standing.CANNOT_TELL_YET, round_up(more))


def _within_the_middle_half(interval: Interval, community: Distribution) -> bool:
    assert community.p25 is not None and community.p75 is not None  # noqa: PT018 -- there would be no ranges
    return community.p25 <= interval.low and interval.high <= community.p75


def _value_to_exclude(value: float, medians: Interval, community: Distribution) -> float:
    """The value that the interval has to exclude: the median, or for a value at the median the nearer quartile."""
    assert community.p25 is not None and community.p75 is not None  # noqa: PT018 -- there would be no ranges
    if value > medians.high:
        return medians.high
    if value < medians.low:
        return medians.low
    return min(community.p25, community.p75, key=lambda quartile: abs(quartile - value))


def needed_for_share(share: float, from_share: float, confidence: float = 0.95) -> float:
    """How many cases it takes until Wilson's interval of a share excludes ``from_share``, if the share stays.

    Wilson's interval inverts the score test, so this solves it for the number of cases. Infinite where the two are
    equal.
    """
    z = two_sided_z(confidence)
    apart = (share - from_share) ** 2
    return z * z * from_share * (1 - from_share) / apart if apart else inf


def needed_for_average(value: float, interval: Interval, from_value: float, cases: float) -> float:
    """How many cases an average needs: its interval narrows with the square root of the cases. Infinite if equal."""
    reach = interval.high - value if value < from_value else value - interval.low
    return cases * (reach / (value - from_value)) ** 2 if value != from_value else inf


def round_up(number: float) -> int:
    """Round up to two significant digits, so that an estimate does not look like an exact count."""
    if number < 10:
        return ceil(number)
    unit: int = 10 ** (floor(log10(number)) - 1)
    return ceil(number / unit) * unit
