"""Ranges and rankings of few events."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics.small_numbers import (
    cost_per_event_range,
    garwood,
    shrunken_rates_per_unit,
    shrunken_shares,
)


@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_garwood_holds_what_poisson_allows(count):
    low, high = garwood(count)
    assert stats.poisson.cdf(count, high) == pytest.approx(0.025)
    assert low == 0 if count == 0 else stats.poisson.sf(count - 1, low) == pytest.approx(0.025)


def test_cost_per_unseen_event_has_no_upper_end():
    low, high = cost_per_event_range(100.0, 0)
    assert low == pytest.approx(27.1, abs=0.1)
    assert high is None


def test_a_lucky_small_campaign_does_not_lead():
    random = np.random.default_rng(1)
    of = np.array([4.0, *random.integers(300, 2_000, 30)])
    counts = np.array([2.0, *random.binomial(of[1:].astype(int), random.beta(20, 400, 30))])
    raw, shrunken = counts / of, shrunken_shares(counts, of)
    assert raw.argmax() == 0
    assert shrunken.argmax() != 0
    assert np.corrcoef(raw[1:], shrunken[1:])[0, 1] > 0.95


def test_shrinking_brings_shares_nearer_to_the_truth():
    random = np.random.default_rng(4)
    truth = random.beta(5, 95, 500)
    of = random.integers(5, 400, 500).astype(float)
    counts = random.binomial(of.astype(int), truth).astype(float)
    raw, shrunken = counts / of, shrunken_shares(counts, of)
    assert np.mean((shrunken - truth) ** 2) < 0.5 * np.mean((raw - truth) ** 2)


def test_events_per_dollar_are_pulled_to_the_account():
    counts, dollars = np.array([1.0, 10.0, 45.0, np.nan]), np.array([2.0, 200.0, 1_000.0, 50.0])
    found = shrunken_rates_per_unit(counts, dollars)
    assert found[0] < 0.5 * counts[0] / dollars[0]
    assert np.isnan(found[3])


def test_nothing_known_is_not_known():
    assert np.isnan(shrunken_shares(np.array([np.nan]), np.array([10.0]))).all()
