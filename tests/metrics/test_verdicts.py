"""Verdicts: nothing is claimed that the numbers do not carry, and what is missing is named."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics import (
    Interval,
    Standing,
    Verdict,
    judge,
    round_up,
    wilson,
)
from outreach_results.metrics.percentiles import quartile_range
from outreach_results.metrics.verdicts import needed_for_average, needed_for_share
from outreach_results.models import Distribution
from support.optional import present

REPLY = Distribution(average=0.048, p25=0.031, p50=0.045, p75=0.062)
COST = Distribution(average=0.018, p25=0.015, p50=0.017, p75=0.021)


def judged(count: int, of: int, community: Distribution = REPLY, sample_size: int | None = 1247) -> Verdict:
    return judge(count / of, wilson(count, of), community, cases=of, sample_size=sample_size)


def judged_cost(value: float, reach: float, sample_size: int | None = 1247) -> Verdict:
    interval = Interval(value - reach, value + reach)
    return judge(value, interval, COST, cases=500, sample_size=sample_size, lower_is_better=True, is_share=False)


def test_clear_interval_settles_the_verdict():
    assert judged(90, 1000).standing == Standing.BEST_QUARTER
    assert judged(63, 1000).standing == Standing.BETTER
    assert judged(30, 1000).standing == Standing.WORSE
    assert judged(15, 1000).standing == Standing.WEAKEST_QUARTER
    assert judged(63, 1000).is_settled
    assert judged(63, 1000).words() == "Better than the community's median."
    assert judged(15, 1000).words("our own campaigns") == "In the weakest quarter of our own campaigns."
    assert judged(30, 1000).words("our own campaigns") == "Worse than our own campaigns' median."


def test_unclear_interval_states_missing_emails():
    found = judged(12, 200)  # 6.0 %, of which the interval still holds the median
    assert found.standing == Standing.CANNOT_TELL_YET
    assert not found.is_settled
    assert found.more is not None
    assert found.words() == f"Cannot tell yet, about {found.more:,} more e-mails needed."


def test_stated_emails_settle_and_half_do_not():
    count, of = 12, 200
    found = judged(count, of)
    assert found.more is not None
    enough = (of + found.more) * 1.02
    half = of + found.more // 2
    assert judged(round(count / of * enough), round(enough)).standing == Standing.BETTER
    assert judged(round(count / of * half), half).standing == Standing.CANNOT_TELL_YET


@pytest.mark.parametrize(("share", "other"), [(0.06, 0.045), (0.03, 0.045), (0.92, 0.945), (0.5, 0.49)])
def test_needed_cases_are_exact(share, other):
    needed = needed_for_share(share, other)

    def leaves_out(of: float) -> bool:
        # The score test, which Wilson's interval inverts, written out.
        return abs(share - other) / np.sqrt(other * (1 - other) / of) > stats.norm.ppf(0.975)

    assert leaves_out(needed * 1.0001)
    assert not leaves_out(needed * 0.9999)


def test_close_value_needs_more_cases_than_far_one():
    assert needed_for_share(0.10, 0.045) < 60
    assert needed_for_share(0.046, 0.045) > 100_000
    assert needed_for_share(0.045, 0.045) == float("inf")


def test_average_needs_four_times_cases_for_half_width():
    assert needed_for_average(0.019, Interval(0.015, 0.023), 0.017, cases=500) == pytest.approx(2000)
    assert needed_for_average(0.015, Interval(0.011, 0.019), 0.017, cases=500) == pytest.approx(2000)
    assert needed_for_average(0.017, Interval(0.011, 0.019), 0.017, cases=500) == float("inf")


def test_less_is_better_for_a_cost():
    assert judged_cost(0.012, 0.001).standing == Standing.BEST_QUARTER
    assert judged_cost(0.016, 0.0003).standing == Standing.BETTER
    assert judged_cost(0.019, 0.001).standing == Standing.WORSE
    assert judged_cost(0.026, 0.001).standing == Standing.WEAKEST_QUARTER
    undecided = judged_cost(0.019, 0.003)
    assert undecided.standing == Standing.CANNOT_TELL_YET
    assert undecided.more is not None
    assert 500 < undecided.more < 2000


def test_value_at_median_is_level_once_known_well():
    assert judged(450, 10_000).standing == Standing.LEVEL
    assert "no number of e-mails" in judged(450, 10_000).words()
    early = judged(2, 44)
    assert early.standing == Standing.CANNOT_TELL_YET
    assert early.more is not None
    assert 100 < early.more < 1000


def test_difference_beyond_most_emails_is_level():
    found = judged(456, 10_000, sample_size=None)  # 4.56 % beside 4.5 %
    assert found.standing == Standing.LEVEL
    assert found.more is None


def test_a_small_community_is_named_as_the_reason():
    """6.1 % of 4,000 clears the published median, but 38 campaigns do not say well enough where it is."""
    partners = Distribution(average=0.054, p25=0.024, p50=0.047, p75=0.078)
    small, large = (judge(0.061, wilson(244, 4000), partners, cases=4000, sample_size=size) for size in (38, 3800))
    assert large.standing == Standing.BETTER
    assert small.standing == Standing.COMMUNITY_TOO_SMALL
    assert "more e-mails of yours would not change that" in small.words()


def test_without_numbers_the_reason_is_given():
    assert judge(None, None, REPLY, cases=None).standing == Standing.NO_VALUE
    assert judge(0.05, Interval(0.04, 0.06), Distribution(p50=0.05), cases=100).standing == Standing.NO_QUARTILES
    assert judge(1.2, None, REPLY, cases=10).standing == Standing.NO_INTERVAL
    assert "sending day" in judge(1.2, None, REPLY, cases=10).words()
    one_day = judge(0.02, None, COST, cases=50, is_share=False, lower_is_better=True)
    assert one_day == Verdict(Standing.CANNOT_TELL_YET)
    assert one_day.words() == "Cannot tell yet: there is too little to say how sure the value is."


def test_every_standing_has_words():
    for standing in Standing:
        assert Verdict(standing, 10 if standing == Standing.CANNOT_TELL_YET else None).words().endswith(".")


@pytest.mark.parametrize("of", [60, 500, 3000])
def test_false_alarms_of_verdicts(of):
    """At most in 5 of 100 cases, counting both errors, for the community itself is drawn by chance too."""
    random = np.random.default_rng(29)
    truth, wrong = stats.beta(3, 57), 0
    for _ in range(1500):
        p25, p50, p75 = np.quantile(truth.rvs(300, random_state=random), [0.25, 0.5, 0.75])
        community = Distribution(p25=p25, p50=p50, p75=p75)
        wrong += judged(int(random.binomial(of, truth.median())), of, community, 300).is_settled
    assert wrong / 1500 <= 0.05


def test_a_campaign_far_better_is_found_to_be():
    random = np.random.default_rng(31)
    found = [judged(int(random.binomial(800, 0.09)), 800).standing for _ in range(300)]
    assert np.mean([one in (Standing.BETTER, Standing.BEST_QUARTER) for one in found]) > 0.95


def test_quartile_claims_respect_uncertainty():
    upper = quartile_range(REPLY, 0.75, 100)
    assert upper is not None
    between = (present(REPLY.p75) + upper.high) / 2
    value = between + 0.001
    interval = Interval(between, value + 0.001)
    assert judge(value, interval, REPLY, cases=9000, sample_size=100).standing == Standing.BETTER
    assert judge(value, interval, REPLY, cases=9000, sample_size=100_000).standing == Standing.BEST_QUARTER


@pytest.mark.parametrize(
    ("number", "shown"), [(0.2, 1), (9.1, 10), (11, 11), (101, 110), (1234, 1300), (99_100, 100_000)]
)
def test_an_estimate_is_rounded_up_to_two_digits(number, shown):
    assert round_up(number) == shown
