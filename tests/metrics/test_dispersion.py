"""False alarms and power of changes over emails that are alike within a day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics.dispersion import (
    DailyCounts,
    Dispersion,
    change_p_value,
    dispersion,
    rate_interval,
)
from outreach_results.metrics.intervals import wilson
from support.clustered import outcomes, volumes

RUNS = 400


def period(random: np.random.Generator, rate: float, icc: float, *, days: int = 28, a_day: float = 180) -> DailyCounts:
    of = volumes(random, days, a_day)
    return DailyCounts(outcomes(random, of, rate, icc).astype(float), of.astype(float))


def called_a_change(rate: float, rate_before: float, icc: float, **size: Any) -> float:
    random = np.random.default_rng(7)
    p_values = [
        change_p_value(period(random, rate, icc, **size), period(random, rate_before, icc, **size)) for _ in range(RUNS)
    ]
    return float(np.mean([p is not None and p <= 0.05 for p in p_values]))


@pytest.mark.parametrize("icc", [0.0, 0.01, 0.03])
@pytest.mark.parametrize("rate", [0.047, 0.4])
@pytest.mark.parametrize("days", [7, 28])
def test_false_alarms_of_changes(rate, icc, days):
    # 0.06 is the goal; a simulated share of 400 runs is that much above it by chance once in a hundred cases.
    assert called_a_change(rate, rate, icc, days=days) <= 0.06 + 2.33 * np.sqrt(0.06 * 0.94 / RUNS)


def test_a_fall_by_a_third_is_found():
    assert called_a_change(0.047 * 2 / 3, 0.047, 0.0, a_day=250) >= 0.8


def busy_rates(days: DailyCounts) -> np.ndarray:
    return (days.count / np.maximum(days.of, 1))[days.of > 50]


def test_power_on_clustered_days_matches_t_test():
    random = np.random.default_rng(3)
    ours = theirs = 0
    for _ in range(RUNS):
        now, before = period(random, 0.047 * 2 / 3, 0.01, a_day=250), period(random, 0.047, 0.01, a_day=250)
        p_value = change_p_value(now, before)
        ours += p_value is not None and p_value <= 0.05
        theirs += stats.ttest_ind(busy_rates(now), busy_rates(before)).pvalue <= 0.05
    assert ours >= 0.9 * theirs


@pytest.mark.parametrize("icc", [0.0, 0.01])
def test_intervals_cover(icc):
    random = np.random.default_rng(11)
    covered, runs = 0, 2_000
    for _ in range(runs):
        result = period(random, 0.047, icc)
        interval = rate_interval(result.rate or 0.0, result.whole, dispersion([result]))
        covered += interval.low <= 0.047 <= interval.high
    assert 0.94 <= covered / runs <= 0.975


def test_independent_emails_have_no_dispersion():
    random = np.random.default_rng(5)
    result = dispersion([period(random, 0.3, 0.0) for _ in range(50)])
    assert result.factor == pytest.approx(1, abs=0.1)


def test_dispersion_recovers_simulated_correlation():
    random = np.random.default_rng(5)
    of = np.full(2_000, 200)
    result = dispersion([DailyCounts(outcomes(random, of, 0.3, 0.01).astype(float), of.astype(float))])
    assert result.factor == pytest.approx(1 + 199 * 0.01, rel=0.1)


def test_without_dispersion_the_interval_is_wilsons():
    assert rate_interval(0.1, 500, Dispersion()) == pytest.approx(wilson(50, 500), abs=1e-4)


def test_quantiles_are_those_of_students_t():
    assert Dispersion(1.0, 6).quantile(0.95) == pytest.approx(stats.t.ppf(0.975, 6))
    assert Dispersion(1.0, 6).two_sided_p(2.0) == pytest.approx(2 * stats.t.sf(2.0, 6))


def test_one_day_says_nothing_about_days():
    assert dispersion([DailyCounts(np.array([5.0]), np.array([100.0]))]) == Dispersion(1.0, 1)


def test_unknown_days_are_left_out():
    days = DailyCounts(np.array([5.0, np.nan, 7.0]), np.array([100.0, 50.0, 100.0]))
    assert (days.total, days.whole, days.rate) == (12.0, 200.0, 0.06)


def test_nothing_to_compare_has_no_p_value():
    empty = DailyCounts(np.zeros(3), np.zeros(3))
    assert change_p_value(empty, empty) is None
