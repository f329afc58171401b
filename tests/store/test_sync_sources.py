"""More accounts to sync: kept with encrypted keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from outreach_results.errors import ConfigError, ConflictError, QueryError
from outreach_results.store import sync_sources
from outreach_results.store.engine import Store, open_store
from support.databases import sqlite_url

KEY = SecretStr("outreach_0123_the-key-itself")
SECRET = SecretStr(Fernet.generate_key().decode())
URL = "https://results.example/api/v1"


def test_a_source_is_kept_and_removed(store: Store) -> None:
    sync_sources.add_source(store, "Sales", URL, KEY, SECRET)
    assert [(source.name, source.address) for source in sync_sources.list_sources(store)] == [("Sales", URL)]
    assert sync_sources.key_of(store, "Sales", SECRET) == KEY
    for name, address in (("Sales", "https://other.example"), ("Other", URL)):
        with pytest.raises(ConflictError, match="'Sales'"):
            sync_sources.add_source(store, name, address, KEY, SECRET)
    sync_sources.remove_source(store, "Sales")
    assert sync_sources.list_sources(store) == []
    with pytest.raises(QueryError, match="no source 'Sales'"):
        sync_sources.remove_source(store, "Sales")


def test_another_secret_opens_nothing(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, SECRET)
    with pytest.raises(ConfigError, match="another secret"):
        sync_sources.key_of(sqlite_store, "Sales", SecretStr(Fernet.generate_key().decode()))
    with pytest.raises(ConfigError, match="must be 32 bytes"):
        sync_sources.key_of(sqlite_store, "Sales", SecretStr("short"))


def test_a_file_beside_the_database_is_the_secret(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / "a.db"))
    sync_sources.add_source(store, "Sales", URL, KEY, None)
    file = tmp_path / "a.db.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert sync_sources.key_of(store, "Sales", None) == KEY
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert KEY.get_secret_value().encode() not in stored
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        sync_sources.key_of(store, "Sales", None)
    file.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        sync_sources.key_of(store, "Sales", None)
    store.close()
