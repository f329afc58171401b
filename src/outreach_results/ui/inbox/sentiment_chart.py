"""The chart of sentiments over time, and the positive rate with its uncertainty."""

from __future__ import annotations

from datetime import UTC, date, datetime

import streamlit as st

from outreach_results import metrics, results
from outreach_results.models import Sentiment
from outreach_results.results import ReplyStatus
from outreach_results.ui import cards, charts, clicks, filters, text, url_state
from outreach_results.ui.cache import ask, draw
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.filters import View
from outreach_results.ui.inbox import inbox_url, labels


def over_time(view: View) -> None:
    """Draw the positive rate and the sentiments over the period, of replies to do and done alike."""
    inbox_filters = inbox_url.read_filters()
    frame = ask(results.sentiment_over_time, view.filters, inbox_filters.of_rows())
    shown = [sentiment for sentiment in Sentiment if sentiment in inbox_url.sentiments_in(inbox_filters.kind)]
    counts = {sentiment: int(frame[sentiment].sum()) for sentiment in Sentiment}
    rate = metrics.positive_rate(counts)
    with cards.card("Sentiment over time", key="sentiments", help=labels.positive_rate_detail(rate)) as card:
        st.markdown(text.escape(labels.positive_rate_sentence(rate)))
        if counts[Sentiment.POSITIVE]:
            _first_response(view)
        if not any(counts.values()):
            return
        chart_with_data(
            draw(charts.sentiment_over_time, frame, shown),
            frame.rename(columns=str),
            view.filters,
            key="sentiments",
            alt="Replies over time by sentiment",
            on_click=clicks.on_chart_click(_show),
            card=card,
        )


def _first_response(view: View) -> None:
    """Draw how long positive replies wait until they are done, and lead to those that wait too long."""
    # To the hour, so that the answer can be kept; who has waited for days has not waited much longer.
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    response = ask(results.first_response, view.filters, now)
    with st.container(horizontal=True, vertical_alignment="center", key="inbox-response"):
        st.markdown(
            text.escape(response.sentence()),
            width="content",
            help="From a positive reply of this period to “Done”: the median and its 95% range. Replies that are not "
            "done count as waiting until now (Kaplan–Meier); they are not left out.",
        )
        if response.overdue:
            st.button(response.waiting(), key="inbox-overdue", type="tertiary", on_click=_show_overdue)


def _show_overdue() -> None:
    inbox_url.show_sentiment(Sentiment.POSITIVE, ReplyStatus.OPEN)
    url_state.keep_in_fragment()


def _show(bar: str) -> None:
    """Show the replies of a bar: those of its days and its sentiment."""
    first, last, sentiment = bar.split()
    filters.choose_days(date.fromisoformat(first), date.fromisoformat(last))
    inbox_url.show_sentiment(Sentiment(sentiment))
    st.rerun()  # the days are a filter of the whole page
