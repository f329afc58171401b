"""Verdicts that are looked at every day: hardly ever false, and still able to find what is there."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_results.metrics import Standing, judge
from outreach_results.metrics.adjusted_rates import weighted
from outreach_results.metrics.correlation import correlation
from outreach_results.metrics.dispersion import DailyCounts
from outreach_results.metrics.maturity import maturity
from outreach_results.metrics.verdicts import SETTLED, VERDICT_CONFIDENCE, Measured, measured_rate
from outreach_results.models import Distribution
from support.clustered import arrivals, outcomes, volumes
from support.optional import present

MEDIAN = 0.047
COMMUNITY = Distribution(p25=0.033, p50=MEDIAN, p75=0.064)
BEFORE, LOOKS, PERIOD, LEARNED = 60, 200, 28, 120
WRONG = 0.05


def account(random: np.random.Generator, days: int, rate: float, icc: float, a_day: float = 180) -> DailyCounts:
    of = volumes(random, days, a_day)
    return DailyCounts(outcomes(random, of, rate, icc).astype(float), of.astype(float))


def part(days: DailyCounts, start: int, end: int) -> DailyCounts:
    return DailyCounts(days.count[start:end], days.of[start:end])


def seen(days: DailyCounts, start: int, end: int) -> Measured:
    """The rate of a period as it is known at its end."""
    period, history = part(days, start, end), part(days, max(0, end - LEARNED), end)
    return measured_rate(period, correlation([history]), COMMUNITY, value=period.rate or 0.0)


def leaves_out_median(days: DailyCounts, start: int, end: int) -> bool:
    # Even with independent emails the interval reaches three standard errors: nearer ones need no computation.
    count, of = days.count[start:end].sum(), days.of[start:end].sum()
    if abs(count - MEDIAN * of) < 2.7 * np.sqrt(of * MEDIAN * (1 - MEDIAN)):
        return False
    firm = seen(days, start, end).firm
    assert firm is not None
    return not firm.low <= MEDIAN <= firm.high


@pytest.mark.parametrize("icc", [0.01, 0.03])
@pytest.mark.parametrize("is_growing", [True, False], ids=["growing", "moving"])
def test_false_verdicts_over_200_daily_looks(icc, is_growing):
    random, runs, false = np.random.default_rng(5), 120, 0
    for _ in range(runs):
        days = account(random, BEFORE + PERIOD + LOOKS, MEDIAN, icc)
        ends = range(BEFORE + PERIOD, BEFORE + PERIOD + LOOKS)
        if is_growing:
            periods = [(BEFORE, end) for end in range(BEFORE + 1, BEFORE + LOOKS + 1)]
        else:
            periods = [(end - PERIOD, end) for end in ends]
        false += any(leaves_out_median(days, *period) for period in periods)
    assert false / runs <= WRONG + 2.33 * np.sqrt(WRONG * (1 - WRONG) / runs)


def found_worse(icc: float, runs: int = 300) -> tuple[float, float]:
    """How often a rate a third below the median is called worse at 5,000 emails, and by an exact test of one look."""
    random, ours, best = np.random.default_rng(9), 0, 0
    # The exact critical number of replies with the correlation known, at the confidence of one look at a verdict.
    of = volumes(np.random.default_rng(1), PERIOD, 243)
    null = np.sort([outcomes(random, of, MEDIAN, icc).sum() for _ in range(20_000)])
    critical = null[int((1 - VERDICT_CONFIDENCE) / 2 * len(null))]
    for _ in range(runs):
        days = account(random, BEFORE + PERIOD, MEDIAN * 2 / 3, icc, a_day=243)
        verdict = judge(seen(days, BEFORE, BEFORE + PERIOD), COMMUNITY)
        ours += verdict.standing in (Standing.WORSE, Standing.WEAKEST_QUARTER)
        best += outcomes(random, of, MEDIAN * 2 / 3, icc).sum() < critical
    return ours / runs, best / runs


def test_a_rate_a_third_lower_is_found():
    assert found_worse(0.0)[0] >= 0.8


def test_on_clustered_emails_as_often_as_an_exact_test():
    ours, best = found_worse(0.01)
    assert ours >= 0.9 * best


@pytest.mark.parametrize("mean_days", [1.0, 5.0], ids=["fast", "slow"])
def test_young_emails_are_not_called_worse(mean_days):
    random, runs, days, lags = np.random.default_rng(7), 400, 120, 32
    shown, worse = [], 0
    for _ in range(runs):
        of = volumes(random, days, 180)
        final, ages = outcomes(random, of, MEDIAN, 0.01), np.arange(days)[::-1]
        arrived = arrivals(random, final, mean_days, lags)
        curve = maturity(arrived[:, :-1], ages)
        assert curve is not None
        adjusted = weighted(DailyCounts(arrived.sum(axis=1), of.astype(float)), ages, curve)
        week = part(adjusted, -7, days)
        shown.append(present(week.rate))
        result = measured_rate(week, correlation([adjusted]), COMMUNITY, value=shown[-1])
        worse += judge(result, COMMUNITY).standing in SETTLED
    assert 0.046 <= np.mean(shown) <= 0.048
    assert worse / runs <= 0.06


def test_a_rate_in_the_middle_is_within_its_interval():
    random, covered, runs = np.random.default_rng(13), 0, 800
    for _ in range(runs):
        days = account(random, BEFORE + PERIOD, MEDIAN, 0.01)
        shown = seen(days, BEFORE, BEFORE + PERIOD).interval
        assert shown is not None
        covered += shown.low <= MEDIAN <= shown.high
    assert 0.93 <= covered / runs <= 0.98
