"""The chart of sentiments over time, and the positive rate with its uncertainty."""

from __future__ import annotations

from datetime import date

import streamlit as st

from outreach_results import metrics, results
from outreach_results.models import Sentiment
from outreach_results.results import InboxFilters
from outreach_results.ui import cards, charts, clicks, filters, text
from outreach_results.ui.cache import ask, draw
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.filters import View
from outreach_results.ui.inbox import inbox_url, labels


def over_time(view: View, inbox_filters: InboxFilters) -> None:
    """Draw the positive rate and the sentiments over the period, of open and handled replies alike."""
    frame = ask(results.sentiment_over_time, view.filters, inbox_filters.of_rows())
    with cards.card("Sentiment over time", key="sentiments") as card:
        counts = {sentiment: int(frame[sentiment].sum()) for sentiment in Sentiment}
        st.markdown(text.escape(labels.positive_rate_sentence(metrics.positive_rate(counts))))
        if not any(counts.values()):
            return
        shown = inbox_url.sentiments_in(inbox_filters.kind)
        key = clicks.content_key("sentiments", view.filters, inbox_filters)
        chart_with_data(
            draw(charts.sentiment_over_time, frame, shown),
            frame.rename(columns=str),
            view.filters,
            key=key,
            name="sentiments",
            alt="Replies over time by sentiment",
            on_click=clicks.on_chart_click(_show),
            card=card,
        )


def _show(bar: str) -> None:
    """Show the replies of a bar: those of its days and its sentiment."""
    first, last, sentiment = bar.split()
    filters.choose_days(date.fromisoformat(first), date.fromisoformat(last))
    inbox_url.show_sentiment(Sentiment(sentiment))
