"""The effect of the end of a month on sending."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from outreach_results.metrics.month_end import is_month_end, month_end
from outreach_results.metrics.seasonality import weekday_seasonality

LAST = date(2026, 3, 20)
DAYS = 182


def account_of(factor: float, seed: int = 1) -> np.ndarray:
    """Half a year of 100 emails a workday, with another number on the last three workdays of each month."""
    first = LAST - timedelta(days=DAYS - 1)
    workday = np.array([(first + timedelta(days=n)).weekday() < 5 for n in range(DAYS)])
    mean = np.where(is_month_end(first, DAYS), factor, 1.0) * 100 * workday
    return np.random.default_rng(seed).poisson(mean).astype(float)


def effect_of(sent: np.ndarray):
    seasonality = weekday_seasonality(sent, LAST)
    assert seasonality is not None
    return month_end(seasonality, LAST)


def test_last_three_workdays_of_a_month():
    days = is_month_end(date(2026, 2, 20), 14)
    assert [date(2026, 2, 20) + timedelta(days=int(n)) for n in np.flatnonzero(days)] == [
        date(2026, 2, 25),
        date(2026, 2, 26),
        date(2026, 2, 27),
    ]


@pytest.mark.parametrize("factor", [0.4, 2.0, 3.0])
def test_effect_is_estimated(factor):
    result = effect_of(account_of(factor))
    assert result is not None
    assert np.exp(result.mean) == pytest.approx(factor, rel=0.2)


def test_no_effect_is_found_where_there_is_none():
    assert sum(effect_of(account_of(1.0, seed)) is not None for seed in range(60)) <= 1


def test_one_month_shows_no_effect():
    sent = account_of(3.0)
    assert effect_of(sent[-45:]) is None


def test_effect_is_removed_and_drawn_again():
    sent = account_of(2.0)
    result = effect_of(sent)
    assert result is not None
    assert result.removed(sent, LAST).sum() < 0.93 * sent.sum()
    factors = result.draw(date(2026, 3, 21), 11, np.random.default_rng(3), 2000)
    assert np.median(factors, axis=0).round(1).tolist() == pytest.approx([1] * 6 + [2] + [1, 1] + [2, 2], abs=0.3)
