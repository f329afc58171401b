"""The figures of the trends page: a panel for each metric above one time axis, and the cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby, pairwise
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outreach_results.metrics import Every, TimeSeries, bucket_start
from outreach_results.metrics.time_series import Point
from outreach_results.models import COST_COLUMNS, Annotation
from outreach_results.results import Trends
from outreach_results.ui.charts import trend_labels
from outreach_results.ui.charts.annotations import annotate
from outreach_results.ui.charts.base import COLORS, FAINT, LABELS, Y_AXIS, empty
from outreach_results.ui.charts.time_axis import holds, selected_line, time_axis, weekends
from outreach_results.ui.figure import Figure
from outreach_results.ui.text import escape_plotly, number, percent

UNUSUAL_COLOR = "#d1335b"
"""The color of the ring around unusual points. They are diamonds too, so color is not the only sign."""

COST_PARTS = (*COST_COLUMNS, "cost_not_broken_down")
"""The components of the cost, each a column of `Trends.costs` with the suffix ``_usd``."""

_PANEL_HEIGHT = {1: 340, 2: 178}
_LEAST_PANEL_HEIGHT = 118
_GAP = 18
_TOP, _BOTTOM = 8, 40  # pixels above the first panel, and for the dates below the last one
_LETTER, _LABEL_GAP = 7.8, 9  # pixels: of a bold letter of a label, and between a line and its label
_UNSEEN = "rgba(0, 0, 0, 0)"
_HOVER_TEXT = "%{text}<extra></extra>"
_LINES = {"mode": "lines", "hoverinfo": "skip"}
_STAY = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
_STEPS = (1, 2, 2.5, 5, 10)
_CENTS_BELOW = 2.0  # dollars: up to there the steps of an axis are parts of a dollar, and $0.2 is no price


def trend_chart(
    trends: Trends,
    notes: Sequence[Annotation] = (),
    *,
    with_mean: bool = False,
    selected: date | None = None,
    unfinished: datetime | None = None,
) -> Figure:
    """A panel for each metric with an axis of its own, one above the other over the same days.

    Args:
        unfinished: until when the last day is known, in the reporting zone, while it is not over.
        with_mean: draw the mean of seven days strong and the single days faint.
        selected: the first day of the point whose details are shown. A new value resets Plotly's selection; otherwise
            Plotly keeps one point selected and takes a second click on it as deselection.
    """
    dates = trends.spent["date"].tolist()
    count = len(trends.series)
    panel = _PANEL_HEIGHT.get(count, _LEAST_PANEL_HEIGHT)
    plots = count * panel + (count - 1) * _GAP
    tops = [_top(series) for series in trends.series]
    axes: dict[str, Any] = {}
    for place, (series, top) in enumerate(zip(trends.series, tops, strict=True)):
        end = 1 - place * (panel + _GAP) / plots
        ticks = _ticks(top, is_rate=series.is_rate, most=5 if count == 1 else 4)
        axes[_long(place)] = Y_AXIS | {
            "domain": [max(0.0, end - panel / plots), end],
            "range": [0, top],
            "tickvals": ticks,
            "tickformat": (".0%" if ticks[1] >= 0.01 else ".1%") if series.is_rate else ",d",
        }
    line = [] if selected is None else [selected_line(selected)]
    figure = empty(
        _TOP + plots + _BOTTOM,
        margin={"l": 8, "r": _label_width(trends.series), "t": _TOP, "b": _BOTTOM},
        showlegend=False,
        hoversubplots="axis",
        selectionrevision=str(selected),
        shapes=weekends(dates, trends.every) + line,
        xaxis=time_axis(dates, trends.every) | {"anchor": _short(count - 1)},
        **axes,
    )
    traces: list[dict[str, Any]] = []
    for place, (series, top) in enumerate(zip(trends.series, tops, strict=True)):
        drawn = _Panel(series, trends.every, top, with_mean=with_mean, unfinished=unfinished)
        traces += [trace | {"yaxis": _short(place)} for trace in drawn.traces()]
        figure.add_annotation(**drawn.label(), yref=_short(place))
    if trends.series:
        traces.append(_remarks(trends, unfinished))
    figure.data += traces
    annotate(figure, notes, lambda day: bucket_start(day, trends.every))
    return figure


def cost_chart(trends: Trends, *, unfinished: datetime | None = None) -> Figure:
    """The cost by component, over the same days; ``unfinished`` as in `trend_chart`."""
    dates: list[datetime] = trends.spent["date"].tolist()
    is_open = [holds(start, trends.every, unfinished) for start in dates]
    so_far = [f" {trend_labels.unfinished_sentence(unfinished)}" if unfinished and one else "" for one in is_open]
    peak = np.nan_to_num(trends.spent["cost_usd"]).max(initial=0.0)
    figure = empty(
        252,
        barmode="stack",
        bargap=0.25,
        shapes=weekends(dates, trends.every),
        xaxis=time_axis(dates, trends.every),
        yaxis={"tickformat": "$,.2f" if peak < _CENTS_BELOW else "$,", "nticks": 5},
    )
    for name in COST_PARTS:
        spent = trends.spent[f"{name}_usd"]
        if name not in COST_COLUMNS and not spent[~np.isnan(spent)].any():
            continue
        figure.add_bar(
            x=dates,
            y=spent,
            name=LABELS[name],
            marker={"color": COLORS[name], "line": {"width": 0}, "opacity": [FAINT if one else 1.0 for one in is_open]},
            text=[
                trend_labels.cost_sentence(name, value) + rest
                for value, rest in zip(spent.tolist(), so_far, strict=True)
            ],
            textposition="none",
            hovertemplate=_HOVER_TEXT,
        )
    return figure


class _Panel:
    """The traces and the label of one time series."""

    def __init__(
        self, series: TimeSeries, every: Every, top: float, *, with_mean: bool, unfinished: datetime | None
    ) -> None:
        self._series, self._every, self._top = series, every, top
        self._unfinished = unfinished
        self._color = COLORS[series.metric]
        self._is_mean = with_mean and bool(series.known("mean").any())
        self._dates: list[datetime] = series.columns["date"].tolist()
        self._is_shown = ~series.columns["is_small"]

    def traces(self) -> list[dict[str, Any]]:
        """The usual range, the comparison, the line, and the marks that tell about each point."""
        name = LABELS[self._series.metric]
        drawn = [*self._usual_range(), *self._compared(), *self._lines(), self._marks()]
        return [{"type": "scatter", "name": name, "showlegend": False} | trace for trace in drawn]

    def label(self) -> dict[str, Any]:
        """The name of the metric and its last value, at the end of its line."""
        is_known = self._series.known(self._main)
        places = np.flatnonzero(is_known & self._is_shown)
        places = np.flatnonzero(is_known) if not len(places) else places
        at = self._dates[places[-1] if len(places) else -1]
        value = float(self._series.columns[self._main][places[-1]]) if len(places) else None
        name = escape_plotly(LABELS[self._series.metric]).replace(" ", "<br>")
        shown = "not tracked" if value is None else percent(value) if self._series.is_rate else _count(value)
        return {
            "x": at,
            "y": 0 if value is None else min(value, self._top),
            "text": f"<b>{name}</b><br>{shown}",
            "align": "left",
            "xanchor": "left",
            "yanchor": "bottom" if value is None or value < 0.25 * self._top else "middle",
            "xshift": _LABEL_GAP,
            "showarrow": False,
            "font": {"size": 12, "color": self._color},
        }

    @property
    def _main(self) -> str:
        """The column of the line that stands out."""
        return "mean" if self._is_mean else "value"

    def _usual_range(self) -> list[dict[str, Any]]:
        """The range that chance alone explains, as a band."""
        judged = self._series.known("usual_low")
        if not judged.any():
            return []
        # One outline, because two lines with "tonexty" between them make Plotly tell the metrics in reverse on hover.
        days = self._days(judged)
        low, high = (self._series.columns[name][judged].tolist() for name in ("usual_low", "usual_high"))
        outline = {"x": [*days, *days[::-1]], "y": [*high, *low[::-1]]}
        fill = {"fill": "toself", "fillcolor": "rgba(128, 140, 155, 0.16)", "line": {"width": 0}}
        return [outline | fill | _LINES]

    def _compared(self) -> list[dict[str, Any]]:
        """The comparison as a thin dashed line."""
        column = "compared_mean" if self._is_mean else "compared"
        chosen = self._series.known(column) & self._is_shown
        if not chosen.any():
            return []
        line = {"color": self._color, "width": 1.2, "dash": "dash"}
        values = self._series.columns[column][chosen]
        return [{"x": self._days(chosen), "y": values, "opacity": 0.6, "line": line} | _LINES]

    def _days(self, chosen: NDArray[np.bool_]) -> list[datetime]:
        return [self._dates[place] for place in np.flatnonzero(chosen)]

    def _lines(self) -> list[dict[str, Any]]:
        """The line through the points, dotted where they are not complete, and the mean."""
        lines = self._line(self._is_shown, "value", is_main=not self._is_mean)
        if self._is_mean:
            lines += self._line(np.ones(len(self._dates), dtype=np.bool_), "mean", is_main=True)
        return lines

    def _line(self, chosen: NDArray[np.bool_], column: str, *, is_main: bool) -> list[dict[str, Any]]:
        columns = self._series.columns
        known = chosen & self._series.known(column)
        dates, values = self._days(known), columns[column][known].tolist()
        incomplete = (columns["is_immature"] | columns["is_partial"])[known].tolist()
        loose = [one or self._is_open(start) for one, start in zip(incomplete, dates, strict=True)]
        dotted = [one or other for one, other in pairwise(loose)]
        pieces = [(key, [i for i, _ in run]) for key, run in groupby(enumerate(dotted), key=lambda pair: pair[1])]
        return [
            {
                "x": dates[steps[0] : steps[-1] + 2],
                "y": values[steps[0] : steps[-1] + 2],
                "opacity": 1.0 if is_main else 0.4,
                "line": {
                    "color": self._color,
                    "width": (2.6 if self._is_mean else 2.0) if is_main else 1.0,
                    "dash": "dot" if is_dotted else "solid",
                },
            }
            | _LINES
            for is_dotted, steps in pieces
        ]

    def _is_open(self, start: datetime) -> bool:
        """Whether the point that begins on this day holds the day that is not over."""
        return holds(start, self._every, self._unfinished)

    def _marks(self) -> dict[str, Any]:
        """A mark for each point, seen only where it says something; all have a hover text and can be clicked."""
        points = self._series.rows()
        is_known = self._series.known("value")
        is_alone = np.count_nonzero(is_known) == 1
        looks = [self._look(point, is_alone=is_alone) for point in points]
        return {
            "x": self._dates,
            "y": np.minimum(np.where(is_known, self._series.columns["value"], 0.0), self._top),
            "mode": "markers",
            "marker": {
                "color": [look["color"] for look in looks],
                "symbol": [look["symbol"] for look in looks],
                "size": [look["size"] for look in looks],
                "line": {"color": [look["ring"] for look in looks], "width": [look["width"] for look in looks]},
            },
            "cliponaxis": False,
            "text": [self._hover_text(point).replace(". ", ".<br>") for point in points],
            "customdata": _keys(self._dates),
            "hovertemplate": _HOVER_TEXT,
            **_STAY,
        }

    def _look(self, point: Point, *, is_alone: bool) -> dict[str, Any]:
        look = {"symbol": "circle", "size": 7, "color": _UNSEEN, "ring": _UNSEEN, "width": 0}
        if pd.isna(point["value"]):
            return look
        if point["is_unusual"]:
            return look | {"symbol": "diamond", "size": 11, "color": self._color, "ring": UNUSUAL_COLOR, "width": 2.5}
        if point["is_small"] or self._is_mean:
            return look
        if point["is_immature"] or point["is_partial"] or self._is_open(point["date"]):
            symbol = "square-open" if point["is_partial"] and not point["is_immature"] else "circle-open"
            return look | {"symbol": symbol, "color": self._color, "ring": self._color, "width": 1.6}
        return look | {"color": self._color} if is_alone else look

    def _hover_text(self, point: Point) -> str:
        sentences = [trend_labels.point_sentence(self._series, point)]
        if self._is_mean and not pd.isna(point["mean"]):
            sentences.append(trend_labels.mean_sentence(self._series, point["mean"]))
        if not pd.isna(point["compared_mean" if self._is_mean else "compared"]):
            sentences.append(trend_labels.compared_sentence(self._series, point, self._every, is_mean=self._is_mean))
        return " ".join(sentences)


def _remarks(trends: Trends, unfinished: datetime | None) -> dict[str, Any]:
    """Hover texts without marks of their own: the cost, and which days, weeks or months are incomplete."""
    series, spent = trends.series[0], trends.spent["cost_usd"].tolist()
    dates = series.columns["date"].tolist()
    return {
        "type": "scatter",
        "x": dates,
        "y": np.where(series.known("value"), series.columns["value"], 0.0),
        "mode": "markers",
        "marker": {"size": 0.1, "color": _UNSEEN},
        "showlegend": False,
        "customdata": _keys(dates),
        "text": [
            trend_labels.remark(point, cost, trends.every, unfinished).replace(". ", ".<br>")
            for point, cost in zip(series.rows(), spent, strict=True)
        ],
        "hovertemplate": _HOVER_TEXT,
    }


def _keys(dates: Iterable[date]) -> list[str]:
    """The ``customdata`` that a click on these dates reports."""
    return [f"{day:%Y-%m-%d}" for day in dates]


def _count(value: float) -> str:
    return number(value) if float(value).is_integer() else f"{value:,.1f}"


def _label_width(series_list: Sequence[TimeSeries]) -> int:
    """The pixels that the labels need at the right: each word of a name has a line of its own."""
    words = [word for series in series_list for word in (*LABELS[series.metric].split(), "not tracked")]
    return round(max(map(len, words), default=0) * _LETTER) + _LABEL_GAP


def _long(place: int) -> str:
    return f"yaxis{place + 1}" if place else "yaxis"


def _short(place: int) -> str:
    return f"y{place + 1}" if place else "y"


def _top(series: TimeSeries) -> float:
    """The upper end of a panel, without rates of few emails: their extremes would squeeze all others."""
    is_shown = ~series.columns["is_small"]
    values = np.concatenate([series.columns[name][is_shown] for name in ("value", "usual_high", "compared")])
    highest = float(np.max(values, where=~np.isnan(values), initial=0.0))
    return max(0.01 if series.is_rate else 2.0, highest * 1.1)


def _ticks(top: float, *, is_rate: bool, most: int) -> list[float]:
    """Round values from 0 up, whole ones for counts and none finer than 0.1% for rates."""
    least = 0.001 if is_rate else 1.0
    rough = max(top / most, least)
    scale = 10.0 ** floor(log10(rough))
    # A quarter of a step has another decimal than the others.
    factors = [factor for factor in _STEPS if factor != 2.5 or (scale >= 10 and not is_rate)]
    step = next(scale * factor for factor in factors if scale * factor >= rough * 0.999)
    return [float(tick) for tick in np.arange(0, top * 1.0001, step).round(6)] or [0.0]
