"""How much has arrived and what is still to come: held against simulated accounts whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_results.metrics.maturity import (
    MIN_EVENTS,
    MIN_HISTORY_DAYS,
    later_outcome_probability,
    likely_total,
    maturity,
)
from support.optional import present

LAGS = 30
WEIGHTS = 0.7 ** np.arange(LAGS)
TRUE_SHARES = np.cumsum(WEIGHTS / WEIGHTS.sum())  # arrived by the end of day 0, 1, 2, …


def account(chance, days, sent=200, rate=0.06, growth=1.0):
    """What happened at which lag (days of sending, lags), the oldest day first; and how old each day is today."""
    per_day = [chance.poisson(sent * growth**day * rate) for day in range(days)]
    lags = np.array([chance.multinomial(n, WEIGHTS / WEIGHTS.sum()) for n in per_day], dtype=float)
    return lags, np.arange(days - 1, -1, -1)


def seen_today(lags, ages):
    """Without what lies in the future."""
    return np.where(np.arange(LAGS)[None, :] <= ages[:, None], lags, 0.0)


@pytest.mark.parametrize(("days", "growth"), [(120, 1.0), (40, 1.0), (60, 1.05)])
def test_the_shares_of_a_simulated_account_are_found(days, growth):
    chance, result = np.random.default_rng(1), []
    for _ in range(60):
        lags, ages = account(chance, days, growth=growth)
        learned = present(maturity(seen_today(lags, ages), ages))
        assert learned is not None
        result.append(learned.arrived)
    error = np.abs(np.mean(result, axis=0) - TRUE_SHARES)
    assert error.max() < 0.01


def test_growing_account_does_not_bias_maturity():
    """Why the shares are built up lag by lag: young emails have had no time to be slow."""
    chance = np.random.default_rng(2)
    lags, ages = account(chance, 60, growth=1.05)
    seen = seen_today(lags, ages)
    naive = np.cumsum(seen.sum(axis=0)) / seen.sum()
    learned = present(maturity(seen, ages))
    assert naive[2] - TRUE_SHARES[2] > 0.03
    assert abs(learned.arrived[2] - TRUE_SHARES[2]) < 0.03


def test_lags_in_the_future_are_ignored():
    lags, ages = account(np.random.default_rng(3), 60)
    assert maturity(lags, ages) == maturity(seen_today(lags, ages), ages)


def test_the_ripe_age_is_when_95_percent_have_arrived():
    lags, ages = account(np.random.default_rng(4), 200, sent=5_000)
    learned = present(maturity(seen_today(lags, ages), ages))
    assert learned.mature_age == int(np.argmax(TRUE_SHARES >= 0.95))
    assert learned.at(learned.mature_age) >= 0.95 > learned.at(learned.mature_age - 1)


def test_the_share_grows_with_age_up_to_all():
    lags, ages = account(np.random.default_rng(5), 90)
    learned = present(maturity(seen_today(lags, ages), ages))
    assert list(learned.arrived) == sorted(learned.arrived)
    assert learned.at(LAGS) == learned.at(10_000) == 1.0
    assert learned.at(-1) == 0.0


def test_too_little_is_not_learned_from():
    nothing = np.zeros((0, LAGS))
    assert maturity(nothing, np.array([], dtype=int)) is None
    old = np.arange(MIN_HISTORY_DAYS, -1, -1)
    few = np.zeros((len(old), LAGS))
    few[0, 0] = MIN_EVENTS - 1
    assert maturity(few, old) is None
    few[0, 0] = MIN_EVENTS
    assert maturity(few, old) is not None
    assert maturity(few[1:], old[1:]) is None, "too young to have seen slow ones"


@pytest.mark.parametrize("rate", [0.01, 0.06, 0.4])
def test_expected_totals_come_within_their_range(rate):
    """Days of 200 emails at every age: the estimate uses the true shares, so that only chance is left."""
    chance, of = np.random.default_rng(6), 200
    for age in (0, 2, 5):
        share = TRUE_SHARES[age]
        final = chance.binomial(of, rate, size=4_000)
        now = chance.binomial(final, share)
        expected = now + (of - now) * later_outcome_probability(rate, share)
        assert expected.mean() == pytest.approx(final.mean(), rel=0.02)
        ranges = np.array([likely_total(int(n), of, later_outcome_probability(rate, share)) for n in now])
        within = (ranges[:, 0] <= final) & (final <= ranges[:, 1])
        assert within.mean() >= 0.9 - 0.015


def test_likely_total_coverage_with_learned_curve():
    """Share, rate and range all from what the account itself has seen, on its youngest days."""
    chance, hits, total = np.random.default_rng(8), 0, 0
    for _ in range(150):
        lags, ages = account(chance, 90)
        seen = seen_today(lags, ages)
        learned = present(maturity(seen, ages))
        shares = np.array([learned.at(int(age)) for age in ages])
        rate = seen.sum() / (200 * shares.sum())
        for day in range(-6, 0):
            low, high = likely_total(int(seen[day].sum()), 200, later_outcome_probability(rate, shares[day]))
            hits += low <= lags[day].sum() <= high
            total += 1
    assert total == 900
    assert hits / total >= 0.87


def test_still_to_come_at_the_extremes():
    assert later_outcome_probability(0.1, 1.0) == 0.0
    assert later_outcome_probability(0.0, 0.3) == 0.0
    assert later_outcome_probability(1.0, 0.0) == 1.0
    assert likely_total(7, 7, 0.5) == (7, 7)
