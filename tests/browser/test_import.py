"""The whole way of somebody's own file: drop, look, map, import, mend the rejects, import again, undo."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

from support.axe import violations
from support.databases import sqlite_url

SHEET = "Wann;Wer;Gelesen\n31/01/2026;ada@acme.example;ja\n31/01/2026;nobody;nein\n"


def drop(visitor, name, content):
    visitor.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    visitor.settle()


def choose_newest(visitor):
    """Click the first row of the history."""
    visitor.click(visitor.page.locator(".st-key-load-history .rows button").first)


def test_a_table_of_ones_own_comes_in(start_server, tmp_path, open_visitor):
    visitor = open_visitor(start_server({"OUTREACH_DATABASE_URL": sqlite_url(tmp_path / "own.db")}))
    visitor.open("/data")
    drop(visitor, "Spring list.csv", b"Wer;Gelesen\nada@acme.example;ja\nben@bolt.example;nein\n")
    expect(visitor.main.get_by_text("CSV separated by semicolons")).to_be_visible()
    expect(visitor.main.get_by_text("Which column of Spring list.csv is")).to_be_visible()
    visitor.settle()
    assert violations(visitor) == []
    assert visitor.page.get_by_role("button", name="Import", exact=True).is_disabled()


def test_import_mend_import_again_and_undo(start_server, tmp_path, open_visitor):
    visitor = open_visitor(start_server({"OUTREACH_DATABASE_URL": sqlite_url(tmp_path / "own.db")}))
    visitor.open("/")
    clicks = 1  # the file chooser
    drop(visitor, "Spring list.csv", SHEET.replace("Gelesen", "Opened").encode())
    expect(visitor.main.get_by_text("1 row cannot be used")).to_be_visible()
    visitor.click(visitor.page.get_by_role("button", name="Import", exact=True))
    clicks += 1
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Overview", timeout=20_000)
    assert clicks <= 10
    visitor.open("/data")
    choose_newest(visitor)
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Download these rows").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert rows[1][:3] == ["31/01/2026", "nobody", "nein"]
    rows[1][1] = "ben@bolt.example"
    corrected = io.StringIO()
    csv.writer(corrected).writerows(rows)
    drop(visitor, "Spring list.csv", corrected.getvalue().encode())
    visitor.click(visitor.page.get_by_role("button", name="Import", exact=True))
    expect(visitor.main.get_by_text("Spring list.csv: 1 contacts", exact=False).first).to_be_visible(timeout=20_000)
    visitor.open("/data")
    choose_newest(visitor)
    visitor.click(visitor.page.get_by_role("button", name="Undo this import"))
    visitor.click(visitor.page.get_by_role("button", name="Undo", exact=True))
    expect(visitor.main.get_by_text("Undone: Spring list.csv. Removed 1 contacts.")).to_be_visible()
