"""The history on the page: what an import did, its rejected rows, and undo."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.ingest.history import LoadKind, record_failure
from outreach_results.ingest.load import load
from outreach_results.ingest.records import FileItem, Rejected
from outreach_results.models import Filters
from outreach_results.results import ImportEntry
from outreach_results.store.admin import deletion
from outreach_results.store.engine import Store
from outreach_results.ui import text
from outreach_results.ui.imports.history import _row
from support import records
from support.dashboard import run_page, table, words


@pytest.fixture
def own(use_database, sqlite_store: Store) -> Store:
    """The dashboard shows this database, with one campaign."""
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    rows: list[FileItem] = [
        records.campaign(),
        *records.emails(3),
        Rejected("a.csv", 5, "Email", "'x' isn't an email address"),
    ]
    load(sqlite_store, "a.csv", rows, loaded_by="ada")
    return sqlite_store


def opened(load_id: str, *, pressed: str = "") -> AppTest:
    """The page after a click on an import, and on a button of its dialog."""
    app = run_page("data")
    app.session_state["import-chosen"] = load_id
    app.run()
    if pressed:
        app.session_state["import-chosen"] = load_id
        next(button for button in app.button if button.label == pressed).click().run()
    assert not app.exception
    return app


def test_a_click_shows_what_an_import_did(own: Store) -> None:
    [entry] = results.load_history(own)
    app = opened(entry.load_ids[0])
    assert "New: 1 campaign, 3 emails. Already known: nothing." in words(app)
    assert "**1 row cannot be used.**" in words(app)
    assert table(app, "problem")[0]["problem"].text == "'x' isn't an email address"
    assert [button.label for button in app.download_button if "rows" in button.label] == ["Download these rows"]


def test_an_import_is_undone(own: Store) -> None:
    [entry] = results.load_history(own)
    load(own, "b.csv", [records.campaign("other"), *records.emails(1, of="other")])
    app = opened(entry.load_ids[0], pressed="Undo this import")
    assert results.totals(own, Filters()).stats.emails_sent == 1
    assert [success.value for success in app.success] == [text.escape("Undone: a.csv. Removed 3 emails, 1 campaign.")]
    assert [row["state"].text for row in table(app, "inserted")] == ["", "Undone"]


def test_a_failure_says_why(own: Store) -> None:
    record_failure(own, "photo.csv", "photo.csv is a <b>picture</b>.")
    failed = results.load_history(own)[0]
    app = opened(failed.load_ids[0])
    assert [error.value for error in app.error] == [text.escape("photo.csv is a <b>picture</b>.")]
    assert [row["state"].text for row in table(app, "inserted")] == ["Failed", ""]


def test_lines_say_how_many_and_from_when() -> None:
    first, last = datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 9, 14, 23, tzinfo=UTC)
    entry = ImportEntry(("b", "a"), "SendGrid", LoadKind.WEBHOOK.value, None, first, last, 6, 3, 0, 1.0)
    row = _row(entry)
    assert (row["source"].text, row["source"].note) == ("SendGrid", "2 deliveries")
    assert row["finished_at"].text == "Mar 9, 2026, 10:00 AM – 2:23 PM"
    assert row["loaded_by"].text == "Webhook"


def test_deliveries_for_a_deleted_campaign_say_so(own: Store) -> None:
    load(own, "b.csv", [records.campaign("other"), records.email(of="other")])
    deletion.delete(own, records.CAMPAIGN)
    for n in range(4, 6):
        load(own, "SendGrid", [records.campaign(), records.email(f"e{n}")], kind=LoadKind.WEBHOOK)
    newest = results.load_history(own)[0]
    assert len(newest.load_ids) == 2
    said = words(opened(newest.load_ids[0]))
    assert "2 new, 0 already known in 2 imports." in said
    assert any(line.startswith("1 campaign is deleted here, First contact: restore it in Data") for line in said)
