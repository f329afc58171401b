"""Control limits, held against scipy and against simulated days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from outreach_results.metrics import MIN_JUDGED_OF, binomial_limits
from outreach_results.metrics.control import COVERAGE, control_limits
from support.clustered import outcomes, volumes


@given(
    of=st.integers(1, 200_000),
    share=st.floats(1e-6, 1 - 1e-6),
    coverage=st.sampled_from([0.8, 0.9, 0.95, COVERAGE, 0.9999]),
)
def test_limits_are_the_quantiles_that_scipy_gives(of, share, coverage):
    tail = (1 - coverage) / 2
    low, high = binomial_limits(of, share, coverage)
    # On a step of the distribution, a rounding error decides: either neighbor is right then.
    assert binom.ppf(tail * (1 - 1e-7), of, share) <= low <= binom.ppf(tail * (1 + 1e-7), of, share)
    assert binom.ppf((1 - tail) - 1e-10, of, share) <= high <= binom.ppf((1 - tail) + 1e-10, of, share)


@given(of=st.integers(1, 5_000), share=st.floats(0.0, 1.0))
def test_limits_cover_at_least_the_stated_share(of, share):
    low, high = binomial_limits(of, share)
    assert 0 <= low <= high <= of
    assert binom.cdf(high, of, share) - binom.cdf(low - 1, of, share) >= COVERAGE - 1e-9


@pytest.mark.parametrize(("of", "share", "limits"), [(50, 0.0, (0, 0)), (50, 1.0, (50, 50)), (0, 0.3, (0, 0))])
def test_what_cannot_vary_has_limits_without_room(of, share, limits):
    assert binomial_limits(of, share) == limits


def simulated(chance, days, share, sizes=(20, 400)):
    of = chance.integers(*sizes, size=days).astype(float)
    return chance.binomial(of.astype(int), share).astype(float), of


def is_unusual(counts, low, high):
    return (counts < low) | (counts > high)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.24, 0.94])
def test_false_alarms_of_limits_are_as_rare_as_stated(share):
    chance = np.random.default_rng(7)
    marked = judged = 0
    for _ in range(400):
        counts, of = simulated(chance, 28, share)
        low, high = control_limits(counts, of, np.ones(28, dtype=bool))
        marked += is_unusual(counts, low, high).sum()
        judged += np.isfinite(low).sum()
    assert judged == 400 * 28
    assert marked / judged <= 0.003
    assert marked > 0  # else the limits would be wider than they need to be


def test_only_the_day_with_doubled_rate_is_unusual():
    chance = np.random.default_rng(3)
    counts, of = simulated(chance, 28, 0.10, sizes=(200, 201))
    counts[17] = 40
    low, high = control_limits(counts, of, np.ones(28, dtype=bool))
    assert np.flatnonzero(is_unusual(counts, low, high)).tolist() == [17]


def test_a_day_that_loses_all_its_opens_is_marked():
    counts, of = np.full(14, 25.0), np.full(14, 100.0)
    counts[5] = 3
    low, high = control_limits(counts, of, np.ones(14, dtype=bool))
    assert np.flatnonzero(is_unusual(counts, low, high)).tolist() == [5]


def test_limits_are_wider_where_there_are_fewer_emails():
    of = np.array([30.0, 300.0, 3_000.0, 300.0, 300.0])
    low, high = control_limits(of * 0.2, of, np.ones(5, dtype=bool))
    width = (high - low) / of
    assert width[0] > width[1] > width[2]


@pytest.mark.parametrize("fault", ["few", "unknown", "more than there are", "not to be judged"])
def test_unjudged_day_has_no_limits_and_moves_none(fault):
    counts, of, judged = np.full(10, 20.0), np.full(10, 100.0), np.ones(10, dtype=bool)
    undisturbed = control_limits(counts[1:], of[1:], judged[1:])
    if fault == "few":
        counts[0], of[0] = 1, MIN_JUDGED_OF - 1
    elif fault == "unknown":
        counts[0] = np.nan
    elif fault == "more than there are":
        counts[0] = 120
    else:
        judged[0] = False
    low, high = control_limits(counts, of, judged)
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert [low[1:].tolist(), high[1:].tolist()] == [part.tolist() for part in undisturbed]


def test_four_days_are_too_few_to_fall_out_of():
    low, high = control_limits(np.full(4, 20.0), np.full(4, 100.0), np.ones(4, dtype=bool))
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@pytest.mark.parametrize("days", [28, 90])
def test_clustered_open_rates_raise_few_alarms(days):
    """Emails of one day are alike: independent limits would mark a day in most of these charts."""
    random, marked = np.random.default_rng(3), 0
    for _ in range(300):
        of = volumes(random, days, 180)
        counts = outcomes(random, of, 0.4, 0.01).astype(float)
        low, high = control_limits(counts, of.astype(float), np.ones(days, dtype=bool))
        marked += is_unusual(counts, low, high).any()
    assert marked / 300 <= 0.1 + 2.33 * np.sqrt(0.1 * 0.9 / 300)


def test_a_clear_fall_on_clustered_days_is_found():
    random, result = np.random.default_rng(4), 0
    for _ in range(200):
        of = volumes(random, 28, 180)
        counts = outcomes(random, of, 0.4, 0.01).astype(float)
        counts[15] = outcomes(random, of[15:16], 0.08, 0.01)[0]
        low, high = control_limits(counts, of.astype(float), np.ones(28, dtype=bool))
        result += bool(is_unusual(counts, low, high)[15])
    assert result / 200 >= 0.8
