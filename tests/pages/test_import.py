"""The import card of the data page: what it asks, and what it says of files that cannot be read."""

from __future__ import annotations

from outreach_results import results
from outreach_results.ingest.registry import TOOL_FORMATS
from outreach_results.models import Filters
from support.bad_files import bad_files
from support.dashboard import run_page, table, words
from support.databases import contents
from support.http import eventually
from support.sources import EXAMPLES, expected_rejects

LEADS = "Email,Opened\nada@acme.example,{}\nben@bolt.example,no\n"


def drop(app, name, content):
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def imported(app):
    press(app, "Import")
    job = app.session_state["import-job"]
    eventually(lambda: job.is_done)
    app.run()
    return job


def test_a_second_export_of_a_day_is_kept_or_replaces(store):
    opened = {}
    for answer, choice in ((None, None), ("yes", "keep"), ("yes", "replace")):
        app = drop(run_page("data"), "Q1.csv", LEADS.format(answer or "no").encode())
        if choice is not None:
            assert any("differs from what is stored of Q1 for the same day" in warning.value for warning in app.warning)
            assert app.button(key="import-now").disabled
            next(radio for radio in app.radio if radio.label == "This day is already stored").set_value(choice).run()
        assert imported(app).problems == []
        opened[choice] = results.totals(store, Filters()).stats.opened
        assert ("what was stored for" in " ".join(words(app))) == (choice is not None)
    assert opened == {None: 0, "keep": 0, "replace": 1}


def test_each_bad_file_gets_its_sentence_on_the_page(store):
    files = bad_files()
    app = run_page("data")
    app.file_uploader[0].set_value([(name, content, "") for name, (content, _, _) in files.items()]).run()
    assert not app.exception
    said = " ".join(error.value for error in app.error).replace("\\", "")
    assert [name for name, (_, found, hint) in files.items() if found not in said or hint not in said] == []
    assert app.button(key="import-now").disabled
    assert not any(contents(store).values())


def test_every_tools_example_is_imported_and_shown(store):
    """Dropped together, with the answers that the form offers; every rejected row is explained."""
    examples = [EXAMPLES / entry.example for entry in TOOL_FORMATS]
    app = run_page("data")
    app.file_uploader[0].set_value([(path.name, path.read_bytes(), "") for path in examples]).run()
    job = imported(app)
    assert job.problems == []
    assert {report.source for report in job.reports} == {path.name for path in examples}
    explained = {reason for entry in TOOL_FORMATS for _, _, reason in expected_rejects(entry)}
    unexplained = {row.reason for report in job.reports for row in report.rejected} - explained
    assert all("choose the campaign for such rows" in reason for reason in unexplained)
    shown = [row["name"].text for row in table(run_page("overview", period="all"), "delivery_rate")]
    campaigns = results.all_campaigns(store)
    assert len(shown) == len(campaigns)
    assert all(any(label.startswith(campaign.name) for label in shown) for campaign in campaigns)
    assert all(report.campaigns <= {campaign.id for campaign in campaigns} for report in job.reports)
