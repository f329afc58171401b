"""The report of an import, which other pages show in a line until it is closed."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results.ingest.records import Rejected
from outreach_results.ingest.report import LoadReport
from outreach_results.ui import text
from outreach_results.ui.imports.job import ImportJob
from support.dashboard import run_page, words

JOB = ImportJob(problems=["photo.csv is a picture."], is_done=True)
JOB.reports.append(LoadReport("a.csv", "id", rejected_total=1, rejected=[Rejected("a.csv", 5, "Email", "no address")]))
SAID = "Imported: a.csv: nothing new; 1 rejected. photo.csv is a picture."


def with_job(page: str) -> AppTest:
    app = run_page(page)
    app.session_state["import-job"] = JOB
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("page", ["overview", "inbox"])
def test_problems_are_told_on_other_pages(page: str, sample_dashboard: None) -> None:
    app = with_job(page)
    assert text.escape(SAID) in words(app)
    next(button for button in app.button if button.label == "Close").click().run()
    assert text.escape(SAID) not in words(app)


def test_the_data_page_has_the_whole_report(sample_dashboard: None) -> None:
    app = with_job("data")
    assert text.escape(SAID) not in words(app)
    assert "a.csv: nothing new; 1 rejected." in words(app)
    assert [error.value for error in app.error] == [text.escape("photo.csv is a picture.")]
