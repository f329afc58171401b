"""Rare changes to the whole database: removing campaigns, changing the reporting time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Integer, Table, cast, delete, extract, func, select, update

from outreach_results.store import inbox, rollup, schema
from outreach_results.store.engine import Store, get_meta, set_meta, time_zone
from outreach_results.store.schema import EPOCH, MICROSECOND, campaigns, local_hour
from outreach_results.store.sync_state import ACCOUNT, forget

_ACCOUNT_IS, _OWN, _SAMPLE = "account_is", "own", "sample"  # whose plan and benchmarks are there


def delete_campaign(connection: Connection, campaign_id: str) -> None:
    """Remove a campaign and all that belongs to it."""
    inbox.remove(connection, campaign_id)
    for table in reversed(schema.metadata.sorted_tables):
        if "campaign_id" in table.c:
            connection.execute(delete(table).where(table.c.campaign_id == campaign_id))


def has_sample(store: Store) -> bool:
    """Whether sample campaigns are among the results."""
    with store.read() as connection:
        sample = select(campaigns.c.campaign_id).where(campaigns.c.is_sample).limit(1)
        return connection.execute(sample).first() is not None


def remove_sample(store: Store) -> int:
    """Take the sample data out again, its plan and benchmarks included; the number of campaigns that went."""
    with store.write(exclusive=True) as connection:
        ids = list(connection.execute(select(campaigns.c.campaign_id).where(campaigns.c.is_sample)).scalars())
        for campaign_id in ids:
            delete_campaign(connection, campaign_id)
        if get_meta(connection, _ACCOUNT_IS) == _SAMPLE:
            _delete_account(connection)
            forget(connection, ACCOUNT)  # so that the next sync brings the account's own again
    return len(ids)


def make_way_for_account(connection: Connection, *, is_sample: bool) -> bool:
    """Whether a plan and benchmarks may be written: the sample's only where the account's own are not there."""
    known = get_meta(connection, _ACCOUNT_IS)
    if is_sample and known == _OWN:
        return False
    if not is_sample and known == _SAMPLE:
        _delete_account(connection)
    set_meta(connection, _ACCOUNT_IS, _SAMPLE if is_sample else _OWN)
    return True


def _delete_account(connection: Connection) -> None:
    for table in (schema.plan, schema.benchmarks):
        connection.execute(delete(table))


def change_time_zone(store: Store, name: str) -> ZoneInfo:
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
        rollup.rebuild_all(connection)
        inbox.recount(connection)
        set_meta(connection, "time_zone", zone.key)
    return zone


def _redate(connection: Connection, table: Table, stem: str, zone_name: str) -> None:
    instant = table.c[f"{stem}_at"]
    local: dict[str, ColumnElement[Any]]
    if connection.dialect.name == "sqlite":
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
