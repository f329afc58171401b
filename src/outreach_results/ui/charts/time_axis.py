"""The axis of days, weeks or months that the figures of the trends share, with weekends in gray."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from outreach_results.metrics import Every, bucket_start
from outreach_results.ui import text
from outreach_results.ui.charts.base import GREY

_TICKS = 8
_MOST_SHADED_DAYS = 200  # beyond, the weekends of a chart are stripes too narrow to be told apart
_SATURDAY = 5
_DAY = timedelta(days=1)
_A_MONDAY, _A_WEEK = "2024-01-01", 7 * 24 * 60 * 60 * 1000  # in milliseconds, the unit of Plotly's date axes
_HALF = {Every.DAY: _DAY / 2, Every.WEEK: 3.5 * _DAY, Every.MONTH: 15 * _DAY}
_HOVER = {Every.DAY: text.WEEKDAY, Every.WEEK: f"Week of {text.DAY}", Every.MONTH: text.MONTH}
_TICK = {Every.DAY: "%b %-d\n%Y", Every.WEEK: "%b %-d\n%Y", Every.MONTH: "%b\n%Y"}


def time_axis(dates: Sequence[datetime], every: Every) -> dict[str, Any]:
    """The layout of the x axis for the first days of all days, weeks or months that are shown."""
    if every == Every.MONTH:
        between: Any = f"M{max(1, ceil(len(dates) / _TICKS))}"
    else:
        weeks = len(dates) / (7 if every == Every.DAY else 1)
        between = _A_WEEK * max(1, ceil(weeks / _TICKS))
    few: dict[str, Any] = {}
    if len(dates) < _TICKS:
        few = {"tickmode": "array", "tickvals": list(dates)}
        if dates[0].year == dates[-1].year:
            few["tickformat"] = _TICK[every].partition("\n")[0]  # else each would repeat the year
    return {
        "type": "date",
        "range": list(_span(dates, every)),
        "tickformat": _TICK[every],
        "hoverformat": _HOVER[every],
        "spikecolor": GREY,
        "spikethickness": 1,
        "spikedash": "solid",
        "tick0": _A_MONDAY,
        "dtick": between,
    } | few


def holds(start: datetime, every: Every, moment: datetime | None) -> bool:
    """Whether a moment lies in the day, week or month that begins on a day; never without a moment."""
    return moment is not None and bucket_start(moment.date(), every) == start.date()


def weekends(dates: Sequence[datetime], every: Every) -> list[dict[str, Any]]:
    """Gray areas behind Saturdays and Sundays, through all plots of a figure by day."""
    if every != Every.DAY or not 1 < len(dates) <= _MOST_SHADED_DAYS:
        return []
    first, last = _span(dates, every)
    before = datetime.combine(first.date(), time.min) - _DAY  # of an axis that begins on a Sunday, the day before too
    saturday = before + (_SATURDAY - before.weekday()) % 7 * _DAY
    saturdays = [saturday + week * 7 * _DAY for week in range((last - saturday).days // 7 + 1)]
    spans = [(max(first, day - _DAY / 2), min(last, day + 1.5 * _DAY)) for day in saturdays]
    return [_area(*span) for span in spans if span[0] < span[1]]


def selected_line(day: date) -> dict[str, Any]:
    """A line through all plots of a figure at what is selected."""
    return {
        "type": "line",
        "x0": f"{day:%Y-%m-%d}",
        "x1": f"{day:%Y-%m-%d}",
        "xref": "x",
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": GREY, "width": 1.5},
    }


def _span(dates: Sequence[datetime], every: Every) -> tuple[datetime, datetime]:
    return dates[0] - _HALF[every], dates[-1] + _HALF[every]


def _area(start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": start,
        "x1": end,
        "xref": "x",
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": "rgba(128, 140, 155, 0.09)",
    }
