"""What of a table goes to the browser, and what comes back."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import ui
from outreach_results.ui import tables
from outreach_results.ui.tables import Cell, Column, Kind, Tone
from outreach_results.ui.tables.component import encoded
from support.dashboard import components
from support.hostile import HOSTILE

COLUMNS = (
    Column("name", "Campaign", is_wide=True),
    Column("sent", "Sent", Kind.NUMBER, write=tables.number),
    Column("replies", "Replies", Kind.LINE),
)


def sent(rows: list[tables.Row], totals: tables.Row | None = None) -> Any:
    return json.loads(encoded(COLUMNS, rows, totals), parse_constant=pytest.fail)


def test_rows_of_a_frame_are_written_by_column() -> None:
    frame = pd.DataFrame({"sent": pd.array([3, None], dtype="Int64"), "name": ["One", "Two"], "other": [1, 2]})
    rows = tables.rows_of(frame, COLUMNS[:2])
    assert [[row["name"].text, row["sent"].text] for row in rows] == [["One", "3"], ["Two", "–"]]


def test_a_frame_without_rows_is_no_row() -> None:
    assert tables.rows_of(pd.DataFrame({"name": [], "sent": []}), COLUMNS[:2]) == []


def test_the_browser_gets_what_is_said_only() -> None:
    rows: list[tables.Row] = [
        {"name": Cell("One", href="/?campaigns=camp_1", value="camp_1"), "sent": Cell("0", 0.0)},
        {"sent": Cell("7", 7.0, "Above", tone=Tone.WORSE, sign="!"), "replies": Cell(line=(1, None, 0))},
    ]
    assert sent(rows, {"sent": tables.partly(Cell("7"), 3, 5)}) == {
        "columns": [
            {"name": "name", "label": "Campaign", "kind": "text", "wide": True},
            {"name": "sent", "label": "Sent", "kind": "number", "down": True},
            {"name": "replies", "label": "Replies", "kind": "line"},
        ],
        "totals": [{}, {"t": "7", "n": "3 of 5", "h": "In 3 of 5 campaigns; the others do not track it"}, {}],
        "rows": [
            [{"t": "One", "u": "/?campaigns=camp_1", "v": "camp_1"}, {"t": "0", "s": 0.0}, {}],
            [{}, {"t": "7", "s": 7.0, "h": "Above", "c": "worse", "g": "!"}, {"l": [1, None, 0]}],
        ],
    }


def test_amounts_of_a_column_have_the_same_decimals() -> None:
    amounts = [0.0197, 0.018, 0.0, None, 1.5]
    columns = [Column("price", "Per email", Kind.NUMBER), Column("range", "Range", Kind.NUMBER)]
    rows = [{"price": tables.unit_price(amount), "range": Cell("$1.2–$3")} for amount in amounts]
    content = json.loads(encoded(columns, rows, {"price": tables.unit_price(0.02)}))
    shown = [row[0]["t"] for row in content["rows"]]
    assert shown == ["$0.0197", "$0.0180", "$0.0000", "–", "$1.5000"]
    assert content["totals"][0]["t"] == "$0.0200"
    assert {row[1]["t"] for row in content["rows"]} == {"$1.2–$3"}


def test_what_strangers_wrote_arrives_to_the_letter() -> None:
    rows = tables.rows_of(pd.DataFrame({"name": list(HOSTILE)}), COLUMNS[:1])
    assert [row[0]["t"] for row in sent(rows)["rows"]] == list(HOSTILE)


def test_every_table_goes_through_the_component() -> None:
    found = {
        path.name
        for path in Path(ui.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("dataframe", "table", "data_editor")
        if isinstance(node.value, ast.Name) and node.value.id == "st"
    }
    assert found == set()


def test_texts_of_a_table_leave_extra_columns_out() -> None:
    columns = (*COLUMNS, Column("type", "Type", is_extra=True))
    rows: list[tables.Row] = [{"name": Cell("One", value="c1"), "sent": Cell("3"), "type": Cell("x")}]
    texts = tables.texts_of(encoded(columns, rows))
    assert texts.to_dict("index") == {"c1": {"Campaign": "One", "Sent": "3"}}


def test_only_what_python_asks_for_is_reported(sample_dashboard: None) -> None:
    def script() -> None:
        from outreach_results.ui import tables

        columns = (tables.Column("name", "Name"),)
        tables.show(columns, [{"name": tables.Cell("One")}], key="quiet", alt="Quiet")
        tables.show_encoded(
            tables.encoded(columns, []),
            key="asks",
            alt="Asks",
            sort=tables.Sort("name"),
            on_sort=print,
            search="Search names",
        )

    app = AppTest.from_function(script).run()
    assert not app.exception
    quiet, asks = components(app, "outreach_table")
    assert (quiet["reports"], quiet["sort"], quiet["search"]) == ([], None, None)
    assert (asks["reports"], asks["sort"], asks["search"]) == (["sort"], ["name", False], "Search names")
