"""Figures as plain specifications: the traces and the layout that plotly.js draws.

Plotly's own figures check every property when it is set, which costs more than all the questions of a page. What our
builders set does not depend on what people do: so the tests let Plotly check it (`support.figures`), and pages do not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished figure, as the browser gets it; the size in pixels, without a width as wide as there is room."""

    spec: str
    height: int
    width: int | None


@dataclass(slots=True)
class Figure:
    """A figure that is being built: properties have the names and the nesting of plotly.js."""

    layout: dict[str, Any]
    data: list[dict[str, Any]] = field(default_factory=list)

    def add_scatter(self, **trace: Any) -> None:
        """Add points or lines."""
        self.data.append({"type": "scatter", **trace})

    def add_bar(self, **trace: Any) -> None:
        """Add bars."""
        self.data.append({"type": "bar", **trace})

    def add_heatmap(self, **trace: Any) -> None:
        """Add a grid of colors."""
        self.data.append({"type": "heatmap", **trace})

    def add_shape(self, **shape: Any) -> None:
        """Add a line or an area that is no data."""
        self.layout["shapes"] = [*self.layout.get("shapes", ()), shape]

    def add_annotation(self, **annotation: Any) -> None:
        """Add a text."""
        self.layout["annotations"] = [*self.layout.get("annotations", ()), annotation]

    def to_dict(self) -> dict[str, Any]:
        """Traces and layout, as they were set: series, dates and all."""
        return {"data": self.data, "layout": self.layout}

    def finished(self) -> Drawing:
        """The figure for the browser, which has the template of the theme itself."""
        return Drawing(as_json(self.to_dict()), int(self.layout["height"]), self.layout.get("width"))


def whole_width(low: float, high: float) -> dict[str, Any]:
    """The ends of a shape from the left to the right edge of the plot."""
    return {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": low, "y1": high}


def as_json(value: Any) -> str:
    """A specification as JSON: dates in ISO form, null for what is unknown or infinite."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:  # most of a figure, so they come first
        return value
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is dict:
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, pd.Series | np.ndarray | pd.DatetimeIndex):
        return _plain(value.tolist())
    if isinstance(value, date):  # instants and pandas' timestamps are dates, and so is NaT
        return None if pd.isna(value) else value.isoformat()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.generic):
        return _plain(value.item())
    if value is pd.NA:
        return None
    if isinstance(value, Iterable):
        return [_plain(part) for part in value]
    raise TypeError(f"Plotly knows no {kind.__qualname__}.")
