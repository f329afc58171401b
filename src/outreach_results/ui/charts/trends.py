"""The figures of the trends page: time series of metrics above, cost below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from itertools import groupby, pairwise
from math import ceil
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from outreach_results.metrics import Every, TimeSeries, bucket_start
from outreach_results.models import COST_COLUMNS, Annotation
from outreach_results.results import Trends
from outreach_results.ui.charts import trend_labels
from outreach_results.ui.charts.annotations import annotate
from outreach_results.ui.charts.base import COLORS, LABELS, Y_AXIS, empty, faint

UNUSUAL_COLOR = "#d1335b"
"""The color of the ring around unusual points. They are diamonds too, so color is not the only sign."""

_COST_PARTS = (*COST_COLUMNS, "cost_not_broken_down")
_GREY = "#8a94a1"
_MANY_POINTS = 62
_TICKS = 8
_A_DAY = 24 * 60 * 60 * 1000  # in milliseconds, the unit of Plotly's date axes
_A_MONDAY, _A_WEEK = "2024-01-01", 7 * _A_DAY
_HOVER_DATE = {Every.DAY: "%a %-d %b %Y", Every.WEEK: "Week of %a %-d %b %Y", Every.MONTH: "%B %Y"}
_TICK = {Every.DAY: "%-d %b\n%Y", Every.WEEK: "%-d %b\n%Y", Every.MONTH: "%b\n%Y"}
_HOVER_TEXT = "%{text}<extra></extra>"
_SILENT = {"mode": "lines", "hoverinfo": "skip"}
_STAY = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
_STAY_UNSEEN = {"selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}}}


def trend_chart(
    trends: Trends,
    notes: Sequence[Annotation] = (),
    *,
    with_mean: bool = False,
    compared_with: str = "",
    selected_day: str = "",
) -> go.Figure:
    """The time series of some metrics, and below them, over the same days, the cost by component.

    Args:
        with_mean: draw the mean of seven days strong and the single days faint.
        compared_with: what the dashed lines are, for the legend.
        selected_day: the point that was clicked last. A new value resets Plotly's selection; otherwise Plotly keeps one
            point selected in each plot and takes a second click on it as deselection.
    """
    top = _top(trends.series)
    figure = empty(520, barmode="stack", selectionrevision=selected_day, **_axes(trends, top))
    if len(trends.series) == 1:
        _usual_range(figure, trends.series[0])
    for series in trends.series:
        drawn = _Drawn(figure, series, trends.every, top, with_mean=with_mean)
        drawn.lines()
        drawn.points()
        drawn.compared()
    _remarks(figure, trends)
    _costs(figure, trends.costs)
    _key(figure, trends, compared_with)
    annotate(figure, notes, lambda day: bucket_start(day, trends.every))
    return figure


class _Drawn:
    """Adds the traces of one time series to a figure."""

    def __init__(
        self, figure: go.Figure, series: TimeSeries, every: Every, top: float | None, *, with_mean: bool
    ) -> None:
        self._figure, self._series, self._every, self._top = figure, series, every, top
        self._color = COLORS[series.metric]
        self._is_mean = with_mean and bool(series.points["mean"].notna().any())
        self._width = 3.0 if self._is_mean else 2.0

    def _add(self, **trace: Any) -> None:
        self._figure.add_scatter(legendgroup=self._series.metric, name=LABELS[self._series.metric], **trace)

    def compared(self) -> None:
        """Add the comparison as a thin dashed line."""
        column = "compared_mean" if self._is_mean else "compared"
        points = self._series.points[self._series.points[column].notna() & ~self._series.points["is_small"]]
        if points.empty:
            return
        self._add(
            x=points["date"],
            y=points[column],
            **_clickable(points["date"]) | _dash_of_one(points["date"], self._color, 1.2),
            showlegend=False,
            opacity=0.6,
            line={"color": self._color, "width": 1.2, "dash": "dash"},
            text=[
                trend_labels.compared_sentence(self._series, point, self._every, is_mean=self._is_mean)
                for point in points.to_dict("records")
            ],
            hovertemplate=_HOVER_TEXT,
        )

    def lines(self) -> None:
        """Add the line through the points, dotted where they are not complete, and the mean."""
        points = self._series.points
        self._line(points[~points["is_small"]], "value", is_main=not self._is_mean)
        if self._is_mean:
            self._line(points, "mean", is_main=True)
        self._add(x=[None], y=[None], mode="lines", line={"color": self._color, "width": self._width})

    def _line(self, points: pd.DataFrame, column: str, *, is_main: bool) -> None:
        known = points[points[column].notna()]
        dates, values = list(known["date"]), list(known[column])
        is_mean = column == "mean"
        texts = [trend_labels.mean_sentence(self._series, value) if is_mean else "" for value in values]
        loose = list(known["is_immature"] | known["is_partial"])
        dotted = [one or other for one, other in pairwise(loose)]
        pieces = [(key, [i for i, _ in run]) for key, run in groupby(enumerate(dotted), key=lambda pair: pair[1])]
        if is_mean and len(dates) == 1:
            pieces = [(False, [0])]
        for is_dotted, steps in pieces:
            part = slice(steps[0], steps[-1] + 2)
            self._add(
                x=dates[part],
                y=values[part],
                showlegend=False,
                opacity=1.0 if is_main else 0.4,
                line={
                    "color": self._color,
                    "width": self._width if is_main else 1.0,
                    "dash": "dot" if is_dotted else "solid",
                },
                text=texts[part],
                **(self._mean_marks(dates[part]) if is_mean else _SILENT),
            )

    def _mean_marks(self, dates: Sequence[pd.Timestamp]) -> dict[str, Any]:
        return _clickable(dates) | {"hovertemplate": _HOVER_TEXT} | _dash_of_one(dates, self._color, self._width)

    def points(self) -> None:
        """Add the points with hover texts: diamonds where unusual, hollow where not complete."""
        known = self._series.points[self._series.points["value"].notna()]
        looks = [self._marker(point) for point in known.to_dict("records")]
        self._add(
            x=known["date"],
            y=known["value"] if self._top is None else known["value"].clip(upper=self._top),
            **({"mode": "markers"} | self._value_beside()),
            showlegend=False,
            marker={
                "color": [look["color"] for look in looks],
                "symbol": [look["symbol"] for look in looks],
                "size": [look["size"] for look in looks],
                "line": {"color": [look["ring"] for look in looks], "width": [look["width"] for look in looks]},
            },
            cliponaxis=False,
            text=[
                trend_labels.point_sentence(self._series, point).replace(". ", ".<br>")
                for point in known.to_dict("records")
            ],
            customdata=_keys(known["date"]),
            hovertemplate=_HOVER_TEXT,
            **_STAY,
        )

    def _value_beside(self) -> dict[str, Any]:
        """The value in figures where there is a single point, which shows no movement."""
        if len(self._series.points) > 1:
            return {}
        figures = "  %{y:.1%}" if self._series.is_rate else "  %{y:,}"
        return {"mode": "markers+text", "texttemplate": figures, "textposition": "middle right"}

    def _marker(self, point: dict[Any, Any]) -> dict[str, Any]:
        style = {"symbol": "circle", "size": self._size(), "color": self._color, "ring": self._color, "width": 0}
        if point["is_unusual"]:
            return style | {"symbol": "diamond", "size": 12, "ring": UNUSUAL_COLOR, "width": 2.5}
        if point["is_immature"]:
            return style | {"symbol": "circle-open", "size": 8, "width": 1.8}
        if point["is_partial"]:
            return style | {"symbol": "square-open", "size": 8, "width": 1.8}
        if point["is_small"]:
            beyond = self._top is not None and point["value"] > self._top
            return style | {"symbol": "triangle-up" if beyond else "circle", "color": faint(self._color), "size": 5}
        return style

    def _size(self) -> int:
        if len(self._series.points) == 1:
            return 9
        return 6 if len(self._series.points) <= _MANY_POINTS and not self._is_mean else 3


def _keys(dates: Iterable[pd.Timestamp]) -> list[str]:
    """The ``customdata`` that a click on these dates reports."""
    return [f"{day:%Y-%m-%d}" for day in dates]


def _clickable(dates: Iterable[pd.Timestamp]) -> dict[str, Any]:
    """Invisible markers on a line, since Plotly reports clicks on markers only."""
    return {"mode": "lines+markers", "marker": {"opacity": 0}, "customdata": _keys(dates), **_STAY_UNSEEN}


def _dash_of_one(dates: Sized, color: str, width: float) -> dict[str, Any]:
    """A short level dash where a line has a single point, of which nothing would be drawn otherwise."""
    if len(dates) != 1:
        return {}
    line = {"color": color, "width": width}
    return {"mode": "markers", "marker": {"symbol": "line-ew", "size": 44, "line": line}, **_STAY}


def _top(series_list: Sequence[TimeSeries]) -> float | None:
    """The upper end of the rate axis, without points of few emails: their extremes would squeeze all others."""
    if not any(series.is_rate for series in series_list):
        return None
    known = [
        series.points.loc[~series.points["is_small"], ["value", "usual_high", "compared"]].max().max()
        for series in series_list
    ]
    highest = max((value for value in known if not pd.isna(value)), default=0.0)
    return float(highest) * 1.08 or None


def _usual_range(figure: go.Figure, series: TimeSeries) -> None:
    """Add the range that chance alone explains, as a band."""
    judged = series.points[series.points["usual_low"].notna()]
    shared = {"x": judged["date"], "mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    figure.add_scatter(y=judged["usual_low"], **shared)
    figure.add_scatter(y=judged["usual_high"], fill="tonexty", fillcolor="rgba(128, 140, 155, 0.16)", **shared)


def _remarks(figure: go.Figure, trends: Trends) -> None:
    """Hover texts without marks of their own: the cost, and which periods are incomplete.

    The cost bars have no hover where the mouse is over the time series: Plotly would then ignore clicks there.
    """
    if not trends.series:
        return
    points, spent = trends.series[0].points, trends.costs["cost_usd"]
    figure.add_scatter(
        x=points["date"],
        y=points["value"].fillna(0),
        mode="markers",
        marker={"size": 0.1, "color": "rgba(0, 0, 0, 0)"},
        showlegend=False,
        customdata=_keys(points["date"]),
        text=[
            trend_labels.remark(point, cost, trends.every).replace(". ", ".<br>")
            for point, cost in zip(points.to_dict("records"), spent, strict=True)
        ],
        hovertemplate=_HOVER_TEXT,
    )


def _costs(figure: go.Figure, costs: pd.DataFrame) -> None:
    for name in _COST_PARTS:
        spent = costs[f"{name}_usd"]
        if name not in COST_COLUMNS and not spent.any():
            continue
        figure.add_bar(
            x=costs["date"],
            y=spent,
            name=LABELS[name],
            legend="legend2",
            marker={"color": COLORS[name], "line": {"width": 0}},
            customdata=_keys(costs["date"]),
            text=[trend_labels.cost_sentence(name, value) for value in spent],
            textposition="none",
            hovertemplate=_HOVER_TEXT,
            yaxis="y2",
            width=_A_DAY if len(costs) == 1 else None,  # on its own a bar would be too thin to see
            **_STAY,
        )


def _key(figure: go.Figure, trends: Trends, compared_with: str) -> None:
    """Add legend entries for the kinds of marks that occur."""
    points = pd.concat([series.points for series in trends.series])
    signs: list[tuple[str, dict[str, Any]]] = []
    if points["compared"].notna().any():
        name = f"Compared: {compared_with}" if compared_with else "Compared"
        signs.append((name, {"mode": "lines", "line": {"color": _GREY, "width": 1.2, "dash": "dash"}}))
    for column, name, symbol in (
        ("is_unusual", f"Unusual {trends.every}", "diamond"),
        ("is_immature", "Still collecting", "circle-open"),
        ("is_partial", f"Part of a {trends.every}", "square-open"),
    ):
        if points[column].any():
            ring = {"color": UNUSUAL_COLOR, "width": 2.5} if column == "is_unusual" else {"width": 1.8}
            signs.append((name, {"marker": {"symbol": symbol, "size": 9, "color": _GREY, "line": ring}}))
    for name, look in signs:
        figure.add_scatter(x=[None], y=[None], name=name, **({"mode": "markers"} | look))


def _axes(trends: Trends, top: float | None) -> dict[str, Any]:
    """Dates for both plots, and an axis of values for each."""
    dates = trends.costs["date"]
    if trends.every == Every.MONTH:
        between: Any = f"M{max(1, ceil(len(dates) / _TICKS))}"
    else:
        weeks = len(dates) / (7 if trends.every == Every.DAY else 1)
        between = _A_WEEK * max(1, ceil(weeks / _TICKS))
    upper: dict[str, Any] = {"title": f"Emails a {trends.every}", "domain": [0.37, 1]}
    if top is not None:
        upper |= {"title": "Share of emails", "tickformat": ".1%" if top < 0.05 else ".0%", "range": [0, top]}
    few: dict[str, Any] = {}
    if len(dates) == 1:  # Plotly finds neither a range nor a tick for a single point
        around = pd.Timedelta(days=3)
        few = {"range": [dates[0] - around, dates[0] + around], "tickmode": "array", "tickvals": [dates[0]]}
    return {
        "xaxis": {
            "type": "date",
            "tickformat": _TICK[trends.every],
            "hoverformat": _HOVER_DATE[trends.every],
            "spikecolor": _GREY,
            "spikethickness": 1,
            "spikedash": "solid",
            "tick0": _A_MONDAY,
            "dtick": between,
            "anchor": "y2",
        }
        | few,
        "yaxis": upper,
        "yaxis2": Y_AXIS | {"title": "Dollars", "tickprefix": "$", "nticks": 4, "domain": [0, 0.25]},
        "legend2": {"orientation": "h", "y": 0.26, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "bargap": 0.25,
    }
