"""Changes between two periods, and whether they are more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from outreach_results.metrics.intervals import Interval, wilson
from outreach_results.metrics.rates import ratio


@dataclass(frozen=True, slots=True)
class Change:
    """How a number moved, by how much and ``relative`` to before; ``is_noise`` where chance alone may explain it."""

    difference: float
    relative: float
    is_noise: bool = False


def relative_change(now: float | None, before: float | None) -> Change | None:
    """The change of a number that is chosen, not drawn by chance, such as what was sent or spent."""
    if now is None or not before:
        return None
    return Change(now - before, now / before - 1)


def rate_change(
    count: int | None, of: int | None, count_before: int | None, of_before: int | None, confidence: float = 0.95
) -> Change | None:
    """The change of a rate; noise where the interval of the difference holds 0."""
    now, before = ratio(count, of), ratio(count_before, of_before)
    if now is None or not before:
        return None
    difference = difference_interval(count, of, count_before, of_before, confidence)
    is_noise = difference is None or difference.low <= 0 <= difference.high
    return Change(now - before, now / before - 1, is_noise)


def count_change(count: int | None, count_before: int | None, confidence: float = 0.95) -> Change | None:
    """The change of a count of rare events such as meetings, over periods of the same length.

    Were both periods alike, each event would fall into either with the same chance: noise where the interval of
    the share that fell into this one holds one half.
    """
    if count is None or not count_before:
        return None
    share = wilson(count, count + count_before, confidence)
    return Change(count - count_before, count / count_before - 1, share is None or share.low <= 0.5 <= share.high)


def difference_interval(
    count: int | None, of: int | None, count_before: int | None, of_before: int | None, confidence: float = 0.95
) -> Interval | None:
    """Newcombe's interval of the difference of two independent shares, from their Wilson intervals.

    None where one of them is no share.
    """
    one, two = wilson(count, of, confidence), wilson(count_before, of_before, confidence)
    if one is None or two is None:
        return None
    p, q = ratio(count, of) or 0.0, ratio(count_before, of_before) or 0.0
    low = (p - q) - sqrt((p - one.low) ** 2 + (two.high - q) ** 2)
    high = (p - q) + sqrt((one.high - p) ** 2 + (q - two.low) ** 2)
    return Interval(low, high)
