"""The contract's words as types."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from outreach_results.models import (
    COUNT_OF,
    COUNTS,
    HUMAN_COUNTS,
    Basis,
    Benchmarks,
    CampaignStats,
    DailyStats,
    EventType,
    Filters,
    Period,
    Replies,
    Stats,
    Usage,
    dollars,
)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("stats", CampaignStats),
        ("daily", DailyStats),
        ("replies", Replies),
        ("usage", Usage),
        ("benchmarks", Benchmarks),
    ],
)
def test_contract_examples_round_trip(golden, name, model):
    example = golden(name)
    assert model.model_validate(example).model_dump(mode="json", exclude_unset=True) == example


def test_an_instant_is_written_in_utc_and_ends_in_z():
    zurich = timezone(timedelta(hours=1))
    period = Period(start=datetime(2026, 1, 30, 1, tzinfo=zurich), end=datetime(2026, 1, 30, 1, 0, 0, 5, tzinfo=UTC))
    assert period.model_dump(mode="json") == {"start": "2026-01-30T00:00:00Z", "end": "2026-01-30T01:00:00.000005Z"}


def test_every_event_type_has_a_count():
    assert set(COUNT_OF) == set(EventType)
    assert set(Stats.model_fields) == set(COUNTS)
    assert {name.removesuffix("_human") for name in HUMAN_COUNTS} == set(COUNTS) - {"emails_sent"}


def test_a_count_that_nobody_gave_is_unknown_and_not_0():
    assert Stats().delivered is None


def test_unknown_fields_are_ignored():
    assert Stats.model_validate({"opened": 3, "opened_in_space": 1}) == Stats(opened=3)
    with pytest.raises(ValidationError):
        Stats.model_validate({"opened": "many"})


def test_filters_of_one_campaign_keep_the_rest():
    filters = Filters(campaigns=("a", "b"), start=date(2026, 1, 1), basis=Basis.SEND, humans_only=True)
    of_b = filters.of("b")
    assert of_b.campaigns == ("b",)
    assert (of_b.start, of_b.basis, of_b.humans_only) == (filters.start, filters.basis, filters.humans_only)


def test_micro_dollars_become_dollars_exactly():
    assert dollars(8_740_000) == 8.74
    assert dollars(1) == 0.000001
