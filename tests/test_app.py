"""The one entry: its navigation, its gate, and errors as sentences."""

from __future__ import annotations

import ast

import pytest

from outreach_results import results
from outreach_results.errors import QueryError, StoreBusyError
from outreach_results.ui import text
from support.dashboard import HOME, PAGES, run_alone, run_page, words
from support.databases import sqlite_url
from support.server import ROOT


def named_in_app():
    """The pages that app.py names, without running it."""
    for statement in ast.parse((ROOT / "app.py").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "PAGES":  # type: ignore[attr-defined]
            return ast.literal_eval(statement.value)
    raise AssertionError("app.py names no pages")


def kinds(app):
    return [type(element).__name__ for element in app.main.children.values()]


def test_every_page_is_in_the_navigation():
    assert sorted(named_in_app()) == list(PAGES)


def test_the_navigation_begins_at_home():
    assert named_in_app()[0] == HOME


@pytest.mark.parametrize("page", PAGES)
def test_page_around_the_entry_shows_no_data(page, sample_dashboard):
    alone = run_alone(page)
    assert not alone.exception
    assert words(alone) == ["Open the dashboard at its front page."]
    assert kinds(alone) == ["Info", "LinkButton"]
    assert not alone.sidebar.children


@pytest.mark.parametrize("page", PAGES)
def test_unopenable_database_is_explained(page, use_database, tmp_path):
    use_database(sqlite_url(tmp_path / "no such folder" / "outreach.db"))
    app = run_page(page)
    assert not app.exception
    assert [error.value for error in app.error] == [
        text.escape(
            "The database cannot be used: unable to open database file. Check OUTREACH_DATABASE_URL, and that the "
            "server runs or the folder exists and is writable."
        )
    ]
    assert kinds(app) == ["Error"]


def test_a_wrong_setting_is_reported_in_a_sentence(use_database, monkeypatch):
    use_database("nonsense")
    assert "The database address is malformed" in run_page().error[0].value

    monkeypatch.setenv("OUTREACH_DATABSE_URL", "sqlite:///x.db")
    use_database("sqlite:///x.db")
    assert text.escape("Unknown setting OUTREACH_DATABSE_URL.") in run_page().error[0].value


def test_error_while_drawing_is_shown_below(sample_dashboard, monkeypatch):
    def busy(_store, _filters):
        raise StoreBusyError("The database is busy with another change. Try again in a moment.")

    monkeypatch.setattr(results, "totals", busy)
    app = run_page()
    assert not app.exception
    assert [title.value for title in app.title] == ["Overview"]
    assert [error.value for error in app.error] == [
        text.escape("The database is busy with another change. Try again in a moment.")
    ]


def test_hostile_text_in_an_error_is_plain(sample_dashboard, monkeypatch):
    def unknown(_store, _filters):
        raise QueryError("mcp", "No benchmarks are known for <b>**sales**</b>.")

    monkeypatch.setattr(results, "totals", unknown)
    assert [error.value for error in run_page().error] == [text.escape("No benchmarks are known for <b>**sales**</b>.")]
