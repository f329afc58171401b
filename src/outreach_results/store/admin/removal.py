"""Removing campaigns, and the sample data."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from outreach_results.store import audit, schema
from outreach_results.store.engine import Store, get_meta, set_meta
from outreach_results.store.labeling import forget_labels
from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import campaigns
from outreach_results.store.sync_state import ACCOUNT, forget

_ACCOUNT_IS, _OWN, _SAMPLE = "account_is", "own", "sample"  # whose plan and benchmarks are there


def delete_campaign(connection: Connection, campaign_id: str) -> None:
    """Remove a campaign and all that belongs to it."""
    inbox_table.remove(connection, campaign_id)
    for table in reversed(schema.metadata.sorted_tables):
        if "campaign_id" in table.c:
            connection.execute(delete(table).where(table.c.campaign_id == campaign_id))
    connection.execute(delete(schema.deleted_campaigns).where(schema.deleted_campaigns.c.id == campaign_id))
    forget_labels(connection, [campaign_id])


def has_sample(store: Store) -> bool:
    """Whether sample campaigns are among the results."""
    with store.read() as connection:
        sample = select(campaigns.c.campaign_id).where(campaigns.c.is_sample).limit(1)
        return connection.execute(sample).first() is not None


def remove_sample(store: Store, *, by: str | None = None) -> int:
    """Remove the sample data, its plan and benchmarks included; returns the number of campaigns removed."""
    with store.write(exclusive=True) as connection:
        ids = list(connection.execute(select(campaigns.c.campaign_id).where(campaigns.c.is_sample)).scalars())
        for campaign_id in ids:
            delete_campaign(connection, campaign_id)
        if get_meta(connection, _ACCOUNT_IS) == _SAMPLE:
            _delete_account(connection)
            forget(connection, ACCOUNT)  # so that the next sync brings the account's own again
        if ids:
            audit.record(connection, audit.Action.DELETED, "the sample data", by=by)
    return len(ids)


def has_own_account(connection: Connection) -> bool:
    """Whether the plan and benchmarks, as far as there are any, are the account's own and not the sample's."""
    return get_meta(connection, _ACCOUNT_IS) == _OWN


def prepare_account_data(connection: Connection, *, is_sample: bool) -> bool:
    """Whether a plan and benchmarks may be written now: those of the sample never replace the account's own.

    Before the account's own are written, those of the sample are deleted.
    """
    stored = get_meta(connection, _ACCOUNT_IS)
    if is_sample and stored == _OWN:
        return False
    if not is_sample and stored == _SAMPLE:
        _delete_account(connection)
    set_meta(connection, _ACCOUNT_IS, _SAMPLE if is_sample else _OWN)
    return True


def _delete_account(connection: Connection) -> None:
    for table in (schema.plan, schema.benchmarks):
        connection.execute(delete(table))
