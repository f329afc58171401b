"""Alarms over many campaigns: few false ones, most of the real ones, no alarm for one of five."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from outreach_results.metrics.dispersion import DailyCounts
from outreach_results.metrics.exceedance import Finding, exceedance_p_value, exceeding, firmly_exceeding
from support.clustered import outcomes, volumes


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


def looks(seed: int, rate: float, days: int, *, icc: float = 0.01) -> tuple[np.ndarray, list[np.ndarray]]:
    """Emails a day of 13 campaigns (campaigns, days), and the events of each."""
    random = np.random.default_rng(seed)
    of = np.array([volumes(random, days, random.uniform(2, 110)) for _ in range(13)])
    return of, [outcomes(random, own, rate, icc) for own in of]


def firm(of: np.ndarray, counts: list[np.ndarray], limit: float, shown: slice = slice(None)) -> list[bool]:
    pairs = zip(counts, of, strict=True)
    return firmly_exceeding([DailyCounts(*(one[shown].astype(float) for one in pair)) for pair in pairs], limit)


def test_campaigns_at_the_limit_raise_no_alert() -> None:
    """The page would: of 13 campaigns just at the limit, it shows one as above it on every other view."""
    alarmed = 0
    for seed in range(30):
        of, counts = looks(seed, 0.02, 28 + 90)
        alarmed += any(any(firm(of, counts, 0.02, slice(end - 28, end))) for end in range(28, of.shape[1], 3))
    assert alarmed <= 2


def test_a_bought_list_raises_an_alert() -> None:
    found = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        of, counts = looks(seed, 0.008, 28)
        of[0] = volumes(random, 28, 1_000 / 28)
        counts[0] = outcomes(random, of[0], 0.08, 0.01)
        raised = firm(of, counts, 0.02)
        found += raised[0]
        assert not any(raised[1:])
    assert found >= 36


def test_one_of_five_raises_no_alert() -> None:
    assert firmly_exceeding([DailyCounts(np.array([1.0]), np.array([5.0])), None], limit=0.01) == [False, False]
    assert firmly_exceeding([], limit=0.01) == []
