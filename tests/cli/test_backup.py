"""`outreach-results backup` and `restore` as the terminal shows them."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from outreach_results.config import settings
from outreach_results.store import sync_sources
from outreach_results.store.engine import open_store
from support.databases import sqlite_url


@pytest.fixture
def source(sample_database, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(sample_database))
    return sample_database


def test_backup_and_restore_say_what_they_did(run, source, tmp_path, monkeypatch):
    file = tmp_path / "backup.db"
    ended = run("backup", file)
    assert (ended.status, ended.err) == (0, f"Backed up to {file}: 13 campaigns, 6,715 emails and 318 replies.\n")
    assert "holds data already (in " in run("restore", file).err
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(tmp_path / "new.db"))
    settings.cache_clear()
    ended = run("restore", file)
    assert ended.status == 0
    assert ended.err.startswith(f"Restored from {file}: 13 campaigns, 6,715 emails and 318 replies.\nThis place could")
    assert run("get", "campaigns").status == 0
    assert run("forget", "yukari@aozora-seisakusho.example", "--yes").status == 0
    assert run("restore", file, "--replace").err.splitlines()[1].startswith("1 person was forgotten since the backup")


def test_keys_of_accounts_are_said_to_be_missing(run, source, tmp_path):
    store = open_store(sqlite_url(source))
    sync_sources.add_source(store, "main", "https://results.example/api/v1", SecretStr("key"), None)
    store.close()
    said = f"The key of 1 account is encrypted with {source}.key, which is not in the backup: "
    assert f"{said}keep a copy of it in another place.\n" in run("backup", tmp_path / "backup.db").err
    assert f"{said}put it back too, or enter the keys again" in run("restore", tmp_path / "backup.db", "--replace").err
