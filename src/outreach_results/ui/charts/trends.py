"""The figures of the trends: the time series of metrics above, what was spent below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from math import ceil
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from outreach_results.metrics import Every, TimeSeries, bucket_start
from outreach_results.models import COST_COLUMNS, Annotation
from outreach_results.results import Trends
from outreach_results.ui.charts import trend_labels as words
from outreach_results.ui.charts.annotations import annotate
from outreach_results.ui.charts.base import COLORS, LABELS, Y_AXIS, empty, faint

MARKED = "#d1335b"
"""The ring around what is unusual; its diamond says it too."""

_COST_PARTS = (*COST_COLUMNS, "cost_not_broken_down")
_GREY = "#8a94a1"
_MANY_POINTS = 62
_TICKS = 8
_A_MONDAY, _A_WEEK = "2024-01-01", 7 * 24 * 60 * 60 * 1000
_HOVER_DATE = {Every.DAY: "%a %-d %b %Y", Every.WEEK: "Week of %a %-d %b %Y", Every.MONTH: "%B %Y"}
_TICK = {Every.DAY: "%-d %b\n%Y", Every.WEEK: "%-d %b\n%Y", Every.MONTH: "%b\n%Y"}
_SAY = "%{text}<extra></extra>"
_SILENT = {"mode": "lines", "hoverinfo": "skip"}
_STAY = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
_STAY_UNSEEN = {"selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}}}


def trend_chart(
    trends: Trends,
    notes: Sequence[Annotation] = (),
    *,
    with_mean: bool = False,
    compared_with: str = "",
    looked_at: str = "",
) -> go.Figure:
    """The time series of some metrics, and below them, over the same days, the cost by component.

    Args:
        with_mean: draw the mean of seven days strong and the single days faint.
        compared_with: what the dashed lines are, for the legend.
        looked_at: what was clicked last. Plotly would otherwise keep one mark selected in each plot, and take a second
            click on it for letting go of it.
    """
    top = _top(trends.series)
    figure = empty(520, barmode="stack", selectionrevision=looked_at, **_axes(trends, top))
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
    """One metric's series, being drawn into a figure."""

    def __init__(
        self, figure: go.Figure, series: TimeSeries, every: Every, top: float | None, *, with_mean: bool
    ) -> None:
        self._figure, self._series, self._every, self._top = figure, series, every, top
        self._colour = COLORS[series.metric]
        self._is_mean = with_mean and bool(series.points["mean"].notna().any())
        self._width = 3.0 if self._is_mean else 2.0

    def _add(self, **trace: Any) -> None:
        self._figure.add_scatter(legendgroup=self._series.metric, name=LABELS[self._series.metric], **trace)

    def compared(self) -> None:
        """What it is compared with: thin and dashed."""
        column = "compared_mean" if self._is_mean else "compared"
        points = self._series.points[self._series.points[column].notna() & ~self._series.points["is_small"]]
        if points.empty:
            return
        self._add(
            x=points["date"],
            y=points[column],
            **_clickable(points["date"]),
            showlegend=False,
            opacity=0.6,
            line={"color": self._colour, "width": 1.2, "dash": "dash"},
            text=[
                words.compared_sentence(self._series, point, self._every, is_mean=self._is_mean)
                for point in points.to_dict("records")
            ],
            hovertemplate=_SAY,
        )

    def lines(self) -> None:
        """The line through the points, dotted where they are not complete; the mean over it."""
        points = self._series.points
        self._line(points[~points["is_small"]], "value", is_main=not self._is_mean)
        if self._is_mean:
            self._line(points, "mean", is_main=True)
        self._add(x=[None], y=[None], mode="lines", line={"color": self._colour, "width": self._width})

    def _line(self, points: pd.DataFrame, column: str, *, is_main: bool) -> None:
        known = points[points[column].notna()]
        dates, values = list(known["date"]), list(known[column])
        is_mean = column == "mean"
        texts = [words.mean_sentence(self._series, value) if is_mean else "" for value in values]
        loose = list(known["is_immature"] | known["is_partial"])
        dotted = [one or other for one, other in pairwise(loose)]
        pieces = [(key, [i for i, _ in run]) for key, run in groupby(enumerate(dotted), key=lambda pair: pair[1])]
        for is_dotted, steps in pieces:
            part = slice(steps[0], steps[-1] + 2)
            self._add(
                x=dates[part],
                y=values[part],
                showlegend=False,
                opacity=1.0 if is_main else 0.4,
                line={
                    "color": self._colour,
                    "width": self._width if is_main else 1.0,
                    "dash": "dot" if is_dotted else "solid",
                },
                text=texts[part],
                **(_clickable(dates[part]) | {"hovertemplate": _SAY} if is_mean else _SILENT),
            )

    def points(self) -> None:
        """Every point with its sentence: a diamond where it is unusual, hollow where it is not complete."""
        known = self._series.points[self._series.points["value"].notna()]
        looks = [self._look(point) for point in known.to_dict("records")]
        self._add(
            x=known["date"],
            y=known["value"] if self._top is None else known["value"].clip(upper=self._top),
            mode="markers",
            showlegend=False,
            marker={
                "color": [look["color"] for look in looks],
                "symbol": [look["symbol"] for look in looks],
                "size": [look["size"] for look in looks],
                "line": {"color": [look["ring"] for look in looks], "width": [look["width"] for look in looks]},
            },
            cliponaxis=False,
            text=[
                words.point_sentence(self._series, point).replace(". ", ".<br>") for point in known.to_dict("records")
            ],
            customdata=_keys(known["date"]),
            hovertemplate=_SAY,
            **_STAY,
        )

    def _look(self, point: dict[Any, Any]) -> dict[str, Any]:
        look = {"symbol": "circle", "size": self._size(), "color": self._colour, "ring": self._colour, "width": 0}
        if point["is_unusual"]:
            return look | {"symbol": "diamond", "size": 12, "ring": MARKED, "width": 2.5}
        if point["is_immature"]:
            return look | {"symbol": "circle-open", "size": 8, "width": 1.8}
        if point["is_partial"]:
            return look | {"symbol": "square-open", "size": 8, "width": 1.8}
        if point["is_small"]:
            beyond = self._top is not None and point["value"] > self._top
            return look | {"symbol": "triangle-up" if beyond else "circle", "color": faint(self._colour), "size": 5}
        return look

    def _size(self) -> int:
        return 6 if len(self._series.points) <= _MANY_POINTS and not self._is_mean else 3


def _keys(dates: Iterable[pd.Timestamp]) -> list[str]:
    """What a click on a point of these dates reports."""
    return [f"{day:%Y-%m-%d}" for day in dates]


def _clickable(dates: Iterable[pd.Timestamp]) -> dict[str, Any]:
    """The looks of a line that can be clicked like its points: Plotly takes clicks on markers only."""
    return {"mode": "lines+markers", "marker": {"opacity": 0}, "customdata": _keys(dates), **_STAY_UNSEEN}


def _top(series: Sequence[TimeSeries]) -> float | None:
    """Where the axis of rates ends: a few e-mails of which many were opened would squeeze all the others."""
    if not any(one.is_rate for one in series):
        return None
    known = [one.points.loc[~one.points["is_small"], ["value", "usual_high", "compared"]].max().max() for one in series]
    highest = max((value for value in known if not pd.isna(value)), default=0.0)
    return float(highest) * 1.08 or None


def _usual_range(figure: go.Figure, series: TimeSeries) -> None:
    """Where chance alone would keep the points of a single metric."""
    judged = series.points[series.points["usual_low"].notna()]
    shared = {"x": judged["date"], "mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    figure.add_scatter(y=judged["usual_low"], **shared)
    figure.add_scatter(y=judged["usual_high"], fill="tonexty", fillcolor="rgba(128, 140, 155, 0.16)", **shared)


def _remarks(figure: go.Figure, trends: Trends) -> None:
    """The texts shown beside the series without being drawn there: what was spent, and what is not complete.

    The plot of the cost does not answer where the mouse rests on the series: Plotly would then take no click on it.
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
            words.remark(point, cost, trends.every).replace(". ", ".<br>")
            for point, cost in zip(points.to_dict("records"), spent, strict=True)
        ],
        hovertemplate=_SAY,
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
            text=[words.cost_sentence(name, value) for value in spent],
            textposition="none",
            hovertemplate=_SAY,
            yaxis="y2",
            **_STAY,
        )


def _key(figure: go.Figure, trends: Trends, compared_with: str) -> None:
    """Legend entries for the signs that occur."""
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
            ring = {"color": MARKED, "width": 2.5} if column == "is_unusual" else {"width": 1.8}
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
    upper: dict[str, Any] = {"title": f"E-mails a {trends.every}", "domain": [0.37, 1]}
    if top is not None:
        upper |= {"title": "Share of e-mails", "tickformat": ".1%" if top < 0.05 else ".0%", "range": [0, top]}
    return {
        "xaxis": {
            "tickformat": _TICK[trends.every],
            "hoverformat": _HOVER_DATE[trends.every],
            "spikecolor": _GREY,
            "spikethickness": 1,
            "spikedash": "solid",
            "tick0": _A_MONDAY,
            "dtick": between,
            "anchor": "y2",
        },
        "yaxis": upper,
        "yaxis2": Y_AXIS | {"title": "Dollars", "tickprefix": "$", "nticks": 4, "domain": [0, 0.25]},
        "legend2": {"orientation": "h", "y": 0.26, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "bargap": 0.25,
    }
