"""The whole way of someone's own file: drop, look, match columns, import, correct the rejects, import again, undo."""

from __future__ import annotations

import csv
import io
import time
from contextlib import closing, suppress

import pytest
from playwright.sync_api import Error, expect

from outreach_results.store.engine import open_store
from support.axe import violations
from support.databases import sqlite_url, wipe
from support.sources import EXAMPLES

SHEET = "Wann;Wer;Gelesen;Antwort\n31/01/2026;ada@acme.example;ja;nein\n31/01/2026;nobody;nein;ja\n"

COUNT_CLICKS = "window.clicks = 0; addEventListener('click', event => { window.clicks += event.isTrusted }, true)"


def choose(visitor, name, content):
    """Choose a file as a person does: by the button, in the dialog of the operating system."""
    with visitor.page.expect_file_chooser() as chooser:
        visitor.main.get_by_role("button", name="Upload", exact=True).click()
    chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content})
    visitor.page.get_by_text(name, exact=True).first.wait_for()
    visitor.settle()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return sqlite_url(tmp_path_factory.mktemp("import") / "own.db")


@pytest.fixture(scope="module")
def shared_server(start_server, database):
    return start_server({"OUTREACH_DATABASE_URL": database})


@pytest.fixture
def server(shared_server, database):
    """A running server, with nothing in its database."""
    with closing(open_store(database)) as store:
        wipe(store)
    return shared_server


def test_a_new_user_soon_sees_a_first_chart(server, open_visitor):
    name, sent = "smartlead_leads.csv", "7"
    visitor = open_visitor(server)
    visitor.page.add_init_script(COUNT_CLICKS)
    began = time.monotonic()
    visitor.open("/")
    choose(visitor, name, (EXAMPLES / name).read_bytes())
    visitor.page.get_by_role("button", name="Import", exact=True).click()
    expect(visitor.page.get_by_text("Overview", exact=True).nth(1)).to_be_visible(timeout=30_000)
    chart = visitor.main.locator(".js-plotly-plot .main-svg").first
    chart.wait_for()
    seconds = time.monotonic() - began
    visitor.settle()
    assert visitor.metric("Sent") == sent
    clicks = visitor.page.evaluate("window.clicks") + 2  # the file, and "Open", in the operating system's dialog
    assert (clicks < 10, seconds < 300) == (True, True), (clicks, seconds)


def match(visitor, ours, theirs):
    """Say which column of the file is one of ours."""
    field = visitor.main.get_by_role("combobox", name=ours, exact=True)
    field.evaluate("field => field.scrollIntoView({block: 'center'})")  # its list closes when the page scrolls
    offered = visitor.page.get_by_role("option", name=theirs, exact=True)
    for _ in range(3):  # and while the page is still being drawn, when a person would click again
        field.click()
        with suppress(Error):
            offered.wait_for(timeout=3_000)
            break
    offered.click()
    visitor.settle()


def choose_newest(visitor):
    """Click the first row of the history."""
    visitor.click(visitor.page.locator(".st-key-load-history .rows button").first)


def test_the_whole_way_of_a_sheet(server, open_visitor):
    visitor = open_visitor(server)
    page, main = visitor.page, visitor.main
    visitor.open("/")
    choose(visitor, "Spring list.csv", SHEET.encode())
    expect(main.get_by_text("CSV separated by semicolons")).to_be_visible()
    expect(main.get_by_text("1 row cannot be used")).to_be_visible()
    expect(main.get_by_text("Not imported: Antwort.")).to_be_visible()
    visitor.click(main.get_by_text("Match columns", exact=True))
    match(visitor, "Replied", "Antwort")
    expect(main.get_by_text("Not imported")).to_have_count(0)
    assert violations(visitor) == []
    page.get_by_role("button", name="Import", exact=True).click()
    expect(main.get_by_text("Imported: Spring list.csv: 1 campaign, 1 contact; 1 rejected.")).to_be_visible(
        timeout=30_000
    )
    visitor.settle()
    visitor.click(page.get_by_role("link", name="See details"))
    rows = list(csv.reader(io.StringIO(visitor.download(page.get_by_role("button", name="Download these rows")).text)))
    assert rows[1][:4] == ["31/01/2026", "nobody", "nein", "ja"]
    rows[1][1] = "ben@bolt.example"
    corrected = io.StringIO()
    csv.writer(corrected).writerows(rows)
    choose(visitor, "Spring list.csv", corrected.getvalue().encode())
    page.get_by_role("button", name="Import", exact=True).click()
    expect(main.get_by_text("Spring list.csv: 1 contact.")).to_be_visible(timeout=30_000)
    visitor.open("/data")
    choose_newest(visitor)
    visitor.click(page.get_by_role("button", name="Undo this import"))
    expect(main.get_by_text("Undone: Spring list.csv. Removed 1 contact.")).to_be_visible()
