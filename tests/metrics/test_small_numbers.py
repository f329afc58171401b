"""Ranges and rankings of few events."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics.small_numbers import (
    CostPerEvent,
    cost_per_event,
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
    result = cost_per_event(100.0, 0)
    assert result is not None
    assert (result.value, result.high) == (None, None)
    assert result.low == pytest.approx(27.1, abs=0.1)


def test_few_events_have_a_range_and_no_value():
    two, three = cost_per_event(30.0, 2), cost_per_event(30.0, 3)
    assert two is not None
    assert three is not None
    assert two.value is None
    assert two.low < 30 / 2 < (two.high or 0)
    assert three.value == 10


def test_costs_of_events_to_come_do_not_count():
    assert cost_per_event(40.0, 5, 0.5) == cost_per_event(20.0, 5)


@pytest.mark.parametrize(("cost", "count"), [(None, 3), (5.0, None), (0.0, 0)])
def test_without_cost_or_count_there_is_no_price(cost, count):
    assert cost_per_event(cost, count) is None


def test_the_range_holds_the_true_price():
    random = np.random.default_rng(5)
    counts = random.poisson(2.0, 4_000)
    result = [cost_per_event(20.0, int(count)) for count in counts]
    covered = [isinstance(one, CostPerEvent) and one.low <= 10 <= (one.high or np.inf) for one in result]
    assert np.mean(covered) >= 0.95


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
    result = shrunken_rates_per_unit(counts, dollars)
    assert result[0] < 0.5 * counts[0] / dollars[0]
    assert np.isnan(result[3])


def test_nothing_known_is_not_known():
    assert np.isnan(shrunken_shares(np.array([np.nan]), np.array([10.0]))).all()
