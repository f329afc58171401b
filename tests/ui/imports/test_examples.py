"""Each tool's example comes in by the page and by the command, to the same, and every rejected row is explained."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from outreach_results.cli import main
from outreach_results.config import settings
from outreach_results.ingest.history import rejected_rows
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.registry import TOOL_FORMATS
from outreach_results.ui.imports.job import start_import
from outreach_results.ui.imports.uploads import Uploads
from support.databases import contents
from support.http import eventually
from support.sources import EXAMPLES, expected_rejects

ANSWERS = Answers(campaign="Example", as_of=datetime(2026, 2, 1, 23, 59, 59, tzinfo=UTC))
"""What the options of the command say, and the form of the page."""


def imported_by_page(store, path):
    """What the page does: drop, look, answer, import."""
    uploads = Uploads([(path.name, io.BytesIO(path.read_bytes()))])
    [upload] = uploads.files
    about = {question.about for view in upload.views(store) for question in view.plan.questions}
    assert about <= {"campaign", "as_of"}
    upload.answers = ANSWERS
    assert not any(view.plan.questions for view in upload.views(store))
    job = start_import(store, uploads)
    eventually(lambda: job.is_done)
    assert job.problems == []
    [report] = job.reports
    return rejected_rows(store, report.load_id)


def imported_by_command(store, path, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", store.engine.url.render_as_string(hide_password=False))
    settings.cache_clear()  # the page has read them already
    options = ["--campaign", "Example", "--as-of", "2026-02-01"]
    return CliRunner().invoke(main.app, ["import", *options, str(path)])


@pytest.mark.parametrize("entry", TOOL_FORMATS, ids=lambda entry: entry.key)
def test_page_and_command_import_the_same(entry, make_sqlite, monkeypatch):
    path = EXAMPLES / entry.example
    by_page, by_command = make_sqlite(), make_sqlite()
    rejects = imported_by_page(by_page, path)
    assert [[str(row.row), row.column, row.reason] for row in rejects] == expected_rejects(entry)
    ended = imported_by_command(by_command, path, monkeypatch)
    assert (ended.exit_code, f"{len(rejects)} rejected" in ended.output) == (bool(rejects), bool(rejects)), ended.output
    assert all(row.reason in " ".join(ended.output.split()) for row in rejects[:10])
    assert contents(by_command) == contents(by_page)
