"""Deleting and restoring a campaign on the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store.admin import deletion
from outreach_results.store.engine import Store
from support import records
from support.dashboard import run_page


@pytest.fixture
def own(use_database: Callable[[str], None], sqlite_store: Store) -> Store:
    """The dashboard shows this database, with two campaigns."""
    other: list[Record] = [records.campaign("other", "Autumn"), records.email(of="other")]
    load(sqlite_store, "test", [records.campaign(), *records.emails(3), *other])
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


def test_a_campaign_is_deleted_and_restored(own: Store) -> None:
    app = run_page("data")
    app.selectbox(key="settings-of").set_value("other").run()
    app.button(key="delete-campaign").click().run()
    assert not app.exception
    assert [one.id for one in results.all_campaigns(own)] == [records.CAMPAIGN]
    assert app.selectbox(key="settings-of").value == records.CAMPAIGN
    [said] = [element.value for element in app.text if element.value.startswith("Autumn · deleted")]
    assert ", 20" in said
    app.button(key="restore-other").click().run()
    assert not app.exception
    assert len(results.all_campaigns(own)) == 2
    assert not [element for element in app.text if element.value.startswith("Autumn · deleted")]


def test_the_last_campaign_can_be_restored(own: Store) -> None:
    app = run_page("data")
    for _ in range(2):
        app.button(key="delete-campaign").click().run()
    assert results.all_campaigns(own) == []
    app.button(key="restore-other").click().run()
    assert [one.id for one in results.all_campaigns(own)] == ["other"]


def test_it_can_be_restored_where_nothing_was_sent(own: Store) -> None:
    load(own, "test", [records.campaign("new", "New")])
    for campaign_id in (records.CAMPAIGN, "other"):
        deletion.delete(own, campaign_id)
    app = run_page("data")
    assert any("nothing has been sent yet" in info.value for info in app.info)
    assert any(button.label == "Connect an account" for button in app.button)
    app.button(key="restore-other").click().run()
    assert not app.exception
    assert app.selectbox(key="settings-of")
