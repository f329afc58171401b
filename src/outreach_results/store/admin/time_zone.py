"""Changing the reporting time zone of a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Integer, Table, cast, extract, func, update

from outreach_results.store import audit, entries, rollup, schema, snapshots
from outreach_results.store.column_types import EPOCH, MICROSECOND, is_sqlite, local_hour
from outreach_results.store.engine import Store, set_meta, time_zone
from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import campaigns


def change_time_zone(store: Store, name: str, *, by: str | None = None) -> ZoneInfo:
    """Date everything anew in another reporting time zone, in one transaction.

    Raises:
        ConfigError: there is no such zone.
    """
    zone = time_zone(name)
    with store.write(exclusive=True) as connection:
        if store.is_sqlite:
            driver = connection.connection.driver_connection
            assert driver is not None
            for name, of_local in (("local_day", _iso_day), ("local_hour", local_hour)):
                driver.create_function(name, 1, _on_clocks_of(zone, of_local), deterministic=True)
        for table, stem in (
            (campaigns, "created"),
            (schema.emails, "sent"),
            (schema.events, "occurred"),
            (schema.replies, "received"),
            (schema.inbox, "received"),
        ):
            _redate(connection, table, stem, zone.key)
        entries.restore_source_values(connection)
        rollup.rebuild_all(connection)
        inbox_table.recount(connection)
        set_meta(connection, "time_zone", zone.key)
        snapshots.rebuild_all(connection)  # reads the zone from the database
        entries.apply(connection)
        audit.record(connection, audit.Action.CHANGED, f"time zone: {zone.key}", by=by)
    return zone


def _redate(connection: Connection, table: Table, stem: str, zone_name: str) -> None:
    instant = table.c[f"{stem}_at"]
    local: dict[str, ColumnElement[Any]]
    if is_sqlite(connection):
        local = {f"{stem}_on": func.local_day(instant), f"{stem}_hour": func.local_hour(instant)}
    else:
        clock = func.timezone(zone_name, instant)
        hour = cast(func.floor(extract("epoch", clock) / 3600), Integer)
        local = {f"{stem}_on": func.date(clock), f"{stem}_hour": hour}
    values = {name: value for name, value in local.items() if name in table.c}
    connection.execute(update(table).where(instant.is_not(None)).values(values))


def _on_clocks_of(
    zone: ZoneInfo, of_local: Callable[[datetime], int | str]
) -> Callable[[int | None], int | str | None]:
    """A function of SQL: microseconds since 1970 as a local date or hour."""
    return lambda micros: None if micros is None else of_local((EPOCH + micros * MICROSECOND).astimezone(zone))


def _iso_day(local: datetime) -> str:
    return local.date().isoformat()
