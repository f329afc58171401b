"""The correlation of emails of one day is found again, and is honest where it cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_results.metrics.correlation import UNSEEN, Correlation, correlation
from outreach_results.metrics.dispersion import DailyCounts
from support.clustered import outcomes, volumes


def history(random: np.random.Generator, icc: float, *, days: int = 120, rate: float = 0.05) -> DailyCounts:
    of = volumes(random, days, 180)
    return DailyCounts(outcomes(random, of, rate, icc).astype(float), of.astype(float))


@pytest.mark.parametrize("icc", [0.0, 0.01, 0.03])
def test_simulated_correlation_is_recovered(icc):
    random = np.random.default_rng(3)
    # Campaigns with rates of their own: what differs between them is no correlation within a day.
    result = correlation([history(random, icc, rate=random.uniform(0.02, 0.1)) for _ in range(60)])
    assert result.within_day == pytest.approx(icc, abs=0.002)
    assert result.degrees > 60 * 70


def test_large_days_vary_more_than_small_ones():
    alike = Correlation(0.01, 100)
    days = DailyCounts(np.array([5.0, 5.0]), np.array([101.0, 101.0]))
    assert alike.dispersion(days).factor == pytest.approx(2.0)
    assert alike.dispersion(DailyCounts(np.zeros(0), np.zeros(0))).factor == 1.0


def test_two_days_say_next_to_nothing():
    two = DailyCounts(np.array([5.0, 9.0]), np.array([100.0, 100.0]))
    assert correlation([two]).degrees == 1
    assert correlation([]) == Correlation()


def test_without_outcomes_a_high_value_is_assumed():
    none = DailyCounts(np.zeros(30), np.full(30, 100.0))
    assert correlation([none]) == Correlation(UNSEEN, 29)


def test_unknown_days_are_left_out():
    known = DailyCounts(np.array([5.0, 9.0, 7.0]), np.array([100.0, 120.0, 80.0]))
    gap = DailyCounts(np.array([5.0, np.nan, 9.0, 7.0]), np.array([100.0, 50.0, 120.0, 80.0]))
    assert correlation([gap]) == correlation([known])
