"""The figures of the benchmark page. Low values are at the left; an arrow says which way is better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from outreach_results.metrics import RATES, Interval
from outreach_results.models import Distribution
from outreach_results.results import PartComparison
from outreach_results.ui.charts.base import COLORS, GRID, empty, label_above, lines_of, rows_below
from outreach_results.ui.figure import Figure, whole_width
from outreach_results.ui.text import escape_plotly, percent, unit_price

BAND = "rgba(120, 136, 158, 0.30)"
MEDIAN = "#7a8795"
_MEDIAN_RANGE = "rgba(120, 136, 158, 0.45)"
_UNSEEN = "rgba(0, 0, 0, 0)"

_BULLET_HEIGHT = 112
_ROW_HEIGHT, _TALLEST_ROW = 54, 96
_AXIS_HEIGHT = 44
OVER_TIME_HEIGHT = 320
_BAND_IN_ROW, _DOT_IN_ROW, _LINE_IN_ROW = (0.02, 0.36), 0.19, 0.4  # below the middle, which the label stands on
_SIDES = {"l": 14, "r": 14}
_ROOM = 1.14


def _better(*, lower_is_better: bool, is_money: bool) -> dict[str, object]:
    """The arrow that says which way is better."""
    return {
        "x": 0 if lower_is_better else 1,
        "xref": "paper",
        "xanchor": "left" if lower_is_better else "right",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "text": ("← cheaper" if is_money else "← better") if lower_is_better else "better →",
        "font": {"size": 11, "color": MEDIAN},
    }


@dataclass(frozen=True, slots=True)
class Mark:
    """The data of one row: name, value, interval of 95%, benchmark and hover text.

    ``firm`` is the wider interval that the verdict uses, ``median`` where the benchmark's median lies.
    """

    key: str
    name: str
    value: float | None
    interval: Interval | None
    community: Distribution
    sentence: str
    is_settled: bool
    firm: Interval | None = None
    median: Interval | None = None


def value_text(metric: str, value: float | None) -> str:
    """A formatted value of a metric: dollars or a share."""
    return unit_price(value) if metric.endswith("_usd") else percent(value)


def color(metric: str) -> str:
    """The color of a metric, the same on every page."""
    return COLORS.get(metric, COLORS["cost"])


def bullet(metric: str, mark: Mark, own: Distribution | None, *, lower_is_better: bool) -> Figure:
    """A bullet chart: our value and its interval on the community's middle half, median and average.

    The median stands in the middle of every bullet, so that those below one another can be compared. ``own`` is how
    our own campaigns are spread: a thin line under the band.
    """
    community = mark.community
    known = [
        community.p25,
        community.p75,
        community.average,
        mark.value,
        *(mark.median or ()),
    ]
    if mark.value is not None:
        known += [_at_most(mark.value, end, mark) for end in (*(mark.interval or ()), *(mark.firm or ()))]
    if own is not None:
        known += [own.p25, own.p75]
    figure = empty(
        _BULLET_HEIGHT,
        showlegend=False,
        hovermode="closest",
        margin={**_SIDES, "t": 18, "b": 6},
        hoverdistance=12,
        shapes=_community_band(community, mark.median, 0.34, 0.94),
        annotations=[_better(lower_is_better=lower_is_better, is_money=metric.endswith("_usd"))],
        xaxis=_value_axis(metric, community.p50, known),
        yaxis={"visible": False, "range": [0, 1.02]},
    )
    _hover(figure, metric, community, 0.64, "the community's campaigns")
    if community.average is not None:
        figure.add_scatter(
            x=[community.average],
            y=[0.64],
            mode="markers",
            marker={"symbol": "diamond-open", "size": 11, "color": MEDIAN, "line": {"width": 2}},
            hovertemplate=f"The community's average is {value_text(metric, community.average)}.<extra></extra>",
        )
    if own is not None:
        _own_line(figure, metric, own)
    _dot(figure, metric, [mark], [0.64], size=15)
    return figure


def beside_community(metric: str, marks: Sequence[Mark], *, fills: int = 0) -> Figure:
    """One row a campaign or mcp: our value with its interval, on the band of whom it is compared with.

    A filled dot is certainly on its side of the median; for an empty one that is not known. The name stands above
    its row, so that it fits a narrow screen. Each dot carries its key as ``customdata``.

    Args:
        fills: pixels that a few rows fill, each taller than others: the height of the chart beside this one.
    """
    row_height = max(_ROW_HEIGHT, min(_TALLEST_ROW, (fills - _AXIS_HEIGHT) // max(1, len(marks))))
    known: list[float | None] = []
    shapes: list[dict[str, object]] = []
    names = [lines_of(mark.name) for mark in marks]
    rows, height = rows_below(names, row_height)
    for row, mark in zip(rows, marks, strict=True):
        shapes += _community_band(mark.community, mark.median, *(row + end for end in _BAND_IN_ROW))
        known += [mark.community.p25, mark.community.p75, mark.value]
        if mark.value is not None and mark.interval is not None:
            known += [_at_most(mark.value, mark.interval.low, mark), _at_most(mark.value, mark.interval.high, mark)]
    figure = empty(
        round(height * row_height) + _AXIS_HEIGHT,
        showlegend=False,
        hovermode="closest",
        margin={**_SIDES, "t": 6, "b": 6},
        hoverdistance=14,
        shapes=[*shapes, *(_line_below(row) for row in rows[:-1])],
        annotations=[
            label_above(row, list(map(escape_plotly, lines)), 3) for row, lines in zip(rows, names, strict=True)
        ],
        xaxis=_value_axis(metric, None, known),
        # The first label needs as much room in tall rows as in others.
        yaxis={"visible": False, "range": [height - 0.55, -0.62 * _ROW_HEIGHT / row_height]},
    )
    _dot(figure, metric, marks, [row + _DOT_IN_ROW for row in rows], size=11)
    return figure


def over_time(
    metric: str,
    parts: Sequence[PartComparison],
    sentences: Sequence[str],
    community: Distribution,
    *,
    chosen_from: date,
    median: Interval | None = None,
) -> Figure:
    """Our value week by week or month by month with its interval, against the community's band.

    Args:
        sentences: the hover text of each part.
        chosen_from: what lies before the chosen period is drawn lighter.
        median: where the benchmark's median lies.
    """
    own = color(metric)
    known = [
        (part, part.comparison.value, sentence)
        for part, sentence in zip(parts, sentences, strict=True)
        if part.comparison.value is not None
    ]
    values = [value for _, value, _ in known]
    ends = [part.comparison.interval.high if part.comparison.interval else 0.0 for part, _, _ in known]
    top = max([*values, *ends, community.p75 or 0], default=1)
    figure = empty(
        OVER_TIME_HEIGHT,
        showlegend=False,
        hovermode="closest",
        yaxis={"tickformat": _tick_format(metric), "range": [0, min(top, _highest(values, community)) * 1.08]},
    )
    band = {"type": "rect", "line": {"width": 0}, "layer": "below"}
    if community.p25 is not None and community.p75 is not None:
        figure.add_shape(**band, fillcolor=BAND, **whole_width(community.p25, community.p75))
    if median is not None and median.low < median.high:
        figure.add_shape(**band, fillcolor=_MEDIAN_RANGE, **whole_width(median.low, median.high))
    if community.p50 is not None:
        line = {"color": MEDIAN, "width": 2}
        figure.add_shape(type="line", line=line, **whole_width(community.p50, community.p50))
    figure.add_scatter(
        x=[part.start for part in parts],
        y=[part.comparison.value for part in parts],
        mode="lines",
        line={"color": own, "width": 1},
        opacity=0.5,
        hoverinfo="skip",
    )
    for is_chosen in (False, True):
        drawn = [one for one in known if (one[0].end >= chosen_from) == is_chosen]
        marks = [value for _, value, _ in drawn]
        figure.add_scatter(
            x=[part.start for part, _, _ in drawn],
            y=marks,
            mode="markers",
            opacity=1.0 if is_chosen else 0.45,
            marker={"size": 9, "color": own},
            error_y=_arms(marks, [part.comparison.interval for part, _, _ in drawn], own, thickness=1.5, width=3),
            customdata=[f"{part.start:%Y-%m-%d}" for part, _, _ in drawn],
            text=[sentence for _, _, sentence in drawn],
            hovertemplate="%{text}<extra></extra>",
        )
    return figure


def _highest(values: Sequence[float], community: Distribution) -> float:
    """The upper end of the axis, from the values alone: intervals of weeks with few emails are very wide."""
    return max([*values, community.p75 or 0.0], default=1.0) * 1.6


def _at_most(value: float, end: float, mark: Mark) -> float:
    """An end of an interval, clipped so that a tiny campaign does not squeeze all others."""
    quartiles = (mark.community.p75 or value) - (mark.community.p25 or value)
    reach = max(3 * quartiles, abs(value) * 0.75)
    return min(max(end, value - reach), value + reach)


def _line_below(row: float) -> dict[str, object]:
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": row + _LINE_IN_ROW, "y1": row + _LINE_IN_ROW}
    return {"type": "line", **ends, "line": {"color": GRID, "width": 1}}


def _community_band(
    community: Distribution, median: Interval | None, low: float, high: float
) -> list[dict[str, object]]:
    shapes: list[dict[str, object]] = []
    if community.p25 is not None and community.p75 is not None:
        box = {"x0": community.p25, "x1": community.p75, "y0": low, "y1": high}
        shapes.append({"type": "rect", **box, "fillcolor": BAND, "line": {"width": 0}, "layer": "below"})
    if median is not None and median.low < median.high:
        box = {"x0": median.low, "x1": median.high, "y0": low, "y1": high}
        shapes.append({"type": "rect", **box, "fillcolor": _MEDIAN_RANGE, "line": {"width": 0}, "layer": "below"})
    if community.p50 is not None:
        upright = {"x0": community.p50, "x1": community.p50, "y0": low, "y1": high}
        shapes.append({"type": "line", **upright, "line": {"color": MEDIAN, "width": 3}, "layer": "below"})
    return shapes


def _hover(figure: Figure, metric: str, community: Distribution, y: float, whose: str) -> None:
    """Sentences on the quartiles, where the band ends and at its median."""
    quartiles = [
        (community.p25, f"A quarter of {whose} lie below {value_text(metric, community.p25)}."),
        (community.p50, f"Half of {whose} lie below {value_text(metric, community.p50)}, the median."),
        (community.p75, f"A quarter of {whose} lie above {value_text(metric, community.p75)}."),
    ]
    known = [(at, sentence) for at, sentence in quartiles if at is not None]
    figure.add_scatter(
        x=[at for at, _ in known],
        y=[y] * len(known),
        mode="markers",
        marker={"size": 20, "color": _UNSEEN},
        text=[sentence for _, sentence in known],
        hovertemplate="%{text}<extra></extra>",
    )


def _own_line(figure: Figure, metric: str, own: Distribution) -> None:
    """Add our own campaigns: their middle half as a thin line, their median as a tick on it."""
    figure.add_scatter(
        x=[own.p25, own.p75],
        y=[0.14, 0.14],
        mode="lines",
        line={"color": color(metric), "width": 4},
        opacity=0.55,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[own.p50],
        y=[0.14],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 12, "color": color(metric), "line": {"width": 3}},
        text=[
            escape_plotly(
                f"Your own campaigns: half of them lie between {value_text(metric, own.p25)} and "
                f"{value_text(metric, own.p75)}, their median is {value_text(metric, own.p50)}."
            )
        ],
        hovertemplate="%{text}<extra></extra>",
    )


def _dot(figure: Figure, metric: str, marks: Sequence[Mark], at: Sequence[float], *, size: int) -> None:
    """Add our values with their intervals: filled where the side of the median is certain.

    The thick arms are the 95% interval, the thin ones the wider interval that the verdict uses.
    """
    known = [(mark, y) for mark, y in zip(marks, at, strict=True) if mark.value is not None]
    values, heights = [mark.value or 0.0 for mark, _ in known], [y for _, y in known]
    own = color(metric)
    figure.add_scatter(
        x=values,
        y=heights,
        mode="markers",
        marker={"size": 1, "color": _UNSEEN},
        error_x=_arms(values, [mark.firm for mark, _ in known], own, thickness=1, width=0),
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=values,
        y=heights,
        mode="markers",
        error_x=_arms(values, [mark.interval for mark, _ in known], own, thickness=2.5, width=7),
        marker={
            "size": size,
            "symbol": ["circle" if mark.is_settled else "circle-open" for mark, _ in known],
            "color": own,
            "line": {"width": 2.5, "color": own},
        },
        customdata=[mark.key for mark, _ in known],
        text=[mark.sentence for mark, _ in known],
        hovertemplate="%{text}<extra></extra>",
    )


def _arms(
    values: Sequence[float], intervals: Sequence[Interval | None], color: str, *, thickness: float, width: float
) -> dict[str, object]:
    """The error bars of some values; of no length where there is no interval."""
    pairs = [(value, interval or Interval(value, value)) for value, interval in zip(values, intervals, strict=True)]
    return {
        "type": "data",
        "symmetric": False,
        "array": [interval.high - value for value, interval in pairs],
        "arrayminus": [value - interval.low for value, interval in pairs],
        "thickness": thickness,
        "width": width,
        "color": color,
    }


def _value_axis(metric: str, center: float | None, known: Sequence[float | None]) -> dict[str, object]:
    values = [value for value in known if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if center is not None:
        reach = max(center - low, high - center, abs(center) * 0.02) * _ROOM
        low, high = center - reach, center + reach
    else:
        room = (high - low or abs(high) or 1.0) * (_ROOM - 1)
        low, high = low - room, high + room
    # Prices are longer than shares, and have to stand beside one another on paper too.
    ticks = _ticks(low, min(high, 1.0) if metric in RATES else high, most=4 if metric.endswith("_usd") else 6)
    decimals = max((len(f"{tick:.4f}".rstrip("0").partition(".")[2]) for tick in ticks), default=0)
    return {
        "range": [low, high],
        "tickformat": f"$.{decimals}f" if metric.endswith("_usd") else _tick_format(metric),
        "tickvals": ticks,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": GRID,
        "tickfont": {"size": 12},
        "zeroline": False,
    }


def _ticks(low: float, high: float, *, most: int) -> list[float]:
    """Round numbers between two ends, with so many steps at most; none is below 0: no rate or cost is."""
    low = max(low, 0.0)
    if high <= low:
        return []
    unit = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(unit * factor for factor in (1, 2, 5, 10) if (high - low) / (unit * factor) <= most)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]


def _tick_format(metric: str) -> str:
    return "$.4~f" if metric.endswith("_usd") else ".1~%"
