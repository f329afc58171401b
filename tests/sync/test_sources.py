"""Several accounts of the Results API in one database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from typer.testing import CliRunner

from outreach_results import results
from outreach_results.cli import main
from outreach_results.config import Settings
from outreach_results.errors import ConfigError, QueryError
from outreach_results.store import sync_sources
from outreach_results.store.engine import Store
from outreach_results.sync.run import sync
from outreach_results.sync.sources import accounts, add_account
from support import faulty_server as faults
from support.faulty_server import KEY, FaultyServer, remote_campaign

SECRET = SecretStr(Fernet.generate_key().decode())


@pytest.fixture
def second() -> Iterator[FaultyServer]:
    """Another account's server."""
    with faults.faulty_server() as server:
        yield server


def settings_for(remote: FaultyServer | None = None) -> Settings:
    """The settings, with or without a server of their own."""
    if remote is None:
        return Settings(secret_key=SECRET)
    return Settings(secret_key=SECRET, api_url=remote.url, api_key=SecretStr(KEY))


def test_each_account_keeps_its_campaigns(remote: FaultyServer, second: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns |= {"a": remote_campaign(), "same": remote_campaign()}
    second.campaigns |= {"b": remote_campaign(), "same": remote_campaign()}
    settings = settings_for(remote)
    add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
    for _ in range(2):
        reports = {
            account.name: sync(sqlite_store, account.server, others=account.others)
            for account in accounts(sqlite_store, settings)
        }
        assert list(reports) == ["", "Second"]
        assert reports[""].failed == {}
        assert set(reports["Second"].failed) == {"same"}
        assert f"It stays the one of {remote.url}" in reports["Second"].failed["same"]
    assert {campaign.id for campaign in results.all_campaigns(sqlite_store)} == {"a", "b", "same"}
    assert [target for target in second.targets() if "/same/" in target] == []


def test_one_account_can_be_chosen(second: FaultyServer, sqlite_store: Store) -> None:
    settings = settings_for()
    add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
    assert [account.name for account in accounts(sqlite_store, settings, "Second")] == ["Second"]
    with pytest.raises(QueryError, match="no source 'Third'"):
        list(accounts(sqlite_store, settings, "Third"))


def test_without_any_account_the_settings_are_named(sqlite_store: Store) -> None:
    with pytest.raises(ConfigError, match="OUTREACH_API_URL"):
        list(accounts(sqlite_store, settings_for()))


def test_an_unusable_address_is_not_kept(sqlite_store: Store) -> None:
    with pytest.raises(ConfigError):
        add_account(sqlite_store, "Plain", "http://results.example.com", SecretStr(KEY), settings_for())
    assert sync_sources.list_sources(sqlite_store) == []


def test_the_command_adds_syncs_and_removes(
    second: FaultyServer, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    second.campaigns["b"] = remote_campaign()
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("OUTREACH_SECRET_KEY", SECRET.get_secret_value())
    run = CliRunner().invoke
    added = run(main.app, ["sources", "add", "Second", second.url], input=f"{KEY}\n")
    assert added.exit_code == 0, added.output
    assert KEY not in added.output
    assert run(main.app, ["sources", "list"]).stdout.split() == ["NAME", "ADDRESS", "Second", f"{second.url}/"]
    assert run(main.app, ["sync", "--source", "Second"]).exit_code == 0
    assert [campaign.id for campaign in results.all_campaigns(sqlite_store)] == ["b"]
    assert run(main.app, ["sources", "remove", "Second"]).exit_code == 0
    assert run(main.app, ["sources", "list"]).stdout.split() == ["NAME", "ADDRESS"]
