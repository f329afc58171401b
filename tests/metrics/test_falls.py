"""A rate that fell is named, one that did not hardly ever, however often one looks."""

from __future__ import annotations

import numpy as np

from outreach_results.metrics.dispersion import DailyCounts
from outreach_results.metrics.falls import falls
from support.clustered import outcomes, volumes

DAYS = 28
LEAST = 0.2


def days(count: np.ndarray, of: np.ndarray) -> DailyCounts:
    return DailyCounts(count.astype(np.float64), of.astype(np.float64))


def pair(count: np.ndarray, of: np.ndarray, end: int) -> tuple[DailyCounts, DailyCounts]:
    """The 28 days before a day, and those before them."""
    now, before = slice(end - DAYS, end), slice(end - 2 * DAYS, end - DAYS)
    return days(count[now], of[now]), days(count[before], of[before])


def test_daily_looks_at_a_steady_rate_hardly_alarm() -> None:
    random = np.random.default_rng(7)
    alarmed = 0
    for _ in range(60):
        of = volumes(random, 2 * DAYS + 90, random.uniform(20, 120))
        count = outcomes(random, of, random.uniform(0.03, 0.12), 0.01)
        looks = (falls({"a": pair(count, of, end)}, LEAST) for end in range(2 * DAYS, len(of)))
        alarmed += any(fall.is_firm for look in looks for fall in look.values())
    assert alarmed <= 3


def test_half_of_the_replies_are_missed() -> None:
    random = np.random.default_rng(8)
    found = 0
    for _ in range(60):
        of = volumes(random, 2 * DAYS, 180)
        count = np.concatenate([outcomes(random, of[:DAYS], 0.08, 0), outcomes(random, of[DAYS:], 0.04, 0)])
        others = {str(n): pair(outcomes(random, of, 0.08, 0.01), of, 2 * DAYS) for n in range(12)}
        found += falls({"a": pair(count, of, 2 * DAYS), **others}, LEAST).get("a") is not None
    assert found >= 55


def test_rise_and_small_fall_are_no_alarm() -> None:
    of = np.full(DAYS, 10_000)
    before = days(np.full(DAYS, 1_000), of)
    small, rise, large = (days(np.full(DAYS, count), of) for count in (850, 2_000, 700))
    found = falls({"small": (small, before), "rise": (rise, before), "large": (large, before)}, LEAST)
    assert list(found) == ["large"]
    assert found["large"].is_firm
    assert (round(found["large"].now, 3), round(found["large"].before, 3)) == (0.07, 0.1)


def test_what_only_looks_like_a_fall_is_not_firm() -> None:
    """It keeps an alert raised, and raises none: from 24 of 280 to 10 of 280."""
    of = np.full(DAYS, 10)
    now, before = (days(np.repeat([1, 0], [count, DAYS - count]), of) for count in (10, 24))
    (fall,) = falls({"a": (now, before)}, LEAST).values()
    assert not fall.is_firm
    assert falls({"a": (days(of * 0, of * 0), before)}, LEAST) == {}
