"""Accounts that send in bulk, and the weeks that are drawn for them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from outreach_results.metrics.bulk_sending import bulk_paths, is_bulk_sender

SUNDAY = date(2026, 3, 29)


def weeks(*counts: tuple[int, ...]) -> np.ndarray:
    return np.array(counts, dtype=float).ravel()


NEWSLETTER = (0, 500, 0, 0, 0, 0, 0)
NOTHING = (0,) * 7
EVERY_DAY = (90, 100, 100, 90, 80, 0, 0)


@pytest.mark.parametrize(
    ("sent", "is_bulk"),
    [
        (weeks(*[NEWSLETTER] * 8), True),
        (weeks(*[NEWSLETTER, NOTHING] * 4), True),
        (weeks(*[(0, 500, 0, 500, 0, 0, 0)] * 8), False),  # exactly 60%
        (weeks(*[EVERY_DAY] * 8), False),
        (weeks(*[EVERY_DAY] * 3, *[NOTHING] * 5), False),  # paused
        (weeks(*[NEWSLETTER] * 3), False),  # too young
        (np.zeros(56), False),
    ],
)
def test_few_large_sendings_are_bulk(sent, is_bulk):
    assert is_bulk_sender(sent, SUNDAY) is is_bulk


def test_a_fortnightly_newsletter_stays_fortnightly():
    paths = bulk_paths(weeks(*[NOTHING, NEWSLETTER] * 6), 21, np.random.default_rng(1), 500)
    assert paths.shape == (500, 21)
    assert (paths.reshape(500, 3, 7).sum(axis=2) > 0).tolist() == [[False, True, False]] * 500
    assert set(np.flatnonzero(paths.any(axis=0))) == {8}  # a Tuesday


def test_drawn_weeks_are_those_of_the_past():
    sizes = [100.0, 200.0, 400.0, 300.0]
    sent = np.concatenate([np.array(NEWSLETTER) / 500 * size for size in sizes * 2])
    drawn = bulk_paths(sent, 7, np.random.default_rng(2), 4000)[:, 1]
    assert drawn.mean() == pytest.approx(np.mean(sizes), rel=0.15)
    assert drawn.std() > 80
