"""Changes between two periods, and whether they are more than chance."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from outreach_results import metrics
from outreach_results.metrics.changes import difference_interval


def test_change_has_difference_and_relative() -> None:
    change = metrics.relative_change(150, 100)
    assert change is not None
    assert (change.difference, change.relative, change.is_noise) == (50, 0.5, False)


@pytest.mark.parametrize("before", [None, 0])
def test_without_anything_before_there_is_no_change(before: int | None) -> None:
    assert metrics.relative_change(5, before) is None
    assert metrics.count_change(5, before) is None
    assert metrics.rate_change(5, 10, before, 10) is None


def test_rise_of_few_replies_is_noise() -> None:
    few, many = metrics.rate_change(6, 100, 4, 100), metrics.rate_change(600, 10_000, 400, 10_000)
    assert few is not None
    assert many is not None
    assert few.is_noise
    assert not many.is_noise
    assert few.difference == pytest.approx(many.difference)


def wilson_of(count: int, of: int) -> tuple[float, float]:
    found = binomtest(count, of).proportion_ci(0.95, method="wilson")
    return found.low, found.high


@pytest.mark.parametrize(("k1", "n1", "k2", "n2"), [(56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29), (10, 10, 0, 20)])
def test_the_interval_of_a_difference_is_newcombes(k1: int, n1: int, k2: int, n2: int) -> None:
    (low1, high1), (low2, high2) = wilson_of(k1, n1), wilson_of(k2, n2)
    p1, p2 = k1 / n1, k2 / n2
    found = difference_interval(k1, n1, k2, n2)
    assert found is not None
    assert found.low == pytest.approx(p1 - p2 - math.hypot(p1 - low1, high2 - p2), abs=1e-9)
    assert found.high == pytest.approx(p1 - p2 + math.hypot(high1 - p1, p2 - low2), abs=1e-9)


def test_newcombe_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17:873–890, table II, example (a), method 10.
    found = difference_interval(56, 70, 48, 80)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_false_alarms_of_rate_changes() -> None:
    random = np.random.default_rng(20260327)
    pairs = random.binomial(800, 0.05, size=(4_000, 2))
    changes = [metrics.rate_change(int(a), 800, int(b), 800) for a, b in pairs]
    alarms = sum(change is not None and not change.is_noise for change in changes) / len(changes)
    reach = norm.ppf(0.999) * math.sqrt(0.05 * 0.95 / len(changes))
    assert 0.02 < alarms < 0.05 + reach


def test_false_alarms_of_count_changes() -> None:
    random = np.random.default_rng(20260328)
    pairs = random.poisson(20, size=(4_000, 2))
    changes = [metrics.count_change(int(a), int(b)) for a, b in pairs]
    alarms = sum(change is not None and not change.is_noise for change in changes) / len(changes)
    assert 0.01 < alarms < 0.065
