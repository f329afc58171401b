"""The large chart of the overview: the metric of the chosen tile over the period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from outreach_results.metrics import Every, bucket_start
from outreach_results.models import Annotation
from outreach_results.models.metric_definitions import METRICS, RATES, Unit
from outreach_results.results import HeadlineSeries
from outreach_results.results.rows import records
from outreach_results.ui import text
from outreach_results.ui.charts.annotations import annotate
from outreach_results.ui.charts.base import COLORS, FAINT, GREY, LABELS, empty, translucent
from outreach_results.ui.charts.time_axis import holds
from outreach_results.ui.charts.trend_labels import unfinished_sentence
from outreach_results.ui.figure import Figure

HEIGHT = 300

Point = Mapping[str, Any]
"""A row of `HeadlineSeries.points`; None for what is not known."""

_MOST_TICKS = 9
_COMPARED_WIDTH = 28  # of the line that stands for the only value of the comparison, in pixels
_HOVER_TEXT = "%{customdata}<extra></extra>"

_WRITE = {Unit.EMAILS: text.number, Unit.REPLIES: text.number, Unit.SHARE: text.percent, Unit.DOLLARS: text.money}
_TICKS = {Unit.EMAILS: ",d", Unit.REPLIES: ",d", Unit.SHARE: ".0%", Unit.DOLLARS: "$,.2f"}


def headline_chart(
    series: HeadlineSeries,
    notes: Sequence[Annotation] = (),
    *,
    compared_with: str = "",
    unfinished: datetime | None = None,
) -> Figure:
    """A rate as a line within its 95% range, a number as bars; the comparison as a thin dotted line.

    Args:
        compared_with: what the dotted line is, for its label in the tooltip.
        unfinished: until when the last day is known, in the reporting zone, while it is not over. What it counts in is
            marked: the end of a line is dotted and hollow, a bar is faint.
    """
    metric, points = METRICS[series.name], records(series.points)
    is_line = series.name in RATES or metric.numerator is not None
    drawn = (point[name] for point in points for name in ("value", "high", "compared"))
    peak = max([0.0, *(value for value in drawn if value is not None)])
    top = peak * 1.12 or 1.0
    ticks = ".1%" if metric.unit == Unit.SHARE and peak < 0.05 else _TICKS[metric.unit]
    figure = empty(
        HEIGHT,
        showlegend=False,
        hovermode="x unified",
        bargap=0.25,
        margin={"l": 8, "r": 60 if is_line else 16, "t": 12, "b": 8},
        xaxis={"type": "date", "tickformat": "%b %-d", "hoverformat": "%b %-d, %Y"} | _ticks(_column(points, "date")),
        yaxis={"tickformat": ticks, "range": [0, top], "nticks": 6},
    )
    if is_line:
        _line(figure, series, points, unfinished)
    else:
        _bars(figure, series, points, unfinished)
    _compared(figure, series.name, points, compared_with)
    annotate(figure, notes, lambda day: bucket_start(day, series.every))
    return figure


def _column(points: Sequence[Point], name: str) -> list[Any]:
    return [point[name] for point in points]


def _ticks(dates: list[Any]) -> dict[str, Any]:
    # Between a few days Plotly puts ticks at hours, which would repeat the days.
    return {"tickvals": dates} if len(dates) < _MOST_TICKS else {"nticks": _MOST_TICKS}


def _line(figure: Figure, series: HeadlineSeries, points: Sequence[Point], unfinished: datetime | None) -> None:
    color = COLORS[series.name]
    days, ends = _outline(points)
    if days:
        figure.add_scatter(
            x=days,
            y=ends,
            mode="none",
            fill="toself",
            fillcolor=translucent(color, 0.14),
            hoverinfo="skip",
        )
    known = [point for point in points if point["value"] is not None]
    is_open = len(known) > 1 and _is_open(series, known[-1], unfinished)
    # Without the point that is not complete: each trace tells its points on hover, and none may be told twice.
    whole = [point for point in points if point["date"] < known[-1]["date"]] if is_open else points
    figure.add_scatter(
        x=_column(whole, "date"),
        y=_column(whole, "value"),
        mode="lines" if len(known) > 1 else "markers",
        line={"color": color, "width": 2.5},
        **({} if len(known) > 1 else _single(points, color)),
        hovertemplate=_HOVER_TEXT,
        customdata=[_sentence(series, point, unfinished) for point in whole],
    )
    if is_open:
        _open_end(figure, series, known, unfinished)
    if known:
        last = known[-1]
        figure.add_annotation(
            x=last["date"],
            y=last["value"],
            text=f"<b>{text.escape_plotly(_write(series.name, last['value']))}</b>",
            xanchor="left",
            xshift=6 if len(known) > 1 else _COMPARED_WIDTH / 2 + 4,
            showarrow=False,
            font={"color": color, "size": 13},
        )


def _open_end(figure: Figure, series: HeadlineSeries, known: Sequence[Point], unfinished: datetime | None) -> None:
    """The step to a point that is not complete, dotted, and the point, hollow."""
    color, end, last = COLORS[series.name], known[-2:], known[-1:]
    figure.add_scatter(
        x=_column(end, "date"),
        y=_column(end, "value"),
        mode="lines",
        line={"color": color, "width": 2.5, "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=_column(last, "date"),
        y=_column(last, "value"),
        mode="markers",
        marker={"symbol": "circle-open", "size": 8, "color": color, "line": {"color": color, "width": 2}},
        hovertemplate=_HOVER_TEXT,
        customdata=[_sentence(series, point, unfinished) for point in last],
    )


def _is_open(series: HeadlineSeries, point: Point, unfinished: datetime | None) -> bool:
    """Whether a point counts the day that is not over."""
    return holds(point["date"], series.every, unfinished)


def _single(points: Sequence[Point], color: str) -> dict[str, Any]:
    """How the only value is drawn: a dot that can be seen, with its range as arms."""
    above, below = _arms(points, "high", "value"), _arms(points, "value", "low")
    arms = {"type": "data", "symmetric": False, "array": above, "arrayminus": below}
    return {"marker": {"color": color, "size": 10}, "error_y": arms | {"color": color, "thickness": 2, "width": 8}}


def _arms(points: Sequence[Point], end: str, start: str) -> list[float]:
    return [0.0 if None in (point[end], point[start]) else point[end] - point[start] for point in points]


def _outline(points: Sequence[Point]) -> tuple[list[Any], list[Any]]:
    """The days and ends of the range, around each stretch of days that has one; None between them, over the gaps."""
    days: list[Any] = []
    ends: list[Any] = []
    for has_range, stretch in groupby(points, key=lambda point: point["low"] is not None):
        run = list(stretch)
        if has_range and len(run) > 1:
            days += [*_column(run, "date"), *_column(run[::-1], "date"), None]
            ends += [*_column(run, "high"), *_column(run[::-1], "low"), None]
    return days[:-1], ends[:-1]


def _bars(figure: Figure, series: HeadlineSeries, points: Sequence[Point], unfinished: datetime | None) -> None:
    color = COLORS[series.name]
    figure.add_bar(
        x=_column(points, "date"),
        y=_column(points, "value"),
        marker={
            "color": [translucent(color, FAINT if _is_open(series, point, unfinished) else 0.75) for point in points]
        },
        hovertemplate=_HOVER_TEXT,
        customdata=[_sentence(series, point, unfinished) for point in points],
    )


def _compared(figure: Figure, name: str, points: Sequence[Point], compared_with: str) -> None:
    known = [point for point in points if point["compared"] is not None]
    if not known:
        return
    figure.add_scatter(
        x=_column(known, "date"),
        y=_column(known, "compared"),
        mode="lines" if len(known) > 1 else "markers",
        line={"color": GREY, "width": 1.3, "dash": "dot"},
        # Wide, so that it can be seen behind the mark of the only value.
        marker={"symbol": "line-ew", "size": _COMPARED_WIDTH, "line": {"color": GREY, "width": 2}},
        hovertemplate=_HOVER_TEXT,
        customdata=[f"{text.escape_plotly(compared_with)}: {_write(name, point['compared'])}" for point in known],
    )


def _sentence(series: HeadlineSeries, point: Point, unfinished: datetime | None) -> str:
    if point["value"] is None:
        return f"{LABELS[series.name]}: {text.MISSING}"
    shown = f"{LABELS[series.name]}: {_write(series.name, point['value'])}"
    if point["low"] is not None:
        shown += f" ({_write(series.name, point['low'])} to {_write(series.name, point['high'])})"
    if unfinished is not None and _is_open(series, point, unfinished):
        shown += f"<br>{unfinished_sentence(unfinished)}"
    return shown


def _write(name: str, value: float) -> str:
    return _WRITE[METRICS[name].unit](float(value))


def subtitle(series: HeadlineSeries) -> str:
    """What a point of the chart covers, for its heading: Reply rate, 7-day average with 95% range."""
    label = LABELS[series.name]
    if series.name in RATES:
        return f"{label}, 7-day average with 95% range"
    if METRICS[series.name].numerator is not None:
        return f"{label}, over 28 days"
    return f"{label} by {'day' if series.every == Every.DAY else 'week'}"
