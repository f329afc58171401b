"""The positive share of classified replies, and its bounds over unclassified and neutral replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach_results.metrics.intervals import Interval, wilson
from outreach_results.metrics.rates import ratio
from outreach_results.models import Sentiment


@dataclass(frozen=True, slots=True)
class PositiveRate:
    """The share of positive replies among the ``classified`` ones by people (all but the automatic ones).

    ``if_unclassified`` is the range of the share over every way to classify the ``unclassified`` replies: none or all
    of them are positive. ``if_neutral_positive_too`` takes all of them and the neutral ones for positive. ``interval``
    is Wilson's of ``rate``; ``widest`` reaches from the lower end with none to the upper end with all of the
    unclassified ones. ``rate`` and ``interval`` are None without a classified reply, the others without a reply.
    """

    positive: int
    classified: int
    unclassified: int
    neutral: int
    rate: float | None
    interval: Interval | None
    if_unclassified: Interval | None
    if_neutral_positive_too: float | None
    widest: Interval | None


def positive_rate(counts: Mapping[Sentiment, int]) -> PositiveRate:
    """The positive rate of that many replies of each sentiment."""
    positive, neutral = counts.get(Sentiment.POSITIVE, 0), counts.get(Sentiment.NEUTRAL, 0)
    unclassified = counts.get(Sentiment.UNCLASSIFIED, 0)
    classified = positive + neutral + counts.get(Sentiment.NEGATIVE, 0)
    people = classified + unclassified
    low, high = wilson(positive, people), wilson(positive + unclassified, people)
    return PositiveRate(
        positive=positive,
        classified=classified,
        unclassified=unclassified,
        neutral=neutral,
        rate=ratio(positive, classified),
        interval=wilson(positive, classified),
        if_unclassified=Interval(positive / people, (positive + unclassified) / people) if people else None,
        if_neutral_positive_too=ratio(positive + unclassified + neutral, people),
        widest=Interval(low.low, high.high) if low and high else None,
    )
