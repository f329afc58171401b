"""A table as a figure, so that the browser can save it as a picture with its own fonts for any script."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import accumulate, pairwise
from numbers import Real
from typing import Any

import pandas as pd

from outreach_results.metrics import RATES
from outreach_results.models.campaign_types import type_name
from outreach_results.ui import text
from outreach_results.ui.charts.base import LABELS
from outreach_results.ui.figure import Figure
from outreach_results.ui.text import MISSING, escape_plotly, money, percent, unit_price

MOST_ROWS = 60
"""The most rows: a picture of more would not be readable."""

_MOST_LETTERS = 64  # of a cell
_LETTER, _ROOM = 7.4, 22.0  # pixels: of a letter of 13 pixels, and beside the words of a cell
_ROW, _TOP, _BOTTOM, _SIDE, _INSET = 34, 66, 18, 16, 9
_NAMES = {
    "mcp": "Campaign type",
    "quota_share": "Of the quota",
    "total_usd": "Total incl. plan",
    "cost_usd": "Cost",
}
_SHARES = {*RATES, "share", "quota_share", "percentile_low", "percentile_high"}
_DOLLARS = {"total", "per_reply", "per_positive_reply", "per_meeting"}
_UNIT_PRICES = {"per_email", "cost_per_email_usd", "avg_cost_per_email_usd"}


@dataclass(frozen=True, slots=True)
class Inks:
    """The colors of a theme that a table is drawn in."""

    text: str
    quiet: str
    line: str
    paper: str
    header: str
    font: str


def table(frame: pd.DataFrame, title: str, subtitle: str, inks: Inks) -> Figure:
    """The first rows of a table, as wide and as high as its words need, under a title that says what they are.

    Lists are left out, and ids where there is a name. Where rows are left out, the picture says how many.
    """
    columns = _columns(frame)
    shown = frame[columns].head(MOST_ROWS)
    cells = [[_cell(value, name) for value in shown[name]] for name in columns]
    headers = [_label(name) for name in columns]
    widths = [_width(header, values) for header, values in zip(headers, cells, strict=True)]
    if len(frame) > len(shown):
        subtitle = f"{subtitle} · the first {len(shown)} of {len(frame):,} rows: every file has them all".strip(" ·")
    spare = max(0.0, _letters(subtitle) * _LETTER - sum(widths)) / max(1, len(widths))
    widths = [width + spare for width in widths]
    edges = list(accumulate(widths, initial=0.0))
    width = math.ceil(sum(widths)) + 2 * _SIDE
    layout: dict[str, Any] = {
        "width": width,
        "height": _TOP + _ROW * (1 + len(shown)) + _BOTTOM,
        "margin": {"l": _SIDE, "r": _SIDE, "t": _TOP, "b": _BOTTOM, "pad": 0},
        "paper_bgcolor": inks.paper,
        "plot_bgcolor": inks.paper,
        "font": {"family": inks.font},
        "showlegend": False,
        "hovermode": False,
        "dragmode": False,
        "xaxis": {"visible": False, "range": [0, edges[-1]], "fixedrange": True},
        "yaxis": {"visible": False, "range": [len(shown) + 0.5, -0.5], "fixedrange": True},
        "shapes": _grid(len(shown), edges, inks),
        "title": {
            "text": escape_plotly(title),
            "x": _SIDE / width,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 14},
            "font": {"size": 16, "color": inks.text},
            "subtitle": {"text": escape_plotly(subtitle), "font": {"size": 12, "color": inks.quiet}},
        },
    }
    figure = Figure(layout)
    for name, header, values, (left, right) in zip(columns, headers, cells, pairwise(edges), strict=True):
        column = _column(header, values, left, right, is_number=_is_number(shown[name]), inks=inks)
        figure.add_scatter(**column)
    return figure


def _column(
    header: str, cells: Sequence[str], left: float, right: float, *, is_number: bool, inks: Inks
) -> dict[str, Any]:
    """The words of a column, its header in row 0: numbers end at its right edge, all else begins at its left."""
    return {
        "x": [right - _INSET if is_number else left + _INSET] * (1 + len(cells)),
        "y": list(range(1 + len(cells))),
        "text": [escape_plotly(_shortened(words)) for words in (header, *cells)],
        "mode": "text",
        "textposition": "middle left" if is_number else "middle right",
        "textfont": {"size": 13, "color": [inks.quiet, *[inks.text] * len(cells)]},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _grid(rows: int, edges: Sequence[float], inks: Inks) -> list[dict[str, Any]]:
    """The header's background and the lines around all cells, below the words."""
    line = {"color": inks.line, "width": 1}
    shared = {"type": "line", "layer": "below", "line": line}
    header = {"type": "rect", "layer": "below", "fillcolor": inks.header, "line": line}
    return [
        header | {"x0": 0, "x1": edges[-1], "y0": -0.5, "y1": 0.5},
        *(shared | {"x0": 0, "x1": edges[-1], "y0": row + 0.5, "y1": row + 0.5} for row in range(1, rows + 1)),
        *(shared | {"x0": edge, "x1": edge, "y0": -0.5, "y1": rows + 0.5} for edge in edges),
    ]


def _columns(frame: pd.DataFrame) -> list[str]:
    """The columns whose values fit a cell, without ids that have a name column."""
    left_out = {"campaign_id"} if "name" in frame or "campaign" in frame else set()
    return [
        str(name)
        for name, values in frame.items()
        if name not in left_out and not values.map(lambda value: isinstance(value, list)).any()
    ]


def _label(name: str) -> str:
    if name[:1].isupper() or name[:1].isdigit():
        return name  # the label of the page
    if name in _NAMES:
        return _NAMES[name]
    label = LABELS.get(name) or LABELS.get(name.removesuffix("_usd"))
    return label or name.removesuffix("_usd").replace("_", " ").capitalize()


def _cell(value: Any, name: str) -> str:
    """A formatted value; a dash for a missing one."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and value.time() != time():
        return f"{text.day(value)}, {text.clock(value)}"
    if isinstance(value, date):
        return text.day(value)
    if isinstance(value, Real):
        return _number(float(value), name)
    words = " ".join(str(value).split())
    return type_name(words) if name == "mcp" else words


def _number(value: float, name: str) -> str:
    if name in _SHARES:
        return percent(value)
    if name in _UNIT_PRICES:
        return unit_price(value)
    if name in _DOLLARS or name.endswith("_usd"):
        return money(value)
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}"


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values))


def _width(header: str, cells: Sequence[str]) -> float:
    return max(_letters(_shortened(words)) for words in (header, *cells)) * _LETTER + _ROOM


def _letters(words: str) -> float:
    """The width of a text in letters: East Asian characters and emoji count as two."""
    return sum(2.0 if unicodedata.east_asian_width(letter) in "WF" else 1.0 for letter in words)


def _shortened(words: str) -> str:
    if _letters(words) <= _MOST_LETTERS:
        return words
    while _letters(words) > _MOST_LETTERS - 1:
        words = words[:-1]
    return words.rstrip() + "…"
