"""How a table gets onto a page: a component that builds it in the browser from plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from outreach_results.ui import parts
from outreach_results.ui.tables.cells import Cell
from outreach_results.ui.tables.columns import Column, Kind, Link, Row, Sort, columns_of, rows_of

_component = parts.component("table")

_MOST_ROWS = 12
"""For how many rows the page keeps room until the table is drawn."""

ANY = "any-value"
"""What stands for the value of a cell in the address that a table leads to."""


class Click(NamedTuple):
    """A link or button of a cell that was clicked: its column, and the cell's ``value``."""

    column: str
    value: str


def show(
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    key: str,
    alt: str,
    totals: Row | None = None,
    sort: Sort | None = None,
    on_click: Callable[[Click], None] | None = None,
) -> None:
    """Draw a table. Sorting happens in the browser at once.

    Args:
        rows: in the order in which they are shown without a sort. The first column names the row.
        alt: what the table holds, for who cannot see it.
        totals: a row that stays above the others.
        sort: what the rows are sorted by before a person sorts.
        on_click: called before the next run with what was clicked; without it, links load a page.
    """
    show_encoded(
        encoded(columns, rows, totals),
        key=key,
        alt=alt,
        rows=len(rows) + (totals is not None),
        sort=sort,
        on_click=on_click,
    )


def show_frame(
    frame: pd.DataFrame,
    columns: Sequence[Column] | None = None,
    *,
    key: str,
    alt: str,
    links: Sequence[Link] = (),
    sort: Sort | None = None,
    on_click: Callable[[Click], None] | None = None,
) -> None:
    """Draw a frame as a table: see `rows_of` and `show`. Without columns, all of the frame under its own names."""
    columns = columns_of(frame) if columns is None else columns
    show(columns, rows_of(frame, columns, links), key=key, alt=alt, sort=sort, on_click=on_click)


def show_encoded(
    content: str,
    *,
    key: str,
    alt: str,
    rows: int = 0,
    leads_to: str = "",
    sort: Sort | None = None,
    search: str | None = None,
    searched: str = "",
    on_click: Callable[[Click], None] | None = None,
    on_sort: Callable[[Sort], None] | None = None,
    on_search: Callable[[str], None] | None = None,
) -> None:
    """Draw a table that is `encoded` already. Searching too happens in the browser at once.

    Args:
        content: as `encoded` gives it; worth keeping where a table is large.
        rows: how many it has; so much room is kept for it before it is drawn.
        leads_to: where cells without an ``href`` lead that have a ``value``, with `ANY` in place of it.
        alt, sort, on_click: as of `show`.
        search: the label of a field above the table that searches in the first column; without one, there is none.
        searched: what that field holds at first.
        on_sort: called before the next run with the column that a person sorted by.
        on_search: the same with what a person searched for.
    """

    def report(name: str, handler: Callable[[Any], None] | None) -> Callable[[], None]:
        def reported() -> None:
            value = st.session_state[key].get(name)
            if handler is not None and value is not None:
                handler(value)

        return reported

    with st.container(key=f"table-of-{min(rows, _MOST_ROWS)}-{key}"):
        _component(
            key=key,
            data={
                "table": content,
                "alt": alt,
                "leads_to": leads_to,
                "sort": None if sort is None else [sort.column, sort.descending],
                "search": search,
                "searched": searched,
                "reports": [name for name, asked in _reports(on_click, on_sort, on_search).items() if asked],
            },
            on_click_change=report("click", None if on_click is None else lambda value: on_click(Click(*value))),
            on_sort_change=report("sort", None if on_sort is None else lambda value: on_sort(Sort(*value))),
            on_search_change=report("search", on_search),
        )


def encoded(columns: Sequence[Column], rows: Sequence[Row], totals: Row | None = None) -> str:
    """The columns and cells as JSON, each in the shortest form that says it all."""
    names = [column.name for column in columns]
    first, *others = _same_decimals([totals or {}, *rows], [one.name for one in columns if one.kind == Kind.NUMBER])
    return json.dumps(
        {
            "columns": [_column(column) for column in columns],
            "totals": None if totals is None else _cells(first, names),
            "rows": [_cells(row, names) for row in others],
        },
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
    )


_AMOUNT = re.compile(r"-?\$[\d,]+\.(\d+)")


def _same_decimals(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The rows with as many decimals in all amounts of a column, so that digits stand below digits."""
    result = [dict(row) for row in rows]
    for name in names:
        amounts = [(row, match) for row in result if name in row and (match := _AMOUNT.fullmatch(row[name].text))]
        most = max((len(match[1]) for _, match in amounts), default=0)
        for row, match in amounts:
            if len(match[1]) < most:
                row[name] = replace(row[name], text=match[0] + "0" * (most - len(match[1])))
    return list(result)


def texts_of(content: str) -> pd.DataFrame:
    """The texts of an `encoded` table without its extra columns and lines; the index has the value of each row."""
    read = json.loads(content)
    shown = {
        place: column["label"]
        for place, column in enumerate(read["columns"])
        if not column.get("extra") and column["kind"] != Kind.LINE
    }
    rows = [{label: row[place].get("t", "") for place, label in shown.items()} for row in read["rows"]]
    return pd.DataFrame(rows, [next((cell["v"] for cell in row if "v" in cell), "") for row in read["rows"]])


def _reports(*handlers: object) -> dict[str, bool]:
    return {name: handler is not None for name, handler in zip(("click", "sort", "search"), handlers, strict=True)}


def _column(column: Column) -> dict[str, Any]:
    fields = {
        "name": column.name,
        "label": column.label,
        "kind": column.kind,
        "help": column.help,
        "remark": column.remark,
        "down": column.is_sorted_down_first,
        "extra": column.is_extra,
        "wide": column.is_wide,
    }
    return {name: value for name, value in fields.items() if value}


def _cells(row: Row, names: Sequence[str]) -> list[dict[str, Any]]:
    return [_cell(row[name]) if name in row else {} for name in names]


SHORT = {
    "text": "t",
    "by": "s",
    "title": "h",
    "href": "u",
    "value": "v",
    "tone": "c",
    "sign": "g",
    "note": "n",
    "is_quiet": "q",
    "line": "l",
    "bar": "b",
}


_values = attrgetter(*SHORT)


def _cell(cell: Cell) -> dict[str, Any]:
    """The attributes that a cell has, by short names. What it sorts by is there even if it is 0."""
    return {
        short: value
        for short, value in zip(SHORT.values(), _values(cell), strict=True)
        if value or (value is not None and short in "sb")
    }
