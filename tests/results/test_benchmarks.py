"""The numbers that a community publishes, how old they are and on how many campaigns they rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from outreach_results import results
from outreach_results.errors import QueryError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import BenchmarkRecord
from outreach_results.results import COST_PER_EMAIL
from outreach_results.store.engine import Store

LAST_DAY = date(2026, 3, 27)


def test_the_contracts_benchmarks_are_the_answer(every_sample_store: Store, golden):
    peers = results.community(every_sample_store, "sales-outreach")
    assert peers.numbers.model_dump(mode="json") == golden("benchmarks")
    assert list(peers.numbers.benchmarks) == ["delivery_rate", "open_rate", "reply_rate", COST_PER_EMAIL]


def test_the_whole_community_is_the_empty_mcp(sample_store: Store):
    assert results.benchmark_mcps(sample_store)[0] == ""
    assert results.community(sample_store, None).numbers.sample_size == 5316


def test_unknown_mcp_error_names_known_ones(sample_store: Store):
    with pytest.raises(QueryError, match="partner-outreach, recruiting-outreach, sales-outreach"):
        results.community(sample_store, "fishing")


def test_age_and_size_are_shown(sample_store: Store):
    sales, partners = (results.community(sample_store, mcp) for mcp in ("sales-outreach", "partner-outreach"))
    assert sales.age_on(LAST_DAY) == 56
    assert not sales.is_stale_on(LAST_DAY)
    assert not sales.is_small
    assert partners.age_on(LAST_DAY) == 283
    assert partners.is_stale_on(LAST_DAY)
    assert partners.is_small


def test_unknown_benchmark_values_stay_none(sqlite_store: Store):
    load(sqlite_store, "test", [BenchmarkRecord("", "open_rate", 0.2, 0.1, 0.2, 0.3, None, None)])
    peers = results.community(sqlite_store, None)
    assert peers.age_on(LAST_DAY) is None
    assert not peers.is_stale_on(LAST_DAY)
    assert not peers.is_small
    assert peers.sampled is None


def test_180_days_are_not_stale_and_181_are(sqlite_store: Store):
    updated = datetime(2026, 1, 1, tzinfo=UTC)
    load(sqlite_store, "test", [BenchmarkRecord("", "open_rate", 0.2, 0.1, 0.2, 0.3, 99, updated)])
    peers = results.community(sqlite_store, None)
    assert not peers.is_stale_on(date(2026, 1, 1) + timedelta(days=180))
    assert peers.is_stale_on(date(2026, 1, 1) + timedelta(days=181))
    assert peers.is_small


def test_the_median_of_few_campaigns_is_a_range(sample_store: Store):
    sales, partners = (results.community(sample_store, mcp) for mcp in ("sales-outreach", "partner-outreach"))
    ranges = [peers.median_range("reply_rate") for peers in (sales, partners)]
    assert ranges[0] is not None
    assert ranges[1] is not None
    assert ranges[0].low < 0.045 < ranges[0].high
    assert ranges[0].high - ranges[0].low < (ranges[1].high - ranges[1].low) / 4
    assert sales.median_range("smile_rate") is None
