"""The figure of the inbox draws the given values."""

from __future__ import annotations

from datetime import date

from outreach_results import results
from outreach_results.models import Filters, Sentiment
from outreach_results.ui import charts
from outreach_results.ui.charts import SENTIMENT_COLORS
from outreach_results.ui.charts import inbox as figures
from support.figures import checked

sentiment_over_time = checked(figures.sentiment_over_time)

MARCH = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27))
PEOPLE = [Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE, Sentiment.UNCLASSIFIED]


def test_stacked_bar_per_week_and_sentiment(sample_store):
    weeks = results.sentiment_over_time(sample_store, MARCH)
    figure = sentiment_over_time(weeks, PEOPLE)
    assert figure.layout.barmode == "stack"
    assert [trace.name for trace in figure.data] == ["Positive", "Neutral", "Negative", "Unclassified"]
    for trace, sentiment in zip(figure.data, PEOPLE, strict=True):
        assert list(trace.y) == list(weeks[sentiment])
        assert trace.marker.color == SENTIMENT_COLORS[sentiment]
    assert list(figure.data[0].x) == ["Feb 28, 2026", "Mar 2, 2026", "Mar 9, 2026", "Mar 16, 2026", "Mar 23, 2026"]


def test_bar_hover_text_and_click_data(sample_store):
    weeks = results.sentiment_over_time(sample_store, MARCH)
    trace = sentiment_over_time(weeks, PEOPLE).data[1]
    assert trace.hovertext[0] == "Feb 28 – Mar 1, 2026: 2 of 2 replies neutral. Click to view."
    assert trace.customdata[0] == "2026-02-28 2026-03-01 neutral"


def test_singular_day_and_reply(sample_store):
    days = results.sentiment_over_time(sample_store, Filters(start=date(2026, 3, 1), end=date(2026, 3, 1)))
    days.loc[0, Sentiment.POSITIVE] = 1
    days.loc[0, Sentiment.NEUTRAL] = 0
    days.loc[0, Sentiment.NEGATIVE] = days.loc[0, Sentiment.UNCLASSIFIED] = 0
    trace = sentiment_over_time(days, PEOPLE).data[0]
    assert trace.hovertext[0] == "Mar 1, 2026: 1 of 1 reply positive. Click to view."


def test_years_have_ten_ticks_and_all_bars(sample_store):
    weeks = results.sentiment_over_time(sample_store, Filters(start=date(2023, 1, 1), end=date(2026, 3, 27)))
    figure = sentiment_over_time(weeks, PEOPLE)
    assert len(figure.data[0].x) == len(weeks) > 150
    assert 8 <= len(figure.layout.xaxis.tickvals) <= 12


def test_sentiments_have_colors_of_their_own():
    assert set(SENTIMENT_COLORS) == set(Sentiment)
    assert len(set(SENTIMENT_COLORS.values())) == len(Sentiment)
    assert charts.SENTIMENT_COLORS is SENTIMENT_COLORS
