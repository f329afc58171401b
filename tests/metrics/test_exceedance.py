"""Alarms over many campaigns: few false ones, most of the real ones, no alarm for one of five."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics.exceedance import Finding, exceedance_p_value, exceeding


def findings(rates: np.ndarray, seed: int) -> list[Finding]:
    random = np.random.default_rng(seed)
    of = random.integers(50, 3_000, len(rates))
    counts = random.binomial(of, rates)
    return exceeding([(int(k), int(n)) for k, n in zip(counts, of, strict=True)], limit=0.01)


def test_healthy_campaigns_raise_hardly_any_alarm():
    healthy = np.full(200, 0.008)
    alarms = [findings(healthy, seed).count(Finding.ALARM) for seed in range(100)]
    assert np.mean(alarms) <= 0.1


def test_half_of_the_real_ones_are_found():
    rates = np.full(200, 0.006)
    rates[:10] = 0.02
    result = [findings(rates, seed)[:10].count(Finding.ALARM) for seed in range(100)]
    assert np.mean(result) >= 5


def test_one_of_five_is_no_alarm():
    assert exceeding([(1, 5)], limit=0.01) == [Finding.NONE]


def test_what_only_stands_out_alone_is_watched():
    among_many = [(6, 200)] + [(1, 200)] * 60
    assert exceeding([(6, 200)], limit=0.01) == [Finding.ALARM]
    assert exceeding(among_many, limit=0.01)[0] == Finding.WATCH


def test_unknown_counts_are_not_judged():
    assert exceeding([None, (0, 0)], limit=0.01) == [Finding.NONE, Finding.NONE]


@pytest.mark.parametrize(("count", "of"), [(0, 10), (1, 10), (7, 300)])
def test_p_values_are_exact(count, of):
    assert exceedance_p_value(count, of, 0.01) == pytest.approx(stats.binom.sf(count - 1, of, 0.01))
