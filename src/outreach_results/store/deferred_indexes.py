"""Indexes of SQLite that wait until all rows are there."""

from __future__ import annotations

from sqlalchemy import Connection, text

from outreach_results.store.column_types import is_sqlite
from outreach_results.store.schema import emails, events

_TABLES = (emails.name, events.name)


class DeferredIndexes:
    """Drops the indexes of emails and events, and builds them again, within one transaction.

    Sorted at once, an index is built in a fraction of the time that it takes to keep it in order while its rows come
    in any other. That pays where nearly all rows are new; in a database that has some already, building would cost
    time for each of them. Primary keys stay, because rows are recognized by them. On PostgreSQL nothing is dropped: it
    would lock out everybody who reads.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dropped: list[str] = []  # the statements that build them

    def drop(self, load_no: int) -> None:
        """Drop the indexes, unless any row is of another load than this one."""
        if not is_sqlite(self._connection) or any(self._has_others(table, load_no) for table in _TABLES):
            return
        # As the database has them, which a migration may have made: they come back as they were, in their order.
        own = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL")
        for table in _TABLES:
            for name, sql in self._connection.execute(own, {"table": table}).all():
                self._connection.exec_driver_sql(f"DROP INDEX {name}")
                self._dropped.append(sql)

    def build(self) -> None:
        """Build what was dropped."""
        for sql in self._dropped:
            self._connection.exec_driver_sql(sql)
        self._dropped.clear()

    def _has_others(self, table: str, load_no: int) -> bool:
        # Where there are others, they are the oldest rows, so that this ends at the first one.
        others = text(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE load_no IS NOT :load_no)")
        return bool(self._connection.execute(others, {"load_no": load_no}).scalar_one())
