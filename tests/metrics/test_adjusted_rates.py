"""Rates of recent sends: right on average, and no alarm because the last days are young."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_results.metrics.adjusted_rates import adjusted_rate, shares_in, weighted
from outreach_results.metrics.dispersion import DailyCounts, change_p_value
from outreach_results.metrics.maturity import MaturityCurve, maturity
from support.clustered import arrivals, outcomes, volumes

RATE, HISTORY, LAGS, WEEK = 0.047, 150, 31, 7
RUNS = 600


def account(seed: int, mean_days: float, icc: float = 0.01) -> tuple[DailyCounts, np.ndarray, MaturityCurve]:
    """An account in which nothing changes: days, ages, and the curve learned from its last 120 days."""
    random = np.random.default_rng(seed)
    of = volumes(random, HISTORY, 180)
    final = outcomes(random, of, RATE, icc)
    ages = np.arange(HISTORY)[::-1]
    arrived = arrivals(random, final, mean_days, LAGS + 1)
    curve = maturity(arrived[-120:, :-1], ages[-120:])
    assert curve is not None
    return DailyCounts(arrived.sum(axis=1), of.astype(float)), ages, curve


def last(days: DailyCounts, ages: np.ndarray, first: int, end: int | None = None) -> tuple[DailyCounts, np.ndarray]:
    part = slice(first, end)
    return DailyCounts(days.count[part], days.of[part]), ages[part]


@pytest.mark.parametrize("mean_days", [1.0, 5.0], ids=["fast", "slow"])
def test_the_last_week_shows_the_true_rate(mean_days):
    shown, fell, covered = [], 0, 0
    for seed in range(RUNS):
        days, ages, curve = account(seed, mean_days)
        now, before = last(days, ages, -WEEK), last(days, ages, -2 * WEEK, -WEEK)
        result = adjusted_rate(*now, curve)
        assert result is not None
        shown.append(result.rate)
        low, high = result.interval()
        covered += low <= RATE <= high
        p_value = change_p_value(weighted(*now, curve), weighted(*before, curve))
        fell += p_value is not None and p_value <= 0.05
    assert 0.046 <= np.mean(shown) <= 0.048
    assert fell / RUNS <= 0.06
    assert covered / RUNS >= 0.93


def test_old_emails_need_no_adjustment():
    curve = MaturityCurve((0.5, 0.8, 1.0), 100)
    days = DailyCounts(np.array([5.0, 6.0]), np.array([100.0, 100.0]))
    result = adjusted_rate(days, np.array([31, 30]), curve)
    assert result is not None
    assert (result.rate, result.counts.whole, result.share_in) == pytest.approx((0.055, 200.0, 1.0))


def test_emails_weigh_by_the_share_that_is_in():
    curve = MaturityCurve((0.5, 0.8, 1.0), 100)
    assert shares_in([-1, 0, 1, 2, 9], curve).tolist() == [0.0, 0.5, 0.8, 1.0, 1.0]


def test_an_unfinished_last_day_counts_by_its_fraction():
    curve = MaturityCurve((0.5, 0.8, 1.0), 100)
    assert shares_in([0, 1, 9], curve, day_fraction=0.5).tolist() == pytest.approx([0.25, 0.65, 1.0])


def test_next_to_nothing_in_is_no_rate():
    curve = MaturityCurve((0.01, 0.02, 1.0), 100)
    assert adjusted_rate(DailyCounts(np.array([1.0]), np.array([50.0])), np.array([0]), curve) is None
