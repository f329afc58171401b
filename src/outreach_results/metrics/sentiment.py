"""The positive rate of replies by people, and its bounds over unclassified and neutral replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach_results.metrics.intervals import Interval, wilson
from outreach_results.metrics.rates import ratio
from outreach_results.models import Sentiment


@dataclass(frozen=True, slots=True)
class PositiveRate:
    """The share of positive replies among those by people (all but the automatic ones), and its bounds.

    ``rate`` takes none of the ``unclassified`` replies for positive, ``if_unclassified_positive`` all of them, and
    ``if_neutral_positive_too`` the neutral ones as well. ``interval`` is Wilson's of ``rate``; ``widest`` reaches from
    its lower end to the upper end of that with all unclassified ones. All are shares; None without a reply.
    """

    positive: int
    people: int
    unclassified: int
    neutral: int
    rate: float | None
    interval: Interval | None
    if_unclassified_positive: float | None
    if_neutral_positive_too: float | None
    widest: Interval | None


def positive_rate(counts: Mapping[Sentiment, int]) -> PositiveRate:
    """The positive rate of that many replies of each sentiment."""
    positive, neutral = counts.get(Sentiment.POSITIVE, 0), counts.get(Sentiment.NEUTRAL, 0)
    unclassified = counts.get(Sentiment.UNCLASSIFIED, 0)
    people = positive + neutral + unclassified + counts.get(Sentiment.NEGATIVE, 0)
    low, high = wilson(positive, people), wilson(positive + unclassified, people)
    return PositiveRate(
        positive=positive,
        people=people,
        unclassified=unclassified,
        neutral=neutral,
        rate=ratio(positive, people),
        interval=low,
        if_unclassified_positive=ratio(positive + unclassified, people),
        if_neutral_positive_too=ratio(positive + unclassified + neutral, people),
        widest=Interval(low.low, high.high) if low and high else None,
    )
