"""The dashboard without a browser: its script, run as Streamlit runs it, and what it drew."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pandas as pd
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.runtime.scriptrunner import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner
from streamlit.testing.v1.element_tree import Element

from outreach_results.ui import downloads
from outreach_results.ui.tables import Cell
from outreach_results.ui.tables.component import SHORT
from support.server import ROOT

PAGES: tuple[str, ...] = tuple(sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
"""The names of all pages, as their files say."""

HOME = "overview"
"""The page at the server's root."""

TIMEOUT_S = 60


def title(page: str) -> str:
    """What the navigation calls a page."""
    return page.capitalize()


def address(page: str, /, **parameters: Any) -> str:
    """Where a page is found below the server's root."""
    path = "/" if page == HOME else f"/{page}"
    return f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path


def run_page(page: str = HOME, /, **parameters: Any) -> AppTest:
    """Run the dashboard for somebody who opens this page with these parameters in the address."""
    app = AppTest.from_file(ROOT / "app.py", default_timeout=TIMEOUT_S)
    for name, value in parameters.items():
        app.query_params[name] = value
    if page != HOME:
        app.switch_page(f"pages/{page}.py")
    return app.run()


def go_back(app: AppTest, /, **parameters: Any) -> AppTest:
    """Run the dashboard for somebody whose Back button leads to these parameters."""
    app.query_params.clear()
    app.query_params.update(parameters)
    with patch.object(local_script_runner, "RerunData", partial(RerunData, is_history_navigation=True)):
        return app.run()


def run_alone(page: str) -> AppTest:
    """Run the file of a page without app.py around it."""
    return AppTest.from_file(ROOT / "pages" / f"{page}.py", default_timeout=TIMEOUT_S).run()


def components(app: AppTest, name: str) -> list[dict[str, Any]]:
    """What the components of that name on the page were given to draw."""
    drawn = [element.proto for element in app.get("bidi_component")]
    return [json.loads(proto.json) for proto in drawn if proto.component_name == name]


def table(app: AppTest, column: str) -> list[dict[str, Cell]]:
    """The rows of the one table with that column, each as its cells by column."""
    contents = [json.loads(drawn["table"]) for drawn in components(app, "outreach_table")]
    found = [content for content in contents if column in [one["name"] for one in content["columns"]]]
    assert len(found) == 1, f"{len(found)} tables with a column {column}"
    names = [one["name"] for one in found[0]["columns"]]
    long = {short: name for name, short in SHORT.items()}

    def cell(sent: Mapping[str, Any]) -> Cell:
        return Cell(**{long[short]: value for short, value in sent.items()})

    return [dict(zip(names, map(cell, row), strict=True)) for row in found[0]["rows"]]


def files(app: AppTest) -> dict[str, Mapping[str, str]]:
    """The addresses of the files that the page offers, by format, under what they are of.

    They last as long as ``app`` is kept.
    """
    return {
        drawn["title"]: {file["label"]: file["href"] for file in drawn["files"]}
        for drawn in components(app, "outreach_actions")
    }


def file_frame(app: AppTest, title: str) -> pd.DataFrame:
    """The rows of the CSV that the page offers under that title."""
    client = TestClient(Starlette(routes=downloads.routes()))
    return pd.read_csv(io.StringIO(client.get(files(app)[title]["CSV"]).content.decode("utf-8-sig")))


def words(app: AppTest) -> list[str]:
    """All that is to be read on the page, in no particular order."""
    kinds = ("title", "header", "subheader", "caption", "markdown", "text", "info", "warning", "error", "success")
    return [element.value for kind in kinds for element in app.get(kind) if isinstance(element, Element)]


def tiles(app: AppTest) -> dict[str, dict[str, Any]]:
    """What the tiles of the overview were given to draw, by label."""
    return {tile["label"]: tile for drawn in components(app, "outreach_tiles") for tile in drawn["tiles"]}


def metrics(app: AppTest) -> dict[str, str]:
    """The values of tiles and cards under their labels, with the notes beside them."""
    noted = {label: " · ".join([tile["value"], *tile["notes"]]) for label, tile in tiles(app).items()}
    return noted | {metric.label: metric.value for metric in app.metric}


def numbers(app: AppTest) -> dict[str, str]:
    """The numbers of the cards under their labels, without the notes beside them."""
    return {label: value.partition(" :gray")[0].partition(" · ")[0] for label, value in metrics(app).items()}
