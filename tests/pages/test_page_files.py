"""The files that pages offer under their charts and tables."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.ui import downloads
from outreach_results.ui.data import with_whole_counts
from support import dashboard
from support.dashboard import PAGES, metrics, run_page, words

VIEWS: dict[str, dict[str, Any]] = {
    "as it opens": {},
    "by sending day beside a campaign": {
        "period": "This month",
        "basis": "Sending day",
        "compare": "Q1 Outreach – US & UK operations leads",
    },
    "one day": {"period": "Custom", "days": ["2026-02-03", "2026-02-03"], "compare": "Same period last year"},
}

FILE_NAME = re.compile(r'filename="([^"]+)"')


@pytest.fixture
def page_files(sample_dashboard):
    """A function that opens a page and returns its CSV files: content by name."""
    client = TestClient(Starlette(routes=downloads.routes()))

    def files(page, **view):
        app = run_page(page, **view)
        assert not app.exception
        answers = [client.get(addresses["CSV"]) for addresses in dashboard.files(app).values()]
        return {FILE_NAME.findall(answer.headers["content-disposition"])[0]: answer.content for answer in answers}

    return files


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


MEASURED = re.compile(r".*_(usd|mean|usual_low|usual_high|expected)|seconds|total|per_\w+|reported|counted|difference")
"""Columns of measures that may be 2.0 and more. Every whole number of that size elsewhere is a count."""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("page", PAGES)
def test_files_have_whole_counts_and_no_none(page, view, page_files):
    tables = {name: rows_of(content) for name, content in page_files(page, **VIEWS[view]).items()}
    assert any(tables.values())
    for name, rows in tables.items():
        for row in rows:
            for column, cell in row.items():
                assert cell not in ("None", "nan", "NaN", "NaT", "<NA>"), (name, column)
                is_whole_float = re.fullmatch(r"-?\d+\.0", cell) and abs(float(cell)) >= 2
                assert not is_whole_float or MEASURED.fullmatch(column), (name, column, cell)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_none(page, view, sample_dashboard):
    app = run_page(page, **VIEWS[view])
    shown = [*words(app), *(value for pair in metrics(app).items() for value in pair)]
    assert not [text for text in shown if re.search(r"\b(None|nan|NaN|NaT|<NA>)\b", text)]
    cells = " ".join(drawn["table"] for drawn in dashboard.components(app, "outreach_table"))
    assert not re.search(r'"t":"(None|nan|NaN|NaT|<NA>)"', cells)


def test_mean_that_is_off_is_in_no_file(page_files):
    def columns(**view):
        (content,) = (result for name, result in page_files("trends", **view).items() if re.match(r"trend_.*csv", name))
        return list(rows_of(content)[0])

    assert "opened_mean" in columns(mean="1")
    assert not [name for name in columns() if "mean" in name]


def test_reconciled_counts_are_integers():
    frame = pd.DataFrame({"metric": ["opened", "cost_usd"], "reported": [3.0, 2.0], "counted": [2.0, 2.5]})
    whole = with_whole_counts(frame.assign(difference=[float("nan"), 0.5]))
    assert [str(value) for value in whole["reported"]] == ["3", "2.0"]
    assert [str(value) for value in whole["counted"]] == ["2", "2.5"]
    assert pd.isna(whole["difference"][0])
