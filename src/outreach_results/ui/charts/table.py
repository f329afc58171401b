"""A table as a figure, so that the browser can save it as a picture with its own fonts for any script."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from numbers import Real
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from outreach_results.metrics import RATES
from outreach_results.ui.charts.base import LABELS
from outreach_results.ui.text import MISSING, escape_plotly, money, percent, unit_price

MOST_ROWS = 60
"""The most rows: a picture of more would not be readable."""

_MOST_LETTERS = 64  # of a cell
_LETTER, _ROOM = 7.4, 22.0  # pixels: of a letter of 13 pixels, and beside the words of a cell
_HEADER, _ROW, _TOP, _BOTTOM, _SIDE = 34, 34, 66, 18, 16
_NAMES = {"mcp": "MCP", "quota_share": "Of the quota", "total_usd": "With the plan", "cost_usd": "Cost"}
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


def table(frame: pd.DataFrame, title: str, subtitle: str, inks: Inks) -> go.Figure:
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
    align = ["right" if _is_number(shown[name]) else "left" for name in columns]
    figure = go.Figure(
        go.Table(
            columnwidth=widths,
            header={
                "values": [_drawn(header) for header in headers],
                "align": align,
                "height": _HEADER,
                "fill": {"color": inks.header},
                "line": {"color": inks.line},
                "font": {"size": 13, "color": inks.quiet},
            },
            cells={
                "values": [[_drawn(cell) for cell in column] for column in cells],
                "align": align,
                "height": _ROW,
                "fill": {"color": inks.paper},
                "line": {"color": inks.line},
                "font": {"size": 13, "color": inks.text},
            },
        )
    )
    width = math.ceil(sum(widths)) + 2 * _SIDE
    figure.update_layout(
        width=width,
        height=_TOP + _HEADER + _ROW * len(shown) + 2 + _BOTTOM,  # 2 for the last line
        margin={"l": _SIDE, "r": _SIDE, "t": _TOP, "b": _BOTTOM},
        paper_bgcolor=inks.paper,
        font={"family": inks.font},
        title={
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
    )
    return figure


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
        return f"{value:%-d %b %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value:%-d %b %Y}"
    return _number(float(value), name) if isinstance(value, Real) else " ".join(str(value).split())


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


def _drawn(words: str) -> str:
    """Add an invisible HTML entity to every cell: Plotly draws a cell with one slightly lower than one without."""
    return escape_plotly(_shortened(words)) + "&#8203;"


def _shortened(words: str) -> str:
    if _letters(words) <= _MOST_LETTERS:
        return words
    while _letters(words) > _MOST_LETTERS - 1:
        words = words[:-1]
    return words.rstrip() + "…"
