"""The first start: before there is a database, before anything is in it, and after one click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.axe import violations
from support.databases import sqlite_url
from support.optional import present


def test_missing_database_leads_to_the_sample_data(start_server, tmp_path_factory, open_visitor):
    folder = tmp_path_factory.mktemp("first") / "results"
    server = start_server({"OUTREACH_DATABASE_URL": sqlite_url(folder / "outreach.db")})
    visitor = open_visitor(server)

    visitor.open("/inbox")
    assert "The database cannot be used: unable to open database file." in visitor.main.inner_text()
    assert "OUTREACH_DATABASE_URL" in visitor.main.inner_text()
    assert "The database cannot be used" in server.printed()
    assert "Traceback" not in server.printed()

    folder.mkdir()
    visitor.reload()
    assert visitor.title == "Bring in your results"
    assert violations(visitor) == []
    assert visitor.overflow() <= 0
    offers = ("Upload", "Connect an account", "Load sample data")
    tops = [present(visitor.page.get_by_role("button", name=one, exact=True).bounding_box())["y"] for one in offers]
    assert max(tops[:2]) < tops[2], "one's own data first"

    visitor.page.get_by_role("button", name="Load sample data").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Inbox", timeout=30_000)  # the load takes a while
    visitor.settle()
    assert "This is sample data" in visitor.main.inner_text()

    visitor.click(visitor.page.get_by_role("button", name="Remove sample data"))
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Bring in your results")


def test_a_misspelt_setting_starts_no_server(start_server):
    with pytest.raises(RuntimeError, match=r"Unknown setting OUTREACH_DATABSE_URL\. Known are:") as raised:
        start_server({"OUTREACH_DATABSE_URL": "sqlite:///x.db"})
    assert "Traceback" not in str(raised.value)
