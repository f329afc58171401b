"""A new user connects an account, cancels its first sync, and syncs again."""

from __future__ import annotations

from playwright.sync_api import expect

from support import faulty_server as faults
from support.axe import violations
from support.databases import sqlite_url
from support.faulty_server import KEY, remote_campaign


def test_an_account_is_connected_and_synced(start_server, tmp_path, open_visitor):
    visitor = open_visitor(start_server({"OUTREACH_DATABASE_URL": sqlite_url(tmp_path / "own.db")}))
    page = visitor.page
    with faults.faulty_server() as remote:
        remote.campaigns["a"] = remote_campaign()
        remote.trouble("/a/stats", faults.silent_for(60), times=1)
        visitor.open("/")
        expect(visitor.main.get_by_text("Not connected yet.")).to_be_visible()
        visitor.click(page.get_by_role("button", name="Connect an account"))
        for label, value in {"Name": "Sales team", "Address": remote.url, "Key": KEY}.items():
            page.get_by_role("dialog").get_by_role("textbox", name=label, exact=True).fill(value)
        visitor.click(page.get_by_role("button", name="Test connection"))
        expect(page.get_by_text("1 campaign.")).to_be_visible()
        assert violations(visitor) == []
        page.get_by_role("button", name="Connect", exact=True).click()
        expect(visitor.main.get_by_text("Syncing Sales team, 0 of 1 campaign")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(visitor.main.get_by_text("The sync was stopped.")).to_be_visible()
        visitor.settle()
        assert violations(visitor) == []
        page.get_by_role("button", name="Sync now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview", timeout=20_000)
