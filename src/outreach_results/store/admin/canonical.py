"""Rows in one canonical form: read from one database, they can be written to another or compared with its rows.

The form is what SQLite stores: instants are integer microseconds since 1970, dates are ISO texts, flags are 0 or 1.
"""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Float,
    Integer,
    Table,
    Text,
    cast,
    extract,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)

from outreach_results.errors import StoreError
from outreach_results.store.column_types import EPOCH, MICROSECOND, Instant, is_sqlite

Row = tuple[Any, ...]

FETCHED = 1_000
_POSTGRES_EPOCH_DAY = date(2000, 1, 1).toordinal()
_POSTGRES_EPOCH_MICROS = 946_684_800_000_000  # of 1970


class RowsDigest(NamedTuple):
    """A digest of rows in any order: how many there are, and the sum of their digests modulo 2**64."""

    rows: int = 0
    digest: int = 0


def read(
    connection: Connection,
    table: Table,
    *where: ColumnElement[bool],
    after: Sequence[Any] | None = None,
    in_order: bool = True,
) -> Iterator[list[Row]]:
    """The rows of a table in the order of its key, some at a time: never all of them in memory.

    Args:
        after: the key of the last row to skip.
        in_order: False where the order does not matter.
    """
    key = table.primary_key.columns
    query = select(*(_read(column, connection) for column in table.c)).where(*where)
    if after is not None:
        last = (literal(_bindable(column, value), column.type) for column, value in zip(key, after, strict=True))
        query = query.where(tuple_(*key) > tuple_(*last))
    if in_order:
        query = query.order_by(*key)
    streamed = {"stream_results": True, "max_row_buffer": FETCHED}
    for part in connection.execute(query, execution_options=streamed).partitions(FETCHED):
        yield list(map(tuple, part))


def primary_key_of(table: Table, row: Row) -> Row:
    """The key of a row of that table."""
    return tuple(value for column, value in zip(table.c, row, strict=True) if column.primary_key)


def append(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows none of whose keys is there.

    Raises:
        StoreError: the database refuses one of them.
    """
    if not rows:
        return
    names = ", ".join(connection.dialect.identifier_preparer.quote(column.name) for column in table.c)
    if is_sqlite(connection):
        marks = ", ".join("?" * len(table.c))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    wires = [_WIRE[_kind(column)] for column in table.c]
    changed = [(place, wire.encode) for place, wire in enumerate(wires) if wire.encode]
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types([wire.type_name for wire in wires])
            for row in rows:
                values = list(row)
                for place, encode in changed:
                    if values[place] is not None:
                        values[place] = encode(values[place])
                copy.write_row(values)
    except connection.dialect.loaded_dbapi.Error as error:
        raise StoreError(f"The database refused rows of {table.name}: {str(error).splitlines()[0]}.") from error


def digests(connection: Connection, table: Table, *where: ColumnElement[bool]) -> dict[str, RowsDigest]:
    """The sum of each campaign's rows; of a table without campaigns one sum, under ''."""
    has_campaign = "campaign_id" in table.c
    rows_of: dict[str, int] = defaultdict(int)
    digest_of: dict[str, int] = defaultdict(int)
    for part in read(connection, table, *where, in_order=False):
        for row in part:
            name = row[0] if has_campaign else ""
            # This version of the format writes equal values alike and unequal ones differently; a digest of the
            # platform's own hash() would not tell -1 from -2.
            digest = blake2b(marshal.dumps(row, 2), digest_size=8).digest()
            rows_of[name] += 1
            digest_of[name] += int.from_bytes(digest)
    return {name: RowsDigest(n, digest_of[name] % 2**64) for name, n in rows_of.items()}


class _Wire(NamedTuple):
    """How a canonical value goes into a binary COPY of PostgreSQL."""

    type_name: str
    encode: Callable[[Any], Any] | None = None


@lru_cache(maxsize=100_000)
def _days_since_2000(day: str) -> int:
    return date.fromisoformat(day).toordinal() - _POSTGRES_EPOCH_DAY


# In the binary form an instant is the integer of its microseconds since 2000, and a date that of its days: sending
# them as such integers spares making objects of them.
_WIRE: dict[type, _Wire] = {
    Instant: _Wire("int8", lambda micros: micros - _POSTGRES_EPOCH_MICROS),
    Date: _Wire("int4", _days_since_2000),
    Boolean: _Wire("bool", bool),
    BigInteger: _Wire("int8"),
    Integer: _Wire("int4"),
    Float: _Wire("float8"),
    Text: _Wire("text"),
}


def _kind(column: Column[Any]) -> type:
    return next(kind for kind in _WIRE if isinstance(column.type, kind))


def _read(column: Column[Any], connection: Connection) -> ColumnElement[Any]:
    """An expression whose value comes in the canonical form."""
    kind = _kind(column)
    on_sqlite = is_sqlite(connection)
    if kind is Instant:
        return type_coerce(column, BigInteger) if on_sqlite else cast(extract("epoch", column) * 1_000_000, BigInteger)
    if kind is Date:
        return type_coerce(column, Text) if on_sqlite else func.to_char(column, "YYYY-MM-DD")
    if kind is Boolean:
        return type_coerce(column, Integer) if on_sqlite else cast(column, Integer)
    return column


def _bindable(column: Column[Any], value: Any) -> Any:
    kind = _kind(column)
    if kind is Boolean:
        return bool(value)
    if kind is Instant:
        return EPOCH + value * MICROSECOND
    return date.fromisoformat(value) if kind is Date else value
