"""Frames as plain rows: what is read row by row is many times faster as dictionaries."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame by the names of its columns; None for every unknown number, text and date."""
    columns = {str(name): _values(column) for name, column in frame.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: pd.Series[Any]) -> list[Any]:
    # What is unknown is NA, NaN or NaT, of which only NA cannot be compared with itself.
    return [None if value is pd.NA or value != value else value for value in column.tolist()]
