"""Callbacks for clicks on charts and tables."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import streamlit as st


def content_key(name: str, *shown: Hashable) -> str:
    """A widget key that changes with the widget's content, so that a selection is not applied to other content."""
    return f"{name}-{abs(hash(shown)):x}"


def on_chart_click(key: str, go: Callable[[str], None]) -> Callable[[], None]:
    """A callback for ``on_select`` that calls ``go`` with the clicked mark's ``customdata``.

    It runs before the page is drawn, the only time at which the filters take a new value.
    """

    def clicked() -> None:
        points = st.session_state[key].selection.points
        chosen = points[0].get("customdata") if points else None
        if chosen:
            go(str(chosen[0] if isinstance(chosen, list) else chosen))

    return clicked


def on_row_select(key: str, choices: list[str], go: Callable[[str], None]) -> Callable[[], None]:
    """A callback for a table's ``on_select`` that calls ``go`` with the choice of the selected row."""

    def selected() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            go(choices[rows[0]])

    return selected
