"""The file of a SQLite database: deleted, replaced, damaged, or of another program."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from outreach_results import results
from outreach_results.errors import StoreError
from outreach_results.ingest.load import load
from outreach_results.store.engine import open_store
from support.databases import sqlite_url
from support.records import campaign


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outreach.db"


@pytest.fixture
def open_one(path):
    store = open_store(sqlite_url(path))
    load(store, "first", [campaign("first")])
    yield store
    store.close()


def campaigns(store):
    return [campaign.id for campaign in results.all_campaigns(store)]


def backup(store, path):
    """A copy of the database as one file."""
    connection = sqlite3.connect(store.engine.url.database)
    connection.execute("VACUUM INTO ?", (str(path),))
    connection.close()


def test_a_deleted_file_is_noticed_and_may_come_back(open_one, path, tmp_path):
    backup(open_one, tmp_path / "backup.db")
    assert campaigns(open_one) == ["first"]
    path.unlink()
    for _ in range(2):
        with pytest.raises(StoreError, match=f"^The database file {path} was deleted or moved while it was in use"):
            campaigns(open_one)
    with pytest.raises(StoreError, match="was deleted or moved"):
        load(open_one, "lost", [campaign("lost")])
    assert not path.exists()
    shutil.move(tmp_path / "backup.db", path)
    assert campaigns(open_one) == ["first"]


def test_a_replaced_file_is_read_from_then_on(open_one, path, tmp_path):
    other = open_store(sqlite_url(tmp_path / "other.db"))
    load(other, "other", [campaign("other")])
    backup(other, tmp_path / "backup.db")
    other.close()
    version = open_one.version()
    shutil.move(tmp_path / "backup.db", path)
    assert campaigns(open_one) == ["other"]
    assert open_one.version() != version
    load(open_one, "second", [campaign("second")])
    with sqlite3.connect(path) as there:
        assert sorted(there.execute("SELECT campaign_id FROM campaigns")) == [("other",), ("second",)]


def test_file_of_another_version_in_its_place(open_one, path, tmp_path):
    with sqlite3.connect(tmp_path / "old.db") as old:
        old.execute("CREATE TABLE alembic_version (version_num TEXT)")
        old.execute("INSERT INTO alembic_version VALUES ('0001')")
    shutil.move(tmp_path / "old.db", path)
    with pytest.raises(StoreError, match=r"was replaced by one of another version or program\. Put the right"):
        campaigns(open_one)


def test_a_database_of_another_program_is_not_touched(path):
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE songs (title TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"belongs to another program: it holds songs\. Nothing was changed\."):
        open_store(sqlite_url(path))
    with sqlite3.connect(path) as foreign:
        assert foreign.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    assert len(path.read_bytes()) == len(before)


def test_a_file_that_is_no_database_has_a_next_step(path):
    path.write_bytes(b"Dear Ada, this is a letter and no database. " * 100)
    with pytest.raises(StoreError, match=r"isn't a SQLite database\. Nothing was changed\. Name another file"):
        open_store(sqlite_url(path))
    assert path.read_bytes().startswith(b"Dear Ada")


def test_a_damaged_database_has_a_next_step(open_one, path):
    load(open_one, "more", [campaign(f"c{n:04}", "a name" * 50) for n in range(500)])
    open_one.close()
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 200] = b"\xff" * len(content[4096 * 2 : 4096 * 200])
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"^The database file is damaged \(.*malformed\)\. Stop the program and put"):
        campaigns(open_one)
