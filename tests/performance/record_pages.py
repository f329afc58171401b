"""Run every page once and write what it shows to a folder: ``python record_pages.py FOLDER``.

A file a page: its Plotly figures, its numbers by label, and its tables as columns and rows of text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # for tests/support

import streamlit as st
from time_pages import run_pages_through_the_entry

from support.dashboard import PAGES, components, numbers, run_page


def main(folder: Path) -> None:
    """Record them all."""
    drawn: list[object] = []
    draw = st.plotly_chart

    def draw_and_keep(figure, *args, **kwargs):
        drawn.append(figure)
        return draw(figure, *args, **kwargs)

    st.plotly_chart = draw_and_keep  # type: ignore[assignment]
    run_pages_through_the_entry()
    for page in PAGES:
        drawn.clear()
        app = run_page(page)
        tables = [_as_text(json.loads(table["table"])) for table in components(app, "outreach_table")]
        shown = {"figures": drawn, "numbers": numbers(app), "tables": tables}
        (folder / f"{page}.json").write_text(json.dumps(shown), encoding="utf-8")


def _as_text(table: dict[str, Any]) -> dict[str, object]:
    rows = [[cell.get("t", "") for cell in row] for row in table["rows"]]
    return {"columns": [column.get("label", column["name"]) for column in table["columns"]], "rows": rows}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
