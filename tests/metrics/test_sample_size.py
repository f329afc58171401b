"""The stated number of emails settles the question as often as it promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics import judge
from outreach_results.metrics.correlation import correlation
from outreach_results.metrics.dispersion import NO_DISPERSION, DailyCounts
from outreach_results.metrics.intervals import Interval
from outreach_results.metrics.sample_size import (
    MOST_EMAILS,
    AverageEvidence,
    RateEvidence,
    emails_to_settle,
    is_on_par,
    prior_of_quartiles,
)
from outreach_results.metrics.verdicts import VERDICT_CONFIDENCE, Verdict, measured_average, measured_rate
from outreach_results.models import Distribution
from support.clustered import outcomes, volumes
from support.optional import present

TRUTH = stats.beta(4, 80)
QUARTILES = [float(q) for q in TRUTH.ppf([0.25, 0.5, 0.75])]
COMMUNITY = Distribution(p25=QUARTILES[0], p50=QUARTILES[1], p75=QUARTILES[2])
PRIOR = prior_of_quartiles(*QUARTILES)
BEFORE, LATER = 60, 1_500


def evidence(count: float, of: float) -> RateEvidence:
    return RateEvidence(count, of, PRIOR, NO_DISPERSION, VERDICT_CONFIDENCE)


def settled_share(sample_size: int | None, icc: float, cases: int) -> tuple[float, int]:
    """How often the stated number of emails settles the verdict, and in how many cases there was one.

    Campaigns of the community, of which 5 to 30 days are known, go on sending.
    """
    random, settled = np.random.default_rng(17), []

    def verdict(days: DailyCounts, start: int, end: int) -> Verdict:
        period, history = (DailyCounts(days.count[a:end], days.of[a:end]) for a in (start, max(0, end - 120)))
        own = measured_rate(period, correlation([history]), COMMUNITY, value=period.rate or 0.0)
        return judge(own, COMMUNITY, sample_size=sample_size)

    while len(settled) < cases:
        known = BEFORE + int(random.integers(5, 30))
        of = volumes(random, known + LATER, float(random.choice([60, 180])))
        days = DailyCounts(outcomes(random, of, TRUTH.rvs(random_state=random), icc).astype(float), of.astype(float))
        more = verdict(days, BEFORE, known).more
        if more is not None and more < days.of[known:].sum():
            end = known + int(np.searchsorted(np.cumsum(days.of[known:]), more)) + 1
            settled.append(verdict(days, BEFORE, end).is_settled)
    return float(np.mean(settled)), len(settled)


@pytest.mark.parametrize(("sample_size", "icc"), [(None, 0.01), (1_000, 0.01), (None, 0.03)])
def test_the_stated_emails_settle_four_of_five(sample_size, icc):
    share, cases = settled_share(sample_size, icc, 250)
    # 0.75 to 0.85, and what 250 cases deviate by chance.
    assert 0.75 - 0.04 <= share <= 0.85 + 0.04, cases


def test_the_stated_emails_settle_an_average():
    """Costs of campaigns whose days differ: the average of twenty days, then of as many more as given."""
    random, settled = np.random.default_rng(19), []
    community = Distribution(p25=0.015, p50=0.017, p75=0.019)

    def verdict(costs: np.ndarray) -> Verdict:
        value = float(costs.mean())
        own = measured_average(
            value, float(((costs - value) ** 2).sum()) * 100**2, len(costs) * 100, len(costs), community
        )
        return judge(own, community, lower_is_better=True)

    while len(settled) < 300:
        truth = random.normal(0.017, 0.003)
        costs = random.normal(truth, 0.004, 4_000)
        more = verdict(costs[:20]).more
        if more is not None and more < 398_000:
            settled.append(verdict(costs[: 20 + -(-more // 100)]).is_settled)
    assert 0.73 <= np.mean(settled) <= 0.89


def test_a_vague_median_is_the_bottleneck():
    assert emails_to_settle(evidence(14, 300), Interval(0.02, 0.09)) is None


def test_more_emails_settle_more():
    known, median = evidence(18, 300), Interval(0.045, 0.045)
    result = [known.probability_to_settle(more, median) for more in (1, 100, 1_000, 20_000)]
    assert result == sorted(result)
    assert result[-1] > 0.75


def test_the_number_is_the_smallest():
    known, median = evidence(30, 400), Interval(0.045, 0.045)
    more = emails_to_settle(known, median)
    assert more is not None
    assert 1 < more < MOST_EMAILS
    assert known.probability_to_settle(more, median) >= 0.8
    assert known.probability_to_settle(int(more * 0.95), median) < 0.8


def test_emails_that_are_alike_are_needed_more_often():
    alone, alike = (
        RateEvidence(30, 400, PRIOR, NO_DISPERSION, VERDICT_CONFIDENCE, sent_per_case) for sent_per_case in (1.0, 3.0)
    )
    numbers = [present(emails_to_settle(one, Interval(0.045, 0.045))) for one in (alone, alike)]
    assert numbers[1] == pytest.approx(3 * numbers[0], rel=0.08)


def test_on_par_only_where_emails_would_not_help():
    assert is_on_par(evidence(4_500, 100_000), Interval(0.0445, 0.0455))
    assert not is_on_par(evidence(18, 300), Interval(0.045, 0.045))
    assert is_on_par(AverageEvidence(0.017, 0.0001, 50_000, 0.017, 0.003, 3.2), Interval(0.017, 0.017))


def test_the_prior_has_about_the_quartiles():
    fitted = stats.beta(PRIOR.successes, PRIOR.failures)
    assert fitted.ppf([0.25, 0.5, 0.75]) == pytest.approx(QUARTILES, rel=0.12)
