"""The range of a month's outcomes holds about four of five months."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from outreach_results.metrics.pace import remaining_outcomes

FIRST = date(2026, 1, 5)
END = date(2026, 3, 31)
DAYS = (END - FIRST).days + 1


def month_ends(random: np.random.Generator, rate: float, clumps: float, today: date) -> tuple[int, int, float]:
    """The range of what is to come after ``today``, and what came."""
    weekend = np.array([(FIRST + timedelta(days=day)).weekday() >= 5 for day in range(DAYS)])
    means = np.where(weekend, 0.1, 1.0) * rate
    # Negative binomial days: `clumps` is the variance of a day as a multiple of its mean.
    counts = random.poisson(means) if clumps == 1 else random.negative_binomial(means / (clumps - 1), 1 / clumps)
    seen = (today - FIRST).days + 1
    found = remaining_outcomes(counts[:seen].astype(np.float64), today, END)
    assert found is not None
    return int(found.low), int(found.high), float(counts[seen:].sum())


@pytest.mark.parametrize("rate", [0.4, 1.5, 8.0, 60.0])
@pytest.mark.parametrize("clumps", [1.0, 3.0])
@pytest.mark.parametrize("day", [5, 20])
def test_range_holds_about_four_of_five_months(rate: float, clumps: float, day: int) -> None:
    random = np.random.default_rng(round(rate * 10 + clumps * 1_000 + day))
    months = [month_ends(random, rate, clumps, date(2026, 3, day)) for _ in range(600)]
    share = np.mean([low <= came <= high for low, high, came in months])
    # Of small whole numbers a range cannot hold exactly four of five.
    assert 0.74 <= share <= (0.97 if rate < 2 else 0.90)


def test_range_narrows_as_the_month_goes_on() -> None:
    counts = np.tile([1.0, 2.0, 0.0, 1.0, 1.0, 0.0, 0.0], 12)
    widths = []
    for day in (5, 15, 25):
        found = remaining_outcomes(counts[: (date(2026, 3, day) - FIRST).days + 1], date(2026, 3, day), END)
        assert found is not None
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)


def test_over_is_over_and_little_is_not_enough() -> None:
    counts = np.ones(40)
    assert remaining_outcomes(counts, END, END) == (0.0, 0.0)
    assert remaining_outcomes(counts[:13], date(2026, 3, 5), END) is None
    assert remaining_outcomes(np.append(counts, np.nan), date(2026, 3, 5), END) is None


def test_without_outcomes_some_may_still_come() -> None:
    found = remaining_outcomes(np.zeros(42), date(2026, 3, 5), END)
    assert found is not None
    assert (found.low, found.high) == (0.0, 2.0)
