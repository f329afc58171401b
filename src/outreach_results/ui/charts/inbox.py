"""The figures of the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from outreach_results.models import Sentiment
from outreach_results.ui.charts.base import empty

SENTIMENT_COLORS: dict[Sentiment, str] = {
    Sentiment.POSITIVE: "#009e73",
    Sentiment.NEUTRAL: "#209ce2",
    Sentiment.NEGATIVE: "#d55e00",
    Sentiment.AUTOMATIC: "#7b8794",
    Sentiment.UNCLASSIFIED: "#8f6bc9",
}


def sentiment_over_time(frame: pd.DataFrame, shown: Sequence[Sentiment]) -> go.Figure:
    """Replies by sentiment: a stacked bar for each row of `results.sentiment_over_time`.

    The ``customdata`` of a bar is its first day, last day and sentiment, separated by spaces.
    """
    figure = empty(230, barmode="stack", hovermode="closest", bargap=0.25)
    days = [f"{first:%-d %b %Y}" for first in frame["first"]]
    labels = [_span(first, last) for first, last in zip(frame["first"], frame["last"], strict=True)]
    totals = [sum(int(row[sentiment]) for sentiment in shown) for row in frame.to_dict("records")]
    for sentiment in shown:
        counts = [int(n) for n in frame[sentiment]]
        figure.add_bar(
            x=days,
            y=counts,
            name=sentiment.capitalize(),
            marker_color=SENTIMENT_COLORS[sentiment],
            customdata=[
                f"{first} {last} {sentiment}" for first, last in zip(frame["first"], frame["last"], strict=True)
            ],
            hovertext=[
                f"{n:,} of {total:,} {'reply' if total == 1 else 'replies'} {label} {'is' if n == 1 else 'are'} "
                f"{sentiment}. Click to see {'it' if n == 1 else 'them'}."
                for n, total, label in zip(counts, totals, labels, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.update_yaxes(title="Replies", tickformat=",d", nticks=5)
    every = len(days) // 11 + 1  # so that about ten ticks remain
    figure.update_xaxes(
        type="category", tickvals=days[::every], ticktext=[day.rsplit(" ", 1)[0] for day in days[::every]]
    )
    return figure


def _span(first: date, last: date) -> str:
    if first == last:
        return f"on {first:%-d %b %Y}"
    return f"from {first:%-d %b} to {last:%-d %b %Y}"
