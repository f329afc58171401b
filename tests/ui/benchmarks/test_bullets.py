"""The sentences of the benchmark page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from outreach_results import results
from outreach_results.metrics import Interval
from outreach_results.models import Benchmarks, Filters
from outreach_results.results import Peers
from outreach_results.ui.benchmarks import bullets
from support.optional import present


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.41, 0.68, "Between the 41st and the 68th percentile."),
        (0.112, 0.226, "Between the 11th and the 23rd percentile."),
        (0.01, 0.52, "Between the 1st and the 52nd percentile."),
        (0.50, 0.504, "At the 50th percentile."),
        (0.99, 0.99, "Beyond the 99th percentile."),
        (0.01, 0.01, "Below the 1st percentile."),
    ],
)
def test_a_percentile_is_a_range_in_words(low, high, words):
    assert bullets.percentile_sentence(Interval(low, high)) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 27), "56 days before the last data"),
        (date(2026, 1, 31), "1 day before the last data"),
        (date(2026, 1, 30), "the day of the last data"),
        (date(2026, 1, 20), "10 days after the last data"),
    ],
)
def test_benchmark_age_counts_from_last_data(day, words):
    peers = Peers(Benchmarks(benchmarks={}, updated_at=datetime(2026, 1, 30, tzinfo=UTC)))
    assert bullets._age_text(peers, day) == words


def test_the_table_says_all_that_the_page_says(sample_store):
    peers = results.community(sample_store, "sales-outreach")
    rows = results.comparisons(sample_store, Filters(), peers)
    table = bullets.as_frame(rows).set_index("metric")
    reply = next(row for row in rows if row.metric == "reply_rate")
    assert table.loc["reply_rate", "value"] == reply.value
    assert table.loc["reply_rate", ["low", "high"]].tolist() == list(present(reply.interval))  # type: ignore[operator]
    assert table.loc["reply_rate", ["percentile_low", "percentile_high"]].tolist() == list(present(reply.percentiles))  # type: ignore[operator]
    assert table.loc["reply_rate", "p50"] == 0.045
    assert table.loc["reply_rate", "verdict"] == reply.verdict.words()
    assert table.loc["reply_rate", "own_p50"] == present(reply.own).p50
