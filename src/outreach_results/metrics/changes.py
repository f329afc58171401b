"""Changes between two periods, and whether they are more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from outreach_results.metrics.intervals import Interval, wilson
from outreach_results.metrics.rates import ratio


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a number: ``difference`` in its unit, ``relative`` as a share (0.1: 10 % more).

    ``is_noise`` where chance alone may explain it.
    """

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
    """The change of a rate; noise where Newcombe's interval of the difference contains 0.

    None without a rate in both periods, or where the earlier one is 0.
    """
    now, before = ratio(count, of), ratio(count_before, of_before)
    if now is None or not before:
        return None
    difference = difference_interval(count, of, count_before, of_before, confidence)
    is_noise = difference is None or difference.low <= 0 <= difference.high
    return Change(now - before, now / before - 1, is_noise)


def count_change(count: int | None, count_before: int | None, confidence: float = 0.95) -> Change | None:
    """The change of a count of rare events such as meetings, over periods of the same length.

    Given their sum, the count of two Poisson processes with the same rate is binomial with one half (the conditional
    test of Przyborowski and Wilenski): noise where the interval of the share in this period contains one half.
    """
    if count is None or not count_before:
        return None
    share = wilson(count, count + count_before, confidence)
    return Change(count - count_before, count / count_before - 1, share is None or share.low <= 0.5 <= share.high)


def difference_interval(
    count: int | None, of: int | None, count_before: int | None, of_before: int | None, confidence: float = 0.95
) -> Interval | None:
    """Newcombe's interval of the difference of two independent shares (Newcombe 1998, method 10).

    None where one of them has no Wilson interval.
    """
    one, two = wilson(count, of, confidence), wilson(count_before, of_before, confidence)
    if one is None or two is None:
        return None
    # From the ends of both Wilson intervals, because the normal interval of a difference is too narrow near 0 and 1.
    p, q = ratio(count, of) or 0.0, ratio(count_before, of_before) or 0.0
    low = (p - q) - sqrt((p - one.low) ** 2 + (two.high - q) ** 2)
    high = (p - q) + sqrt((one.high - p) ** 2 + (q - two.low) ** 2)
    return Interval(low, high)
