"""Who was forgotten since a backup was made: the database knows, and they are left out of what is restored into it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, select

from outreach_results.errors import ConflictError, StoreError
from outreach_results.store.admin.forgetting import forget_again
from outreach_results.store.column_types import is_sqlite
from outreach_results.store.engine import Store
from outreach_results.store.forgotten import remember_digests, unknown_digests
from outreach_results.store.schema import forgotten_people

Rows = list[dict[str, Any]]


def forgotten_in_database(engine: Engine) -> Rows | None:
    """The rows of `forgotten_people` of a database that is to be replaced; None where it cannot say.

    Its tables may be of another version, or not there: it is read as it is, and nothing of it is upgraded.

    Raises:
        StoreError: a PostgreSQL server cannot be used.
    """
    if not is_sqlite(engine):
        return _rows(Store(engine))
    file = Path(engine.url.database or "").absolute()
    if not file.exists():
        return None
    try:
        return _rows(Store(_reading(file)))
    except StoreError:  # it is damaged, and a backup is what mends it
        return None


def leave_out(restored: Store, rows: Rows, *, by: str | None) -> int:
    """Forget people in what is restored, and return how many were still in it.

    Raises:
        StoreError: their traces could not be erased, or the disk is full.
    """
    with restored.write() as connection:
        if not remember_digests(connection, rows):
            return 0  # whom the backup knows to be forgotten is not in it
    return forget_again(restored, by=by)[0]


def check_nobody_new(restored: Connection, rows: Rows) -> None:
    """Check that what is restored knows all who are forgotten by now.

    Raises:
        ConflictError: somebody was forgotten since `leave_out` looked.
    """
    if unknown_digests(restored, rows):
        raise ConflictError("A person was forgotten meanwhile, and would be back. Nothing was changed. Run it again.")


def forgotten_rows(connection: Connection) -> Rows:
    """The rows of `forgotten_people`."""
    return [dict(row) for row in connection.execute(select(forgotten_people)).mappings()]


def _rows(store: Store) -> Rows | None:
    with closing(store), store.read() as connection:
        return forgotten_rows(connection) if inspect(connection).has_table(forgotten_people.name) else None


def _reading(file: Path) -> Engine:
    """An engine that changes nothing in a SQLite file, also where it is damaged."""
    return create_engine(
        "sqlite://", poolclass=NullPool, creator=lambda: sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    )
