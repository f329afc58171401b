"""The positive rate, and how far the doubtful replies could move it."""

import itertools

import pytest
from scipy.stats import binomtest

from outreach_results import metrics
from outreach_results.models import Sentiment

COUNTS = {
    Sentiment.POSITIVE: 12,
    Sentiment.NEUTRAL: 10,
    Sentiment.NEGATIVE: 13,
    Sentiment.UNCLASSIFIED: 6,
    Sentiment.AUTOMATIC: 99,
}


def scipys_wilson(count: int, of: int) -> tuple[float, float]:
    interval = binomtest(count, of).proportion_ci(0.95, "wilson")
    return float(interval.low), float(interval.high)


def test_it_is_the_share_of_classified_replies() -> None:
    result = metrics.positive_rate(COUNTS)
    assert (result.positive, result.classified, result.rate) == (12, 35, 12 / 35)


def test_its_interval_is_scipys() -> None:
    assert metrics.positive_rate(COUNTS).interval == pytest.approx(scipys_wilson(12, 35))


def test_bounds_cover_every_way_to_classify() -> None:
    result = metrics.positive_rate(COUNTS)
    truths = itertools.product([True, False], repeat=COUNTS[Sentiment.UNCLASSIFIED])
    possible = [(12 + sum(flipped)) / 41 for flipped in truths]
    assert (min(possible), max(possible)) == result.if_unclassified
    assert result.if_neutral_positive_too == (12 + 6 + 10) / 41


def test_widest_range_spans_all_intervals() -> None:
    intervals = [scipys_wilson(12 + flipped, 41) for flipped in range(7)]
    widest = min(low for low, _ in intervals), max(high for _, high in intervals)
    assert metrics.positive_rate(COUNTS).widest == pytest.approx(widest)


def test_without_doubt_the_bounds_are_the_interval() -> None:
    result = metrics.positive_rate(COUNTS | {Sentiment.UNCLASSIFIED: 0})
    assert result.if_unclassified == (result.rate, result.rate)
    assert result.widest == result.interval


@pytest.mark.parametrize("counts", [{}, {Sentiment.AUTOMATIC: 5}])
def test_without_a_reply_by_a_person_there_is_no_rate(counts: dict[Sentiment, int]) -> None:
    result = metrics.positive_rate(counts)
    assert (result.rate, result.interval, result.widest, result.if_unclassified) == (None, None, None, None)
