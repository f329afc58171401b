"""The named periods, counted back from a day, and what each is compared with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.models.periods import PRESETS, a_year_earlier, days_before, months_earlier

BY_CODE = {preset.code: preset for preset in PRESETS}
FRIDAY = date(2026, 3, 27)

EXPECTED = {
    "yesterday": ((3, 26), (3, 26), (2026, 3, 25), (2026, 3, 25)),
    "7d": ((3, 21), (3, 27), (2026, 3, 14), (2026, 3, 20)),
    "28d": ((2, 28), (3, 27), (2026, 1, 31), (2026, 2, 27)),
    "week": ((3, 23), (3, 27), (2026, 3, 16), (2026, 3, 20)),
    "last_week": ((3, 16), (3, 22), (2026, 3, 9), (2026, 3, 15)),
    "month": ((3, 1), (3, 27), (2026, 2, 1), (2026, 2, 27)),
    "last_month": ((2, 1), (2, 28), (2026, 1, 1), (2026, 1, 31)),
    "quarter": ((1, 1), (3, 27), (2025, 10, 1), (2025, 12, 27)),
    "year": ((1, 1), (3, 27), (2025, 1, 1), (2025, 3, 27)),
}


@pytest.mark.parametrize("code", EXPECTED)
def test_a_period_and_the_one_before(code: str) -> None:
    first, last, first_before, last_before = EXPECTED[code]
    days = BY_CODE[code].days(FRIDAY)
    assert days == (date(2026, *first), date(2026, *last))
    assert BY_CODE[code].before(*days) == (date(*first_before), date(*last_before))


def test_missing_days_become_the_last_of_the_month() -> None:
    assert BY_CODE["month"].before(date(2026, 3, 1), date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert a_year_earlier(date(2024, 2, 29), date(2024, 3, 1)) == (date(2023, 2, 28), date(2023, 3, 1))


@pytest.mark.parametrize("code", BY_CODE)
@given(today=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_periods_end_by_today_after_those_before(code: str, today: date) -> None:
    first, last = BY_CODE[code].days(today)
    first_before, last_before = BY_CODE[code].before(first, last)
    assert first <= last <= today
    assert first_before <= last_before < first


@given(first=st.dates(date(2000, 1, 1), date(2100, 1, 1)), more=st.integers(0, 400))
def test_days_before_are_as_many_and_adjacent(first: date, more: int) -> None:
    last = first + timedelta(more)
    before = days_before(first, last)
    assert before[1] - before[0] == last - first
    assert before[1] == first - timedelta(1)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 24))
def test_months_earlier_keeps_the_day(day: date, months: int) -> None:
    earlier, _ = months_earlier(day, day, months=months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day == day.day or (earlier + timedelta(1)).day == 1
