"""Opening test databases, and looking at all that is in one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from outreach_results.store import schema
from outreach_results.store.engine import Store, open_store

BOOKKEEPING = frozenset({"api_keys", "loads", "meta", "sync_state"})
"""Tables that tell what was done with a database rather than what is in it."""


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{path}"


def open_read_only(url: str) -> Store:
    """Open a database that many tests share: any attempt to write to it is an error."""
    store = open_store(url)
    statement = "PRAGMA query_only = ON" if store.is_sqlite else "SET default_transaction_read_only = on"

    def refuse_writes(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()

    event.listen(store.engine, "connect", refuse_writes)
    store.engine.dispose()
    return store


def contents(store: Store, *, without: frozenset[str] = BOOKKEEPING) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of every table, in no order; whether a campaign is a sample is left out."""
    with store.read() as connection:
        return {
            table.name: Counter(
                tuple(row)
                for row in connection.execute(select(*(column for column in table.c if column.name != "is_sample")))
            )
            for table in schema.metadata.sorted_tables
            if table.name not in without
        }
