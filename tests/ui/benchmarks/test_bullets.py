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
        (0.272, 0.326, "Between the 27th and the 33rd percentile."),
        (0.0, 0.52, "Below the 52nd percentile."),
        (0.31, 1.0, "Above the 31st percentile."),
        (0.0, 1.0, "At any percentile."),
        (0.50, 0.504, "At the 50th percentile."),
        (0.75, 1.0, "Above the 75th percentile."),
        (0.0, 0.25, "Below the 25th percentile."),
    ],
)
def test_a_percentile_is_a_range_in_words(low, high, words):
    assert bullets.percentile_sentence(Interval(low, high)) == words


@pytest.mark.parametrize(
    ("share_in", "words"),
    [
        (0.812, "81% of replies are in; the rate is the one expected in the end."),
        (0.994, "99% of replies are in; the rate is the one expected in the end."),
        (0.996, ""),
        (None, ""),
    ],
)
def test_an_adjusted_rate_says_how_much_is_in(share_in, words):
    assert bullets.maturity_sentence("reply_rate", share_in) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 27), "56 days old"),
        (date(2026, 1, 31), "1 day old"),
        (date(2026, 1, 30), "as recent as your data"),
        (date(2026, 1, 20), "10 days newer than your data"),
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
