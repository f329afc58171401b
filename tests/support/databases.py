"""Opening test databases, and looking at all that is in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from alembic import command
from alembic.config import Config
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, delete, event, select

from outreach_results.store import schema
from outreach_results.store.engine import MIGRATIONS, Store, open_store, set_meta
from support.snapshot import Snapshot

BOOKKEEPING = frozenset(
    {
        "api_keys",
        "audit_log",
        "loads",
        "mark_changes",
        "meta",
        "rejected_rows",
        "saved_mappings",
        "saved_views",
        "share_links",
        "sign_ins",
        "sync_runs",
        "sync_state",
    }
)
"""Tables about what was done with a database rather than about its content."""

_ORIGIN = frozenset({"is_sample", "load_no", "entered_by", "entered_at", "is_from_file", "tracks_chosen_here"})
"""Columns that tell how a row came here."""


_STATEMENTS_KEPT = 1_000


class CompiledStatements(dict[Any, Any]):
    """The SQL of each statement, by kind of database, for all engines of a test process.

    Each engine would compile its own again, which took three tenths of the processor time of tests that write.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        if len(self) >= _STATEMENTS_KEPT:
            self.clear()
        super().__setitem__((key[0].name, *key[1:]), compiled)


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


def contents(store: Store, *, without: frozenset[str] = BOOKKEEPING) -> Snapshot[Counter[tuple[Any, ...]]]:
    """Every row of every table, in no order; what tells how a row came here is left out."""
    with store.read() as connection:
        return Snapshot(
            {
                table.name: Counter(rows_of(connection, table, without=_ORIGIN))
                for table in schema.metadata.sorted_tables
                if table.name not in without
            }
        )


def rows_of(
    connection: Connection, table: Table, *, without: frozenset[str] = frozenset()
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table. Those of the inbox end with the set of words that are found in the reply."""
    if table is schema.inbox and connection.dialect.name == "sqlite":
        held = dict(connection.exec_driver_sql(f"SELECT rowid, words FROM {schema.FULL_TEXT}").all())
    # The words come last, wherever a revision has put them.
    columns = sorted(table.c, key=lambda column: table is schema.inbox and column.name == "words")
    for *row, last in connection.execute(select(*(column for column in columns if column.name not in without))):
        if table is schema.inbox:
            last = frozenset((held[last] if isinstance(last, int) else last.replace("'", "")).split())
        yield *row, last


def stored_rows(store: Store, table: Table, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of a table, or these columns of them, in order."""
    with store.read() as connection:
        rows = connection.execute(select(*(table.c[name] for name in columns) if columns else table.c))
        return sorted(tuple(row) for row in rows)


def downgrade(store: Store, revision: str) -> None:
    """Take a database back to the tables of an earlier revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def wipe(store: Store, zone: str = "UTC") -> None:
    """Take out all that is in a database, and let it report in this zone."""
    with store.write() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
        set_meta(connection, "time_zone", zone)


def every_database(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a property, which takes a store to wipe first, on each kind of database; on the slower one less often."""

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
        def test(kind: str, request: pytest.FixtureRequest) -> None:
            store: Store = request.getfixturevalue(f"make_{kind}")()
            often = hypothesis.settings().max_examples

            @hypothesis.settings(max_examples=often if kind == "sqlite" else often // 4)
            @hypothesis.given(st.tuples(*strategies))
            def run(drawn: tuple[Any, ...]) -> None:
                check(store, *drawn)

            run()

        return test

    return decorate
