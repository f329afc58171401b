"""How long things wait: against a table computed by hand, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_results.metrics.waiting import ENOUGH_DONE, WaitingTime, waiting_time

TRIALS = 2_000


def test_waiting_time_matches_a_published_example():
    """Weeks until relapse under 6-MP (Freireich 1963): of 21 children 9 relapsed, the median is 23 weeks."""
    relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    found = waiting_time(relapsed, [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    assert (found.cases, found.done, found.median, found.low, found.high) == (21, 9, 23, 13, None)
    assert (found.q1, found.q3) == (13, None)


def test_without_open_ones_it_is_the_plain_median():
    found = waiting_time([*map(float, range(1, 12))], [])
    assert (found.median, found.q1, found.q3) == (6, 3, 9)


def test_few_that_are_done_are_not_enough():
    assert waiting_time([1.0] * (ENOUGH_DONE - 1), [9.0]) == WaitingTime(ENOUGH_DONE, ENOUGH_DONE - 1)
    assert waiting_time([], []) == WaitingTime(0, 0)


@pytest.mark.parametrize(("cases", "open_after"), [(10, None), (20, 30.0), (60, 12.0)], ids=["few", "some", "many"])
def test_interval_covers_the_true_median(cases, open_after):
    """Lognormal waits with a median of 5 hours; the looks at them come after an exponential time."""
    chance = np.random.default_rng(cases)
    covered = judged = below = 0
    for _ in range(TRIALS):
        waits = 5 * np.exp(chance.normal(0, 1.2, cases))
        looks = np.full(cases, np.inf) if open_after is None else chance.exponential(open_after, cases)
        found = waiting_time(waits[waits <= looks].tolist(), looks[waits > looks].tolist())
        if found.median is None:
            continue
        judged += 1
        covered += found.low is not None and found.low <= 5 and (found.high is None or found.high >= 5)
        below += found.median < 5
    assert judged > TRIALS / 2
    assert covered / judged > 0.93
    assert 0.42 < below / judged < 0.58, "the median of those that are done alone would be too short"
