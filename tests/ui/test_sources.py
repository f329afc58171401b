"""The card of the connected accounts: connect, test, sync, edit, remove."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.config import settings
from outreach_results.store import sync_sources
from outreach_results.store.engine import Store
from outreach_results.sync import jobs
from outreach_results.sync.sources import accounts, add_account
from outreach_results.ui import text
from support import faulty_server as faults
from support.dashboard import run_page, words
from support.faulty_server import KEY, FaultyServer, remote_campaign
from support.http import eventually
from support.syncing import sync_from


@pytest.fixture
def remote() -> Iterator[FaultyServer]:
    """A server with a campaign."""
    with faults.faulty_server() as server:
        server.campaigns["a"] = remote_campaign()
        yield server


@pytest.fixture
def empty(use_database, sqlite_store: Store) -> Store:
    """The dashboard shows this database, with nothing in it."""
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


@pytest.fixture
def connected(empty: Store, remote: FaultyServer) -> Store:
    """The same with one account, not synced yet."""
    add_account(empty, "Sales <b>", remote.url, SecretStr(KEY), settings(), every=timedelta(0))
    return empty


def press(app: AppTest, label: str, *, within: str = "") -> AppTest:
    """Click a button; ``within`` is the one that opened its dialog, which a whole run would close otherwise."""
    if within:
        next(button for button in app.button if button.label == within).click()
    [button] = [button for button in app.button if button.label == label]
    return button.click().run()


def type_in(app: AppTest, **values: str) -> None:
    for field in app.text_input:
        if field.label in values:
            field.set_value(values[field.label])


def errors(app: AppTest) -> str:
    return " ".join(error.value.replace("\\", "") for error in app.error)


def done() -> jobs.SyncJob:
    job = jobs.CURRENT.job()
    assert job is not None
    eventually(lambda: job.is_done)
    return job


def test_an_account_is_connected_and_synced(empty: Store, remote: FaultyServer) -> None:
    app = run_page("data")
    assert "Not connected yet." in words(app)
    press(app, "Connect an account")
    press(app, "Connect", within="Connect an account")
    assert "Give the account a name" in errors(app)
    type_in(app, Name="Sales", Address=remote.url, Key="wrong")
    press(app, "Test connection", within="Connect an account")
    assert "does not accept the key" in errors(app)
    type_in(app, Key=KEY)
    press(app, "Test connection", within="Connect an account")
    assert [success.value.replace("\\", "").partition(": ")[2] for success in app.success] == ["1 campaign."]
    assert sync_sources.list_sources(empty) == []
    press(app, "Connect", within="Connect an account")
    assert not app.exception
    assert done().problems == {}
    assert [campaign.id for campaign in results.all_campaigns(empty)] == ["a"]
    [source] = sync_sources.list_sources(empty)
    assert (source.name, source.every) == ("Sales", timedelta(hours=1))
    assert sync_sources.key_of(empty, "Sales", None) == SecretStr(KEY)


def test_its_status_is_told(connected: Store, remote: FaultyServer) -> None:
    app = run_page("data")
    assert text.escape("Not synced yet. Syncs only when you click Sync now.") in words(app)
    remote.key = "another"
    press(app, "Sync now")
    done()
    app.run()
    assert "does not accept the key" in errors(app)
    assert any("Last sync" in caption.value for caption in app.caption)
    remote.key = KEY
    press(app, "Sync now")
    done()
    assert not app.run().error


def test_names_and_answers_are_plain_text(connected: Store) -> None:
    assert f"**{text.escape('Sales <b>')}**" in " ".join(words(run_page("data")))


def test_an_account_is_edited(connected: Store) -> None:
    app = press(run_page("data"), "Edit")
    type_in(app, Name="Team", Address="https://other.example")
    press(app, "Save", within="Edit")
    assert "Enter the key for the new address" in errors(app)
    type_in(app, Address=accounts(connected, settings())[0].address)
    press(app, "Test connection", within="Edit")
    assert app.success
    press(app, "Save", within="Edit")
    assert not app.exception
    assert [account.name for account in accounts(connected, settings())] == ["Team"]


def test_an_account_is_removed(connected: Store) -> None:
    app = press(run_page("data"), "Remove")
    press(app, "Remove account", within="Remove")
    assert accounts(connected, settings()) == []
    assert "Not connected yet." in words(app)


def test_a_sync_by_command_is_shown_too(empty: Store, remote: FaultyServer) -> None:
    sync_from(remote.url, empty)
    app = run_page("data")
    assert any("synced by command" in shown for shown in words(app))
    assert any(caption.value.startswith("Last sync") for caption in app.caption)


def test_a_lost_file_says_what_to_do(connected: Store) -> None:
    from outreach_results.store.key_file import key_file

    key_file(connected).unlink()
    app = press(run_page("data"), "Sync now")
    done()
    app.run()
    assert "No sync could begin since" in errors(app)
    assert "enter the keys again" in errors(app)
