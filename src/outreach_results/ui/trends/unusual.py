"""The list of unusual days, weeks or months."""

from __future__ import annotations

import streamlit as st

from outreach_results import metrics
from outreach_results.metrics import TimeSeries
from outreach_results.metrics.time_series import Point
from outreach_results.results import Trends
from outreach_results.ui import cards, charts, dates, tables, text, url_state
from outreach_results.ui.charts import trend_labels
from outreach_results.ui.filters import SEND_DATE
from outreach_results.ui.tables import Cell, Column, Kind, Row, Sort

_LISTED = 8
_MANY = 0.1  # of the points: more than this is no longer a few odd days
_COLUMNS = (
    Column("date", "Date", descending=True),
    Column("metric", "Metric"),
    Column("value", "Value", Kind.NUMBER),
    Column("usual", "Usual range", Kind.NUMBER),
)


def unusual(trends: Trends) -> None:
    """List the points outside the range that chance alone explains, newest first."""
    with cards.card(f"Unusual {trends.every}s", key="unusual"):
        if not trends.is_cohort:
            _not_judged()
            return
        points = [(series, point) for series in trends.series for point in series.rows() if point["is_unusual"]]
        if not points:
            st.caption(_none_caption(trends))
            return
        points.sort(key=lambda pair: pair[1]["date"], reverse=True)
        tables.show(
            _COLUMNS,
            [_row(series, point, trends) for series, point in points[:_LISTED]],
            key="unusual-table",
            alt=f"Unusual {trends.every}s",
            sort=Sort("date", descending=True),
        )
        st.caption(text.escape(_judgement(trends, len(points))))


def _row(series: TimeSeries, point: Point, trends: Trends) -> Row:
    low, high = trend_labels.limits(series, point)
    first, last = point["first"].date(), point["last"].date()
    return {
        "date": Cell(
            trend_labels.bucket_name(point["date"], trends.every),
            by=first.isoformat(),
            title="Show on the overview",
            href=url_state.address("overview", dates.days_texts(first, last)),
        ),
        "metric": Cell(charts.LABELS[series.metric]),
        "value": Cell(
            trend_labels.shown(series, point["value"]),
            by=float(point["value"]),
            note=trend_labels.shares(series, point),
        ),
        "usual": Cell(text.span(low, high), is_quiet=True),
    }


def _judgement(trends: Trends, count: int) -> str:
    every = trends.every
    sentences = [f"By chance alone, fewer than 3 in 1,000 {every}s would fall outside the usual range."]
    judged = sum(int(series.known("usual_low").sum()) for series in trends.series)
    if count > _MANY * judged:
        sentences.append("So many are outside that campaigns or lists must differ: look at one campaign at a time.")
    if count > _LISTED:
        sentences.append(f"{count - _LISTED} older ones are in the download of the chart.")
    return " ".join(sentences)


def _none_caption(trends: Trends) -> str:
    if any(series.known("usual_low").any() for series in trends.series):
        return f"No unusual {trends.every}s."
    return (
        f"Not enough data to find unusual {trends.every}s: it takes at least {metrics.MIN_JUDGED_POINTS} complete "
        f"{trends.every}s with {metrics.MIN_JUDGED_OF} emails or more, and a metric that is a share of them."
    )


def _not_judged() -> None:
    st.caption("Switch to send date to see outliers and days still collecting replies.")
    st.button("Switch to send date", key="count-on-sending", on_click=_count_on_sending)


def _count_on_sending() -> None:
    url_state.change("basis", url_state.codes("basis")[SEND_DATE])
