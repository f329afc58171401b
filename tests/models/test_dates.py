"""Dates and times in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.models import dates

TUESDAY = date(2026, 3, 10)


def test_a_day_has_its_words() -> None:
    assert (dates.day(TUESDAY), dates.short_day(TUESDAY)) == ("Mar 10, 2026", "Mar 10")
    assert (dates.weekday(TUESDAY), dates.short_weekday(TUESDAY)) == ("Tue, Mar 10, 2026", "Tue, Mar 10")
    assert (dates.month(TUESDAY), dates.short_month(TUESDAY)) == ("March 2026", "Mar 2026")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (TUESDAY, TUESDAY, "Mar 10, 2026"),
        (date(2026, 3, 1), TUESDAY, "Mar 1 – 10, 2026"),
        (date(2026, 2, 28), TUESDAY, "Feb 28 – Mar 10, 2026"),
        (date(2025, 3, 10), TUESDAY, "Mar 10, 2025 – Mar 10, 2026"),
    ],
)
def test_days_name_what_differs(first: date, last: date, words: str) -> None:
    assert dates.days(first, last) == words


@given(st.dates(), st.dates())
def test_days_have_both_ends_and_their_years(first: date, last: date) -> None:
    words = dates.days(first, last)
    assert words.startswith(f"{first:%b} {first.day}")
    assert words.endswith(f"{last.day}, {last:%Y}")
    assert f"{first:%Y}" in words


def test_moments_are_told_in_a_zone() -> None:
    instant = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert dates.moment(instant, ZoneInfo("UTC")) == "Jan 31, 2026, 11:30 PM"
    assert dates.moment(instant, ZoneInfo("Asia/Tokyo")) == "Feb 1, 2026, 8:30 AM"
    assert dates.clock(datetime(2026, 1, 1, 0, 5)) == "12:05 AM"  # noqa: DTZ001
