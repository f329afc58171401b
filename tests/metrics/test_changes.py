"""Changes between two periods."""

import pytest

from outreach_results import metrics


def test_change_has_difference_and_relative() -> None:
    change = metrics.relative_change(150, 100)
    assert change is not None
    assert (change.difference, change.relative, change.is_noise) == (50, 0.5, False)


@pytest.mark.parametrize("before", [None, 0])
def test_without_anything_before_there_is_no_change(before: int | None) -> None:
    assert metrics.relative_change(5, before) is None
