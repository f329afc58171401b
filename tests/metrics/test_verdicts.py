"""Verdicts: nothing is claimed that the numbers do not carry, and what is missing is named."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics import Interval, Standing, Verdict, judge, round_up
from outreach_results.metrics.correlation import Correlation
from outreach_results.metrics.dispersion import DailyCounts
from outreach_results.metrics.percentiles import quartile_range
from outreach_results.metrics.verdicts import (
    NOT_MEASURED,
    VERDICT_CONFIDENCE,
    Measured,
    measured_average,
    measured_rate,
)
from outreach_results.models import Distribution
from support.optional import present

REPLY = Distribution(average=0.048, p25=0.031, p50=0.045, p75=0.062)
COST = Distribution(average=0.018, p25=0.015, p50=0.017, p75=0.021)
INDEPENDENT = Correlation(0.0, 10_000)


def measured(count: float, of: float, community: Distribution = REPLY, alike: Correlation = INDEPENDENT) -> Measured:
    """Of so many days that they hardly widen the interval."""
    return measured_rate(
        DailyCounts(np.full(999, count / 999), np.full(999, of / 999)), alike, community, value=count / of
    )


def judged(count: float, of: float, community: Distribution = REPLY, sample_size: int | None = 1247) -> Verdict:
    return judge(measured(count, of, community), community, sample_size=sample_size)


def judged_cost(value: float, error: float, sample_size: int | None = 1247) -> Verdict:
    """A cost per email of 500 emails on 50 days with this standard error."""
    own = measured_average(value, (error * 500) ** 2 * 49 / 50, 500, 50, COST)
    return judge(own, COST, sample_size=sample_size, lower_is_better=True)


def test_clear_interval_settles_the_verdict():
    assert judged(270, 3000).standing == Standing.BEST_QUARTER
    assert judged(189, 3000).standing == Standing.BETTER
    assert judged(90, 3000).standing == Standing.WORSE
    assert judged(45, 3000).standing == Standing.WEAKEST_QUARTER
    assert judged(189, 3000).is_settled
    assert judged(189, 3000).words() == "Better than the community's median."
    assert judged(270, 3000).words() == "Above the 75th percentile of the community."
    assert judged(45, 3000).words("our own campaigns") == "Below the 25th percentile of our own campaigns."
    assert judged(90, 3000).words("our own campaigns") == "Worse than our own campaigns' median."


def test_unclear_interval_states_missing_emails():
    result = judged(12, 200)  # 6.0%, of which the interval still holds the median
    assert result.standing == Standing.TOO_EARLY
    assert not result.is_settled
    assert result.more is not None
    assert result.words() == f"Too early to call: about {result.more:,} more emails."
    assert result.brief() == f"Too early to call: about {result.more:,} more emails"


def test_a_95_percent_interval_is_not_enough():
    """One that is looked at every day excludes the median sooner or later."""
    own = measured(63, 1000)
    assert own.interval is not None
    assert own.firm is not None
    assert own.firm.low < own.interval.low < own.interval.high < own.firm.high
    assert own.interval.low > 0.0465
    assert judge(own, REPLY, sample_size=1247).standing == Standing.TOO_EARLY


def test_alike_emails_widen_the_interval():
    days = DailyCounts(np.full(10, 12.0), np.full(10, 200.0))
    alone, alike = (
        measured_rate(days, within_day, REPLY, value=0.06) for within_day in (INDEPENDENT, Correlation(0.01, 90))
    )
    assert alone.interval == alike.interval  # that of the tile rests on the days alone
    widths = [own.high - own.low for own in (present(alone.firm), present(alike.firm))]
    quantile = stats.t([90, 1e9]).ppf((1 + VERDICT_CONFIDENCE) / 2)
    assert widths[1] / widths[0] == pytest.approx(np.sqrt(2.99) * quantile[0] / quantile[1], rel=0.1)


def test_no_verdict_goes_beyond_the_shown_interval():
    """Three days that differ by much say less than what was known of days before them."""
    days = DailyCounts(np.array([5.0, 20.0, 65.0]), np.full(3, 300.0))
    own = measured_rate(days, Correlation(0.001, 500), REPLY, value=0.1)
    assert present(own.interval).low < 0.045
    assert present(own.firm).low == present(own.interval).low
    assert judge(own, REPLY, sample_size=1247) == Verdict(Standing.TOO_LITTLE_DATA)


def test_independent_emails_have_nearly_exact_interval():
    firm = measured(47, 1000).firm
    assert firm is not None
    exact = stats.binomtest(47, 1000).proportion_ci(VERDICT_CONFIDENCE, method="exact")
    assert firm == pytest.approx((exact.low, exact.high), rel=0.03)


def test_less_is_better_for_a_cost():
    assert judged_cost(0.012, 0.0003).standing == Standing.BEST_QUARTER
    assert judged_cost(0.012, 0.0003).words() == "Below the 25th percentile of the community."
    assert judged_cost(0.016, 0.0001).standing == Standing.BETTER
    assert judged_cost(0.019, 0.0003).standing == Standing.WORSE
    assert judged_cost(0.026, 0.0003).standing == Standing.WEAKEST_QUARTER
    assert judged_cost(0.026, 0.0003).brief() == "Above the 75th percentile"
    undecided = judged_cost(0.019, 0.001)
    assert undecided.standing == Standing.TOO_EARLY
    assert undecided.more is not None
    assert 100 < undecided.more < 20_000


def test_value_at_median_is_on_par_once_known_well():
    well_known = judged(4_500, 100_000, sample_size=None)
    assert well_known.standing == Standing.ON_PAR
    assert well_known.words() == (
        "On par with the community's median: 20,000 more emails would hardly tell the two apart."
    )
    assert judged(2, 44, sample_size=None).standing == Standing.TOO_EARLY


def test_a_small_community_is_named_as_the_reason():
    """6.1% of 4,000 clears the published median, but 38 campaigns do not say well enough where it is."""
    partners = Distribution(average=0.054, p25=0.024, p50=0.047, p75=0.078)
    small, large = (judged(244, 4000, partners, size) for size in (38, 3800))
    assert large.standing == Standing.BETTER
    assert small.standing == Standing.MEDIAN_TOO_VAGUE
    assert small.more is None
    assert "median itself is not known well enough" in small.words()


def test_without_numbers_the_reason_is_given():
    assert judge(NOT_MEASURED, REPLY).standing == Standing.NO_VALUE
    no_quartiles = Distribution(p50=0.05)
    assert judge(measured(5, 100, no_quartiles), no_quartiles).standing == Standing.NO_QUARTILES
    earlier = judge(measured(12, 10), REPLY)
    assert earlier.standing == Standing.NO_INTERVAL
    assert "send date" in earlier.words()
    one_day = judge(measured_average(0.02, 0.0, 50, 1, COST), COST, lower_is_better=True)
    assert one_day == Verdict(Standing.TOO_LITTLE_DATA)
    assert one_day.words() == "Too early to call: there is too little data to say how sure the value is."


def test_every_standing_has_words():
    for standing in Standing:
        assert Verdict(standing).words().endswith(".")
        assert Verdict(standing, 10).brief()


@pytest.mark.parametrize("of", [60, 500, 3000])
def test_false_alarms_of_one_look(of):
    """Counting both errors, for the community itself is drawn by chance too."""
    random = np.random.default_rng(29)
    truth, wrong = stats.beta(3, 57), 0
    for _ in range(1000):
        p25, p50, p75 = np.quantile(truth.rvs(300, random_state=random), [0.25, 0.5, 0.75])
        community = Distribution(p25=p25, p50=p50, p75=p75)
        firm = measured(int(random.binomial(of, truth.median())), of, community).firm
        median = quartile_range(community, 0.5, 300)
        assert firm is not None
        assert median is not None
        wrong += firm.low > median.high or firm.high < median.low
    assert wrong / 1000 <= 0.005


def test_a_campaign_far_better_is_found_to_be():
    random = np.random.default_rng(31)
    result = [judged(int(random.binomial(1_200, 0.09)), 1_200).standing for _ in range(200)]
    assert np.mean([one in (Standing.BETTER, Standing.BEST_QUARTER) for one in result]) > 0.95


def test_quartile_claims_respect_uncertainty():
    upper = quartile_range(REPLY, 0.75, 100)
    assert upper is not None
    firm = Interval((present(REPLY.p75) + upper.high) / 2, upper.high + 0.01)
    own = measured(620, 9000)._replace(firm=firm)
    assert judge(own, REPLY, sample_size=100).standing == Standing.BETTER
    assert judge(own, REPLY, sample_size=100_000).standing == Standing.BEST_QUARTER


@pytest.mark.parametrize(
    ("number", "shown"), [(0.2, 1), (9.1, 10), (11, 11), (101, 110), (1234, 1300), (99_100, 100_000)]
)
def test_an_estimate_is_rounded_up_to_two_digits(number, shown):
    assert round_up(number) == shown
