"""A best hour is named only where it would win again."""

from __future__ import annotations

import numpy as np

from outreach_results.metrics.best_slot import best_slot

OFFICE = np.zeros((7, 24))
OFFICE[:5, 9:18] = 1
DOUBLED = OFFICE.copy()
DOUBLED[1, 10] = 2


def named(hours: np.ndarray, events: int, runs: int = 100) -> list[int | None]:
    random = np.random.default_rng(2)
    return [best_slot(random.multinomial(events, hours.ravel() / hours.sum())) for _ in range(runs)]


def test_plain_office_hours_have_no_best_slot():
    for events in (200, 3_000, 50_000):
        assert named(OFFICE, events).count(None) == 100


def test_a_doubled_slot_is_found_from_3000_events_on():
    assert named(DOUBLED, 3_000).count(24 + 10) >= 90


def test_too_few_events_name_nothing():
    assert best_slot(np.bincount([5] * 20, minlength=168)) is None
