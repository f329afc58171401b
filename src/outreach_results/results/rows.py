"""Plain rows and frames: rows to compute with, because a few dozen of them cost a frame many times as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame by the names of its columns; None for every unknown number, text and date."""
    columns = {str(name): _values(column) for name, column in frame.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def frame_of(rows: Sequence[Mapping[str, Any]], types: Mapping[str, str | None]) -> pd.DataFrame:
    """The frame of some rows: what `records` reads back.

    Args:
        types: the columns by name with the type of their values; None leaves it to pandas, as for names.
    """
    return pd.DataFrame({name: _column([row[name] for row in rows], own) for name, own in types.items()})


def _column(values: list[Any], kind: Any) -> Any:
    if kind is None:
        return values
    # Of numpy where it has the type: arrays of pandas take several times as long to make.
    return np.array(values, dtype=np.float64) if kind == "float64" else pd.array(values, dtype=kind)


def _values(column: pd.Series[Any]) -> list[Any]:
    # What is unknown is NA, NaN or NaT, of which only NA cannot be compared with itself.
    return [None if value is pd.NA or value != value else value for value in column.tolist()]
