"""A period by its name or its days, and what it is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from outreach_results import results
from outreach_results.errors import QueryError
from outreach_results.models import Filters
from outreach_results.models.periods import PRESETS
from outreach_results.store.engine import Store
from support.optional import present


def test_named_period_counts_back_from_the_data(sample_store: Store) -> None:
    period = present(results.chosen_period(sample_store, Filters(), "7d"))
    assert (period.first, period.last) == (date(2026, 3, 21), date(2026, 3, 27))
    assert (period.filters.start, period.filters.end) == (period.first, period.last)
    comparison = present(period.comparison)
    assert (comparison.start, comparison.end) == (date(2026, 3, 14), date(2026, 3, 20))
    assert (period.compared_with, period.versus) == ("Mar 14 – 20, 2026", "previous 7 days")


@pytest.mark.parametrize("code", [preset.code for preset in PRESETS])
def test_every_preset_has_its_own_days(sample_store: Store, code: str) -> None:
    preset = next(one for one in PRESETS if one.code == code)
    period = present(results.chosen_period(sample_store, Filters(), code))
    assert (period.first, period.last) == preset.days(date(2026, 3, 27))
    assert period.label == preset.label


def test_own_days_are_compared_with_as_many_before(sample_store: Store) -> None:
    filters = Filters(start=date(2026, 3, 11), end=date(2026, 3, 20))
    comparison = present(present(results.chosen_period(sample_store, filters)).comparison)
    assert (comparison.start, comparison.end) == (date(2026, 3, 1), date(2026, 3, 10))


def test_all_time_has_open_ends_and_no_comparison(sample_store: Store) -> None:
    period = present(results.chosen_period(sample_store, Filters()))
    assert (period.filters, period.comparison) == (Filters(), None)
    assert period.remark == "no comparison for all time"
    assert (period.first, period.last) == results.date_range(sample_store)


def test_before_the_data_nothing_is_compared(sample_store: Store) -> None:
    first, _ = present(results.date_range(sample_store))
    period = present(results.chosen_period(sample_store, Filters(start=first, end=first)))
    assert period.comparison is None
    assert period.remark.startswith("no comparison: the data begins ")


@pytest.mark.parametrize(
    ("filters", "code", "sentence"),
    [
        (Filters(), "never", "'never' isn't a period. Use one of yesterday, 7d"),
        (Filters(start=date(2026, 3, 1)), "7d", "Name a period or its days, not both."),
        (Filters(start=date(2026, 3, 2), end=date(2026, 3, 1)), None, "The period starts on 2026-03-02, after its end"),
    ],
)
def test_wrong_period_is_refused_in_a_sentence(
    sample_store: Store, filters: Filters, code: str | None, sentence: str
) -> None:
    with pytest.raises(QueryError, match="^" + sentence):
        results.chosen_period(sample_store, filters, code)


def test_without_data_there_is_no_period(sqlite_store: Store) -> None:
    assert results.chosen_period(sqlite_store, Filters(), "7d") is None
