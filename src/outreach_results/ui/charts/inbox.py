"""The figures of the inbox."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from outreach_results.models import Sentiment
from outreach_results.ui import text
from outreach_results.ui.charts.base import empty
from outreach_results.ui.figure import Figure

SENTIMENT_COLORS: dict[Sentiment, str] = {
    Sentiment.POSITIVE: "#009e73",
    Sentiment.NEUTRAL: "#209ce2",
    Sentiment.NEGATIVE: "#d55e00",
    Sentiment.AUTOMATIC: "#7b8794",
    Sentiment.UNCLASSIFIED: "#8f6bc9",
}

SENTIMENT_NAMES: dict[Sentiment, str] = {
    sentiment: "Auto-reply" if sentiment is Sentiment.AUTOMATIC else sentiment.capitalize() for sentiment in Sentiment
}
"""What pages call each sentiment."""


def sentiment_over_time(frame: pd.DataFrame, shown: Sequence[Sentiment]) -> Figure:
    """Replies by sentiment: a stacked bar for each row of `results.sentiment_over_time`.

    The ``customdata`` of a bar is its first day, last day and sentiment, separated by spaces.
    """
    days = [text.day(first) for first in frame["first"]]
    every = len(days) // 11 + 1  # so that about ten ticks remain
    figure = empty(
        230,
        barmode="stack",
        hovermode="closest",
        bargap=0.25,
        xaxis={
            "type": "category",
            "tickvals": days[::every],
            "ticktext": [text.short_day(first) for first in frame["first"][::every]],
        },
        yaxis={"title": {"text": "Replies"}, "tickformat": ",d", "nticks": 5},
    )
    labels = [text.days(first, last) for first, last in zip(frame["first"], frame["last"], strict=True)]
    totals = [sum(int(row[sentiment]) for sentiment in shown) for row in frame.to_dict("records")]
    for sentiment in shown:
        counts, name = [int(n) for n in frame[sentiment]], SENTIMENT_NAMES[sentiment]
        figure.add_bar(
            x=days,
            y=counts,
            name=name,
            marker={"color": SENTIMENT_COLORS[sentiment]},
            customdata=[
                f"{first} {last} {sentiment}" for first, last in zip(frame["first"], frame["last"], strict=True)
            ],
            hovertext=[
                f"{label}: {n:,} of {total:,} {'reply' if total == 1 else 'replies'} {name.lower()}. Click to view."
                for n, total, label in zip(counts, totals, labels, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    return figure
