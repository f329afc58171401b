"""Settings of a SQLite connection that hold for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

CACHE_KIB = 65_536
"""The page cache of a connection otherwise."""


@contextmanager
def pragmas_meanwhile(connection: Connection, wanted: dict[str, str]) -> Iterator[None]:
    """Set pragmas of SQLite meanwhile. They can be changed outside a transaction only."""
    driver: Any = connection.connection.dbapi_connection
    before = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    for name, value in wanted.items():
        driver.execute(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        for name, value in before.items():
            driver.execute(f"PRAGMA {name} = {value}")


@contextmanager
def page_cache_meanwhile(connection: Connection, kib: int | None) -> Iterator[None]:
    """Limit the page cache of SQLite meanwhile; None leaves it as it is."""
    if kib is None:
        yield
        return
    connection.exec_driver_sql(f"PRAGMA cache_size = -{kib}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
