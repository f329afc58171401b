"""A first load of many rows builds its indexes at the end, and leaves them as they were."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from outreach_results.ingest import load as loading
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store.engine import open_store
from support.databases import sqlite_url
from support.records import at, campaign, email
from support.records import event as happened

RECORDS: list[Record] = [
    campaign(),
    *(email(f"e{n}", at(4 + n % 3)) for n in range(12)),
    *(happened("opened", email_id=f"e{n}") for n in range(12)),
]


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "BATCH", 5)
    store = open_store(sqlite_url(tmp_path / "new.db"))
    yield store
    store.close()


@contextmanager
def dropped_in(store):
    """The statements that drop an index meanwhile."""
    dropped: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("DROP INDEX"):
            dropped.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield dropped
    event.remove(store.engine, "before_cursor_execute", note)


def indexes_of(store):
    with store.read() as connection:
        return connection.execute(
            text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' ORDER BY tbl_name, rowid")
        ).all()


def test_indexes_are_dropped_and_come_back(database):
    before = indexes_of(database)
    with dropped_in(database) as dropped:
        load(database, "first", RECORDS)
    assert len(dropped) == 7
    assert indexes_of(database) == before
    with database.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]


@pytest.mark.parametrize("earlier", [RECORDS[:2], RECORDS[:5]], ids=["an email", "a batch"])
def test_indexes_stay_where_rows_are_stored(database, earlier):
    with dropped_in(database) as dropped:
        load(database, "earlier", earlier)
        load(database, "later", RECORDS)
    assert dropped == []


def test_failed_load_leaves_the_indexes(database):
    def records():
        yield from RECORDS
        raise RuntimeError("torn")

    before = indexes_of(database)
    with dropped_in(database) as dropped, pytest.raises(RuntimeError, match="torn"):
        load(database, "torn", records())
    assert dropped
    assert indexes_of(database) == before


def test_only_loads_sort_on_disk(database):
    def temp_store(connection):
        return connection.execute(text("PRAGMA temp_store")).scalar_one()

    on_disk, in_memory = 1, 2
    with database.write(exclusive=True) as connection:
        assert temp_store(connection) == on_disk
    with database.write() as connection:
        assert temp_store(connection) == in_memory
