"""One field a filter, respected by every question."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import pytest

from outreach_results import results
from outreach_results.models import Basis, Filters
from outreach_results.models.filters import CONDITIONS, DESCRIPTIONS, about, metadata_of
from outreach_results.results.inbox_filters import parameter_values, query_shape
from outreach_results.results.query import roles
from outreach_results.store import schema

SAYS_ONLY = {"clients", "tags"}  # they say how the campaigns were chosen: `results.narrowed` puts in the ids
NAMES = [one.name for one in fields(Filters) if one.name not in SAYS_ONLY]
CHOSEN: dict[str, Any] = {
    "campaigns": ("camp_abc123",),
    "start": date(2026, 3, 1),
    "end": date(2026, 2, 1),
    "basis": Basis.SEND,
    "humans_only": True,
}
"""A value of each filter that leaves out some of the sample data."""


def test_every_filter_is_described():
    assert list(DESCRIPTIONS) == [one.name for one in fields(Filters)]
    assert all(description.endswith(".") for description in DESCRIPTIONS.values())


def test_every_filter_chooses_rows_or_columns():
    assert set(NAMES) - set(CONDITIONS) == {"humans_only"}  # it chooses columns: `results.query.count_column`


@pytest.mark.parametrize(
    ("metadata", "missing"), [({}, "description"), ({"description": "What it means."}, "condition")]
)
def test_a_filter_without_metadata_is_an_error(metadata, missing):
    @dataclass
    class Filters:
        start: int = field(default=0, metadata=about("First day."))
        client: int = field(default=0, metadata=metadata)

    with pytest.raises(TypeError, match=f"^The filter Filters.client has no {missing}: set its metadata"):
        metadata_of(Filters, missing)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_chosen_filter_is_one_condition(name):
    wide, narrow = Filters(), Filters(**{name: CHOSEN[name]})
    added = 0 if name == "basis" else 1  # a basis is always chosen
    assert len(narrow.conditions(roles(schema.daily_stats))) == len(wide.conditions(roles(schema.daily_stats))) + added


def test_conditions_skip_columns_that_are_not_there():
    assert len(Filters(**CHOSEN).conditions(roles(schema.annotations))) == 3


@pytest.mark.parametrize("name", NAMES)
def test_every_filter_narrows_the_totals(name, sample_store):
    wide = Filters(end=date(2026, 3, 10))  # within the data, else both bases count the same
    narrow = replace(wide, **{name: CHOSEN[name]})
    result = [results.campaign_totals(sample_store, filters).to_csv() for filters in (wide, narrow)]
    assert result[0] != result[1], f"{name} is ignored"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "basis"])
def test_the_inbox_and_its_counts_respect_every_filter(name, sample_store):
    narrow = Filters(**{name: CHOSEN[name]})
    result = results.inbox(sample_store, narrow, per_page=100)
    everything = results.inbox(sample_store, Filters())
    assert 0 < result.pagination.total < everything.pagination.total
    assert len(result.replies) == min(100, result.pagination.total)
    assert sum(result.counts.values()) == result.pagination.total


@pytest.mark.parametrize("name", [name for name in CONDITIONS if name != "basis"])
def test_inbox_cache_keys_differ_by_every_filter(name):
    narrow = Filters(**{name: CHOSEN[name]})
    assert query_shape(narrow) != query_shape(Filters())
    assert f"filter_{name}" in parameter_values(narrow)
