"""The columns of a table, and rows made from a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

import pandas as pd

from outreach_results.ui.tables.cells import Cell, number, plain


class Kind(StrEnum):
    """How the cells of a column are set."""

    TEXT = "text"
    """At the left; wraps."""
    NUMBER = "number"
    """At the right, digits below digits; does not wrap."""
    LINE = "line"
    """A small line; not sorted."""


class Sort(NamedTuple):
    """By which column a table is sorted, and whether from its highest value down."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: of the cells in the rows.
        label: what its header says.
        help: a tooltip of the header.
        descending: whether the first click sorts from the highest value down; as for numbers without a say.
        is_extra: whether it shows only with "More columns".
        is_wide: whether long text gets more room than in the other columns.
        remark: what has to be known of the order while the table is sorted by this column.
        write: makes a cell of a value of a frame, for `rows_of`.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    help: str = ""
    descending: bool | None = None
    is_extra: bool = False
    is_wide: bool = False
    remark: str = ""
    write: Callable[[Any], Cell] = plain

    @property
    def is_sorted_down_first(self) -> bool:
        """Whether the first click sorts from the highest value down."""
        return self.kind == Kind.NUMBER if self.descending is None else self.descending


Row = Mapping[str, Cell]
"""The cells of a row, by the names of their columns; a column without one is empty there."""


class Link(NamedTuple):
    """What the first cell of a row leads to: see ``href`` and ``value`` of a `Cell`."""

    value: str
    href: str = ""


def columns_of(frame: pd.DataFrame) -> list[Column]:
    """A column for each of a frame whose names are labels already."""
    return [
        Column(str(name), str(name), Kind.NUMBER, write=number)
        if pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_bool_dtype(frame[name])
        else Column(str(name), str(name))
        for name in frame
    ]


def rows_of(frame: pd.DataFrame, columns: Sequence[Column], links: Sequence[Link] = ()) -> list[Row]:
    """The rows of a frame that has the columns, each value written as its column says.

    Args:
        links: of the first cells, one a row; without any, they lead nowhere.
    """
    written = {column.name: [column.write(value) for value in frame[column.name]] for column in columns}
    if links:
        first = columns[0].name
        written[first] = [
            replace(cell, value=link.value, href=link.href) for cell, link in zip(written[first], links, strict=True)
        ]
    return [dict(zip(written, cells, strict=True)) for cells in zip(*written.values(), strict=True)]
