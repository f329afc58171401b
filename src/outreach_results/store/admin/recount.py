"""Counting again what is derived from emails, events and replies, to find what is wrong and to put it right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, select

from outreach_results.models import Detail
from outreach_results.store import entries, rollup, schema, snapshots
from outreach_results.store.admin import canonical
from outreach_results.store.engine import Store
from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import campaigns

ROLLUPS = (schema.daily_stats, schema.hourly_stats, schema.lag_stats, schema.breakdown_stats, schema.snapshot_stats)
"""The tables of counts that are derived campaign by campaign."""


class _NotKeptError(Exception):
    """Ends a transaction without a trace."""


def wrong_rollups(store: Store, *, fix: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Count every campaign again; the ids of those whose counts were wrong, each with the names of the tables.

    Each campaign is counted in a transaction of its own, and writers wait for no more than one of them.

    Args:
        fix: keep what was counted where it differs.
    """
    with store.read() as connection:
        ids = connection.execute(select(campaigns.c.campaign_id).order_by(campaigns.c.campaign_id)).scalars().all()
    for campaign_id in ids:
        with _kept_if_wrong(store, ROLLUPS, campaign_id, fix=fix) as (connection, wrong):
            _rebuild(connection, campaign_id)
        if wrong:
            yield campaign_id, wrong


def is_inbox_wrong(store: Store, *, fix: bool = False) -> bool:
    """Compare the inbox and its search index with the replies and their marks.

    Args:
        fix: write it anew where it differs.
    """
    with store.read() as connection:
        is_wrong = inbox_table.has_wrong_rows(connection)
    if not is_wrong:
        with _kept_if_wrong(store, (schema.inbox_stats,), None, fix=fix) as (connection, wrong):
            inbox_table.recount(connection)
        return bool(wrong)
    if fix:
        with store.write(exclusive=True) as connection:
            inbox_table.rebuild(connection)
    return True


def _rebuild(connection: Connection, campaign_id: str) -> None:
    detail = connection.execute(select(campaigns.c.detail).where(campaigns.c.campaign_id == campaign_id)).scalar()
    with entries.with_source_values(connection, campaign_id):
        if detail == Detail.EVENTS:  # the days of the others come from their source, or from their snapshots
            rollup.rebuild(connection, campaign_id)
        snapshots.rebuild(connection, campaign_id)


@contextmanager
def _kept_if_wrong(
    store: Store, tables: tuple[Table, ...], campaign_id: str | None, *, fix: bool
) -> Iterator[tuple[Connection, list[str]]]:
    """A transaction that is kept only if it changes these tables, and if that is wanted.

    Yields:
        The connection, and a list that has the names of the tables that were changed when the block has ended.
    """
    wrong: list[str] = []
    try:
        with store.write(exclusive=True) as connection:
            before = [_digests(connection, table, campaign_id) for table in tables]
            yield connection, wrong
            after = [_digests(connection, table, campaign_id) for table in tables]
            wrong += [table.name for table, was, now in zip(tables, before, after, strict=True) if was != now]
            if not (wrong and fix):
                raise _NotKeptError
    except _NotKeptError:
        pass


def _digests(connection: Connection, table: Table, campaign_id: str | None) -> dict[str, canonical.RowsDigest]:
    own = [] if campaign_id is None else [table.c.campaign_id == campaign_id]
    return canonical.digests(connection, table, *own)
