"""What encrypts the keys of accounts: the setting, or a file for its owner's eyes only."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from outreach_results.errors import ConfigError
from outreach_results.store import sync_sources
from outreach_results.store.engine import Store, open_store
from outreach_results.store.key_file import IN_HOME, cipher, key_file
from support.databases import sqlite_url

KEY = SecretStr("outreach_0123_the-key-itself")
URL = "https://results.example/api/v1"


@pytest.fixture
def own_store(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A database whose owner has a home of their own."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    return store


def test_the_file_is_made_with_the_first_key(own_store: Store, tmp_path: Path) -> None:
    file = key_file(own_store)
    assert not own_store.is_sqlite or file.name == "store-1.db.key"
    assert own_store.is_sqlite or file == tmp_path / "home" / IN_HOME
    sync_sources.add_source(own_store, "Sales", URL, KEY, None)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sync_sources.key_of(own_store, "Sales", None) == KEY


def test_no_key_can_be_read_beside_its_file(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / "a.db"))
    sync_sources.add_source(store, "Sales", URL, KEY, None)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert KEY.get_secret_value().encode() not in stored
    store.close()


def test_a_file_that_others_may_read_is_refused(own_store: Store) -> None:
    sync_sources.add_source(own_store, "Sales", URL, KEY, None)
    key_file(own_store).chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        sync_sources.key_of(own_store, "Sales", None)


def test_a_lost_file_says_the_way_out(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, None)
    key_file(sqlite_store).unlink()
    with pytest.raises(ConfigError, match="or enter the keys again"):
        sync_sources.key_of(sqlite_store, "Sales", None)
    assert not key_file(sqlite_store).exists()


def test_a_folder_that_cannot_be_written(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(ConfigError, match="writable, or set OUTREACH_SECRET_KEY"):
        sync_sources.add_source(sqlite_store, "Sales", URL, KEY, None)
    assert sync_sources.list_sources(sqlite_store) == []


@pytest.mark.parametrize("secret", ["short", "ä", "A" * 40])
def test_a_malformed_secret_is_named(sqlite_store: Store, secret: str) -> None:
    with pytest.raises(ConfigError, match="OUTREACH_SECRET_KEY must be 32 bytes"):
        cipher(sqlite_store, SecretStr(secret), may_create=True)
    key_file(sqlite_store).write_text("", encoding="ascii")
    key_file(sqlite_store).chmod(0o600)
    with pytest.raises(ConfigError, match=r"What .*\.key holds must be 32 bytes"):
        cipher(sqlite_store, None, may_create=True)
