"""Parts that figures share: colors, labels, an empty figure."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

from outreach_results.models.metric_definitions import METRICS
from outreach_results.ui.figure import Figure

COLORS: dict[str, str] = {name: metric.color for name, metric in METRICS.items()}
"""The color of each metric, the same in every chart."""

LABELS: dict[str, str] = {name: metric.label for name, metric in METRICS.items()}
"""The name of each metric, the same on every page."""

GREY = "#8a94a1"
"""A color that can be seen in either theme, for what is no metric."""

GRID = "rgba(128, 140, 155, 0.22)"

Y_AXIS = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "rangemode": "tozero", "automargin": True}
"""The common layout of value axes."""


def empty(height: int, **layout: Any) -> Figure:
    """A figure without traces, in the layout that all share; what is given goes before it, one level deep."""
    shared: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "dragmode": False,
        "xaxis": {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True},
        "yaxis": Y_AXIS,
    }
    own = {key: shared[key] | value if isinstance(shared.get(key), dict) else value for key, value in layout.items()}
    return Figure(shared | own)


FAINT = 0.35
"""The opacity of what stands back, or is not complete."""


def faint(color: str) -> str:
    """A color of the palette for what stands back."""
    return translucent(color, FAINT)


def translucent(color: str, opacity: float) -> str:
    """A color of the palette with an opacity between 0 and 1."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def shorten(text: str, length: int = 34) -> str:
    """A title that fits beside a bar."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


_LETTERS_A_LINE = 46  # what fits between the edges of a phone
_LINE_HEIGHT = 15
_ROOM_FOR_LINES = 2  # in every row, so that rows are alike: which labels wrap is known only in the browser

IS_WRAPPED = "wrapped"
"""The name of annotations whose lines the browser joins as far as the chart is wide enough."""


def lines_of(name: str, *, used: int = 0) -> list[str]:
    """A name in lines that fit a narrow screen, at least one.

    Args:
        used: how many letters stand before the name in its first line.
    """
    # A second letter takes the room that a wide one needs: East Asian ones and emoji.
    measured = "".join(one + "\0" if unicodedata.east_asian_width(one) in "WF" else one for one in name)
    lines = textwrap.wrap(measured, _LETTERS_A_LINE, initial_indent="\0" * used, break_on_hyphens=False)
    return [line.replace("\0", "") for line in lines] or [""]


def rows_below(labels: Sequence[Sequence[str]], row_height: int) -> tuple[list[float], float]:
    """The middle of each row whose label stands above its bar, from the top, and the height of all, in plain rows.

    Args:
        labels: the lines of each on a narrow screen; a label of two lines fits a plain row.
        row_height: of a plain row, in pixels.
    """
    middles, end = [], 0.0
    for lines in labels:
        more = max(0, len(lines) - _ROOM_FOR_LINES) * _LINE_HEIGHT / row_height
        middles.append(end + more)
        end += 1 + more
    return middles, end


def label_above(row: float, lines: Sequence[str], pixels: int) -> dict[str, object]:
    """An annotation at the left, ``pixels`` above the middle of a row. ``lines`` must be escaped for Plotly."""
    return {
        "name": IS_WRAPPED,
        "align": "left",
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": row,
        "yanchor": "bottom",
        "yshift": pixels,
        "showarrow": False,
        "font": {"size": 12},
        "text": "<br>".join(lines),
    }
