"""Bulk writing, the same on every database: insert what is new, merge what is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, Table, Text
from sqlalchemy.dialects import postgresql, sqlite

from outreach_results.store.column_types import EPOCH, day_of_hour, is_sqlite
from outreach_results.store.schema import FOLLOWS

Row = tuple[Any, ...]


Dated = tuple[int | datetime | None, str | date | None, int | None]
DatedColumns = tuple[Sequence[int | datetime], Sequence[str | date], Sequence[int]]


class Encoder:
    """Converts instants into what the driver stores, and dates them in the reporting zone."""

    def __init__(self, connection: Connection, zone: ZoneInfo) -> None:
        self._zone = None if zone.key == "UTC" else zone
        self._is_sqlite = is_sqlite(connection)
        self._days = _Days(is_sqlite(connection))

    def instant(self, value: datetime | None) -> int | datetime | None:
        """An instant as the driver takes it."""
        return self.dated(value)[0]

    def day(self, value: datetime | None) -> str | date | None:
        """The local date of an instant as the driver takes it."""
        return self.dated(value)[1]

    def local_day(self, value: date | None) -> str | date | None:
        """A local date as the driver takes it."""
        return value.isoformat() if self._is_sqlite and value is not None else value

    def dated(self, value: datetime | None) -> Dated:
        """An instant, its local date and its local hour, as the driver takes them."""
        if value is None:
            return None, None, None
        since = value - EPOCH
        instant = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds if self._is_sqlite else value
        if self._zone is not None:
            since = value.astimezone(self._zone).replace(tzinfo=UTC) - EPOCH
        return instant, self._days[since.days], since.days * 24 + since.seconds // 3600

    def dated_columns(self, values: Sequence[datetime]) -> DatedColumns:
        """The same of many instants at once: their columns."""
        instants: Sequence[int | datetime] = values
        since = [value - EPOCH for value in values]
        if self._is_sqlite:
            instants = [(one.days * 86_400 + one.seconds) * 1_000_000 + one.microseconds for one in since]
        if self._zone is not None:
            since = [value.astimezone(self._zone).replace(tzinfo=UTC) - EPOCH for value in values]
        days = [one.days for one in since]
        hours = [one.days * 24 + one.seconds // 3600 for one in since]
        return instants, list(map(self._days.__getitem__, days)), hours

    def flags(self, values: Sequence[bool]) -> Sequence[int]:
        """Truth values as the driver takes them: that of SQLite takes several times as long for others than numbers."""
        return list(map(int, values)) if self._is_sqlite else values


class _Days(dict[int, str | date]):
    """The date of each number of days since 1970, as the driver takes it."""

    def __init__(self, is_sqlite: bool) -> None:
        super().__init__()
        self._is_sqlite = is_sqlite

    def __missing__(self, days: int) -> str | date:
        on = day_of_hour(days * 24)
        self[days] = day = on.isoformat() if self._is_sqlite else on
        return day


def upserting(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into a table that knows ``ON CONFLICT``, which each kind of database has in a class of its own."""
    dialect = sqlite if is_sqlite(connection) else postgresql
    inserting: postgresql.Insert | sqlite.Insert = dialect.insert(table)
    return inserting


def insert_new(connection: Connection, table: Table, columns: Sequence[str], rows: list[Row]) -> int:
    """Insert the rows whose key is not there yet; the number of those.

    No two rows may have the same key. Sorts ``rows`` by it, so that neighbors are written together.
    """
    return _insert(connection, table, columns, rows, "DO NOTHING")


def merge(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: list[Row],
    winners: dict[str, str],
) -> None:
    """Insert rows; where the key is there, take a new value wherever its condition in ``winners`` holds.

    A condition is SQL over ``{old}`` and ``{new}``. None of them may depend on the order of loads, unless the caller
    means the last one to win.
    """
    sets, changed = [], []
    for column, condition in winners.items():
        old, new = f"{table.name}.{column}", f"excluded.{column}"
        compared = table.c[table.c[column].info.get(FOLLOWS, column)]
        # Texts are compared byte by byte, as SQLite and Python do, whatever the collation of the database.
        is_text = not is_sqlite(connection) and isinstance(compared.type, Text)
        order = ' COLLATE "C"' if is_text else ""
        wins = condition.format(old=f"{table.name}.{compared.name}{order}", new=f"excluded.{compared.name}{order}")
        sets.append(f"{column} = CASE WHEN {wins} THEN {new} ELSE {old} END")
        changed.append(f"({wins})")
    key = ", ".join(column.name for column in table.primary_key)
    _insert(
        connection,
        table,
        columns,
        rows,
        f"DO UPDATE SET {', '.join(sets)} WHERE {' OR '.join(changed)}",
        conflict_target=f"({key}) ",
    )


def _insert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: list[Row],
    on_conflict: str,
    conflict_target: str = "",
) -> int:
    if not rows:
        return 0
    rows.sort(key=itemgetter(1))  # two sorts of texts are quicker than one of pairs
    rows.sort(key=itemgetter(0))
    names = ", ".join(columns)
    tail = f"ON CONFLICT {conflict_target}{on_conflict}"
    if is_sqlite(connection):
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) {tail}"
        return connection.exec_driver_sql(sql, rows).rowcount
    stage = _staged(connection, table, columns, rows)
    # Counted by what comes back: a distributed INSERT … SELECT reports another row count.
    sql = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {stage} {tail} RETURNING 1"
    return len(connection.exec_driver_sql(sql).all())


def _staged(connection: Connection, table: Table, columns: Sequence[str], rows: list[Row]) -> str:
    """Copy rows into a temporary table of PostgreSQL; its name."""
    names = ", ".join(columns)
    stage = f"stage_{table.name}"
    # With all columns: the next rows may fill others.
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DROP AS SELECT * FROM {table.name} LIMIT 0"
    )
    connection.exec_driver_sql(f"TRUNCATE {stage}")
    driver = connection.connection.driver_connection
    assert driver is not None
    # The binary form is seven times quicker to write than texts, above all of instants.
    with driver.cursor() as cursor, cursor.copy(f"COPY {stage} ({names}) FROM STDIN (FORMAT binary)") as copy:
        copy.set_types([_type_name(table.c[name], connection) for name in columns])
        for row in rows:
            copy.write_row(row)
    return stage


def _type_name(column: Column[Any], connection: Connection) -> str:
    return column.type.compile(dialect=connection.dialect).partition(" COLLATE")[0].lower()
