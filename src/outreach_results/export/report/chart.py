"""Charts of a report as SVG: vectors with real text, which HTML shows and the PDF embeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from outreach_results.export.report.wording import FORMATS
from outreach_results.metrics import Every
from outreach_results.models import dates
from outreach_results.models.metric_definitions import METRICS, RATES
from outreach_results.results import HeadlineSeries

WIDTH, HEIGHT = 360, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 44, 10, 20
_GREY, _INK, _GRID = "#7b8794", "#4a5560", "#e3e7eb"


def heading(series: HeadlineSeries) -> str:
    """What a point of the chart covers: Reply rate, 7-day average with 95% range."""
    label = METRICS[series.name].label
    if series.name in RATES:
        return f"{label}, 7-day average with 95% range"
    return f"{label} by {'day' if series.every == Every.DAY else 'week'}"


def chart(series: HeadlineSeries) -> str:
    """A rate as a line within its 95% range, a number as bars; the comparison as a thin dotted line."""
    points = series.points
    peak = float(np.nanmax(np.append(points[["value", "high", "compared"]].to_numpy(dtype=np.float64).ravel(), 0.0)))
    top = _nice(peak)
    color = METRICS[series.name].color
    parts = [*_grid(series, top)]
    if series.name in RATES:
        parts += _line(points, top, color)
        parts += _last_value(series, top, color)
    else:
        parts += _bars(points, top, color)
    compared = _path(points["compared"], top)
    if compared:
        parts.append(f'<path d="{compared}" fill="none" stroke="{_GREY}" stroke-width="1" stroke-dasharray="2 2"/>')
    title = escape(heading(series))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" '
        f'font-family="Noto Sans, sans-serif" font-size="8.5" fill="{_INK}">{"".join(parts)}</svg>'
    )


def _nice(peak: float) -> float:
    """The end of an axis from 0 that holds the peak: a round number, whose half is round too."""
    if peak <= 0:
        return 1.0
    step = float(10 ** math.floor(math.log10(peak)))
    return next(step * factor for factor in (1, 2, 4, 6, 8, 10) if step * factor >= peak)


def _x(place: float, count: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 0.5) / max(count, 1)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top


def _grid(series: HeadlineSeries, top: float) -> list[str]:
    write, parts = FORMATS[METRICS[series.name].unit], []
    for value in (0.0, top / 2, top):
        y = _y(value, top)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="{_GRID}" stroke-width="0.8"/>')
        parts.append(f'<text x="{_LEFT - 4}" y="{y + 3:.1f}" text-anchor="end">{escape(write(value))}</text>')
    days = list(series.points["date"])
    for place in sorted({0, len(days) // 2, len(days) - 1}) if days else ():
        anchor = "start" if place == 0 and len(days) > 2 else "middle"
        text = escape(dates.short_day(days[place]))
        parts.append(f'<text x="{_x(place, len(days)):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">{text}</text>')
    return parts


def _line(points: pd.DataFrame, top: float, color: str) -> list[str]:
    count = len(points)
    ranged = [
        (_x(place, count), _y(low, top), _y(high, top))
        for place, (low, high) in enumerate(zip(points["low"], points["high"], strict=True))
        if not math.isnan(low)
    ]
    parts = []
    if len(ranged) > 1:
        around = [f"{x:.1f} {high:.1f}" for x, _, high in ranged] + [f"{x:.1f} {low:.1f}" for x, low, _ in ranged[::-1]]
        parts.append(f'<path d="M{"L".join(around)}Z" fill="{color}" fill-opacity="0.14"/>')
    line = _path(points["value"], top)
    return [*parts, f'<path d="{line}" fill="none" stroke="{color}" stroke-width="1.8"/>'] if line else parts


def _last_value(series: HeadlineSeries, top: float, color: str) -> list[str]:
    values = list(series.points["value"])
    known = [place for place, value in enumerate(values) if not math.isnan(value)]
    if not known:
        return []
    last = known[-1]
    text = escape(FORMATS[METRICS[series.name].unit](values[last]))
    x, y = _x(last, len(values)) + 4, _y(values[last], top) + 3
    return [f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" font-weight="600">{text}</text>']


def _bars(points: pd.DataFrame, top: float, color: str) -> list[str]:
    count = len(points)
    width = (WIDTH - _LEFT - _RIGHT) / max(count, 1) * 0.75
    return [
        f'<rect x="{_x(place, count) - width / 2:.1f}" y="{_y(value, top):.1f}" width="{width:.1f}" '
        f'height="{_y(0, top) - _y(value, top):.1f}" fill="{color}" fill-opacity="0.75"/>'
        for place, value in enumerate(points["value"])
        if not math.isnan(value)
    ]


def _path(values: Sequence[Any] | pd.Series[Any], top: float) -> str:
    """A line through the known values, broken where one is not known; '' without two of them."""
    parts, is_down, known = [], False, 0
    for place, value in enumerate(values):
        if math.isnan(value):
            is_down = False
            continue
        parts.append(f"{'L' if is_down else 'M'}{_x(place, len(values)):.1f} {_y(min(value, top), top):.1f}")
        is_down, known = True, known + 1
    return "".join(parts) if known > 1 else ""
