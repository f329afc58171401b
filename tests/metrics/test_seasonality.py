"""The weekday seasonality of an account, and the days it skipped."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from outreach_results.metrics import weekday_seasonality

FRIDAY = date(2026, 3, 27)
WEEK = np.array([5, 4, 3, 2, 1, 0, 0]) * 20.0  # from Monday


def days(weeks: int = 12, last: date = FRIDAY) -> np.ndarray:
    return np.array([WEEK[(last - timedelta(days=back)).weekday()] for back in reversed(range(7 * weeks))])


@pytest.mark.parametrize("last", [FRIDAY, FRIDAY - timedelta(days=3), FRIDAY + timedelta(days=2)])
def test_the_shares_of_the_weekdays_are_found(last):
    result = weekday_seasonality(days(last=last), last)
    assert result is not None
    np.testing.assert_allclose(result.shares, WEEK / WEEK.sum())
    assert result.shares.sum() == pytest.approx(1)
    assert list(result.is_main) == [True, True, True, True, False, False, False]


def test_recent_weeks_count_more():
    before, after = days(6), days(6)[::-1].copy()
    result = weekday_seasonality(np.concatenate([before, after]), FRIDAY)
    even = weekday_seasonality(np.concatenate([after, before]), FRIDAY)
    assert result is not None
    assert even is not None
    assert result.shares[0] < even.shares[0]


def test_empty_workday_is_skipped_and_sunday_is_not():
    sent = days()
    sent[-5] = 0  # a Monday
    result = weekday_seasonality(sent, FRIDAY)
    assert result is not None
    assert list(np.flatnonzero(result.skipped)) == [len(result.sent) - 5]
    np.testing.assert_allclose(result.shares, WEEK / WEEK.sum())


def test_a_small_account_has_empty_days_by_chance():
    random = np.random.default_rng(2)
    result = weekday_seasonality(random.poisson(0.8, 84).astype(float), FRIDAY)
    assert result is not None
    assert not result.skipped.any()


def test_by_the_last_day_of_a_month_all_of_it_is_due():
    result = weekday_seasonality(days(), FRIDAY)
    assert result is not None
    assert result.share_by(date(2026, 2, 28)) == 1
    assert result.share_by(date(2026, 2, 7)) == pytest.approx(0.25)  # February 2026 is four whole weeks
    assert result.share_by(date(2026, 2, 2)) == pytest.approx(0.25 / 3)  # Sunday brings nothing, Monday a third


def test_thirteen_days_are_no_rhythm():
    assert weekday_seasonality(days()[-13:], FRIDAY) is None
    assert weekday_seasonality(np.zeros(90), FRIDAY) is None
