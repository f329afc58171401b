"""What of a figure goes to the browser, and what comes back."""

from __future__ import annotations

import ast
import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from outreach_results import ui
from outreach_results.server import chart_library
from outreach_results.ui.charts import component, empty
from outreach_results.ui.charts.component import Point
from outreach_results.ui.figure import as_json

SOURCES = sorted(Path(ui.__path__[0]).rglob("*.py"))


def test_the_browser_gets_traces_and_layout_only() -> None:
    figure = empty(210)
    figure.add_scatter(x=[1, 2], y=[3, 4], name="Sent")
    drawing = figure.finished()
    sent = json.loads(drawing.spec)
    assert sorted(sent) == ["data", "layout"]
    assert sent["layout"]["height"] == drawing.height == 210
    assert sent["data"][0] | {"x": [1, 2], "y": [3, 4], "name": "Sent", "type": "scatter"} == sent["data"][0]


def test_unknown_numbers_and_dates_are_valid_json() -> None:
    figure = empty(100)
    figure.add_bar(x=[pd.Timestamp(2026, 3, 1), pd.NaT], y=[math.nan, math.inf], customdata=["</script>"])
    figure.add_scatter(x=pd.Series([date(2026, 3, 1), None]), y=np.array([1.5, math.nan]), text=(pd.NA, np.int64(3)))

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} isn't JSON")

    bars, points = json.loads(figure.finished().spec, parse_constant=refuse)["data"]
    assert bars["x"] == ["2026-03-01T00:00:00", None]
    assert bars["y"] == [None, None]
    assert bars["customdata"] == ["</script>"]
    assert (points["x"], points["y"], points["text"]) == (["2026-03-01", None], [1.5, None], [None, 3])


def test_what_has_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="knows no object"):
        as_json({"x": [object()]})


@pytest.mark.parametrize("nothing", [None, []])
def test_no_click_is_no_points(nothing: list[object] | None) -> None:
    assert component.points_of(nothing) == []


def test_a_click_is_its_points() -> None:
    reported = [{"index": 3, "customdata": "camp_1"}, {"index": 4}]
    assert component.points_of(reported) == [Point(3, "camp_1"), Point(4, None)]


def test_every_chart_goes_through_the_component() -> None:
    result = {
        path.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "plotly_chart"
    }
    assert result == {"component.py"}


def test_figures_use_traces_that_the_library_has() -> None:
    script = chart_library.FILE.read_text(encoding="utf-8")
    used = {
        node.func.attr.removeprefix("add_").lower()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr.startswith("add_") and hasattr(go.Figure, node.func.attr)
    } - {"annotation", "shape"}
    assert {"bar", "scatter", "heatmap"} <= used
    for trace in used:
        assert f'moduleType:"trace",name:"{trace}"' in script, f"The library draws no {trace}."
    assert 'moduleType:"trace",name:"table"' not in script
