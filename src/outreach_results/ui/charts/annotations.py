"""Notes as lines with labels on charts over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from outreach_results.models import Annotation
from outreach_results.ui.charts.base import shorten
from outreach_results.ui.figure import Figure
from outreach_results.ui.text import escape_plotly, weekday

NOTE_COLOR = "#a07d1c"  # enough contrast on the light and the dark theme

_LETTERS = 18
_LETTER_WIDTH = 0.0185  # of the width of a chart on a phone, in the small type of the labels
_ROW_HEIGHT = 15
_ROWS = 5


def annotate(figure: Figure, notes: Sequence[Annotation], place: Callable[[date], date] = lambda day: day) -> None:
    """Draw each note as a vertical line through all plots of a figure whose x axis is made of dates.

    The texts stand above, between the plot and its legend, in as many rows as keep them apart.

    Args:
        place: where a day is found on the x axis, such as at the Monday of its week.
    """
    if not notes:
        return
    places = {note.date: pd.Timestamp(place(note.date)) for note in notes}
    first, last = _span(figure, list(places.values()))
    days = max((last - first).days, 1)
    free_from: list[float] = []  # for each row, the share of the width from which on it is free
    for note in sorted(notes, key=lambda note: note.date):
        at = (places[note.date] - first).days / days
        label = shorten(note.text, _LETTERS)
        width = len(label) * _LETTER_WIDTH
        to_left = at + width > 1
        start = at - width if to_left else at
        row = next((row for row, free in enumerate(free_from) if free <= start), len(free_from))
        if row == _ROWS:  # no room: its line and the list below the chart remain
            label, row = "…", _ROWS - 1
        else:
            free_from[row : row + 1] = [start + width + 0.01]
        _draw(figure, note, label, places[note.date], row, to_left=to_left)
    _make_room(figure, len(free_from) * _ROW_HEIGHT)


def _span(figure: Figure, places: list[pd.Timestamp]) -> tuple[pd.Timestamp, pd.Timestamp]:
    ends = places.copy()
    for trace in figure.data:
        days = list(trace.get("x", ()))
        if days and days[0] is not None:
            ends += [pd.Timestamp(days[0]), pd.Timestamp(days[-1])]
    return min(ends), max(ends)


def _draw(figure: Figure, note: Annotation, label: str, at: pd.Timestamp, row: int, *, to_left: bool) -> None:
    day = f"{at:%Y-%m-%d}"
    figure.add_shape(
        type="line", x0=day, x1=day, xref="x", y0=0, y1=1, yref="paper",
        line={"color": NOTE_COLOR, "width": 1.5, "dash": "dot"},
    )  # fmt: skip
    figure.add_annotation(
        x=day,
        xref="x",
        y=1,
        yref="paper",
        yshift=row * _ROW_HEIGHT,
        xanchor="right" if to_left else "left",
        yanchor="bottom",
        text=escape_plotly(label),
        hovertext=escape_plotly(f"{weekday(note.date)}: {note.text}"),
        showarrow=False,
        font={"size": 11, "color": NOTE_COLOR},
    )


def _make_room(figure: Figure, pixels: int) -> None:
    """Make the figure taller, and put its legend above the rows of texts."""
    height, margin, legend = (figure.layout[name] for name in ("height", "margin", "legend"))
    plot = height - margin["t"] - margin["b"] - 40
    figure.layout["height"] = height + pixels
    figure.layout["margin"] = margin | {"t": margin["t"] + pixels}
    if legend["y"] > 1:
        figure.layout["legend"] = legend | {"y": legend["y"] + pixels / plot}
