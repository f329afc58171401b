"""Rare changes to the whole database: removing campaigns, changing the reporting time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, delete, func, select, update

from outreach_results.store import rollup, schema
from outreach_results.store.engine import Store, set_meta, time_zone
from outreach_results.store.schema import EPOCH, MICROSECOND, campaigns


def delete_campaign(connection: Connection, campaign_id: str) -> None:
    """Remove a campaign and all that belongs to it."""
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
        if ids:
            for table in (schema.plan, schema.benchmarks):
                connection.execute(delete(table))
    return len(ids)


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
            driver.create_function("local_day", 1, lambda micros: _local_day(micros, zone), deterministic=True)
        for table, instant, day in (
            (campaigns, "created_at", "created_on"),
            (schema.emails, "sent_at", "sent_on"),
            (schema.events, "occurred_at", "occurred_on"),
            (schema.replies, "received_at", "received_on"),
        ):
            _redate(connection, table, instant, day, zone.key)
        for campaign_id in connection.execute(
            select(campaigns.c.campaign_id).where(campaigns.c.detail == "events")
        ).scalars():
            rollup.rebuild(connection, campaign_id)
        set_meta(connection, "time_zone", zone.key)
    return zone


def _redate(connection: Connection, table: Table, instant: str, day: str, zone_name: str) -> None:
    column = table.c[instant]
    if connection.dialect.name == "sqlite":
        local = func.local_day(column)
    else:
        local = func.date(func.timezone(zone_name, column))
    connection.execute(update(table).where(column.is_not(None)).values({day: local}))


def _local_day(micros: int, zone: ZoneInfo) -> str:
    return (EPOCH + micros * MICROSECOND).astimezone(zone).date().isoformat()
