"""Deleting campaigns so that they can be restored.

A deleted campaign keeps its rows: loads go on writing to it, and changes of the time zone and copies treat it as any
other. Only the questions leave it out, see `store/shown.py`, and the days of all replies in `inbox_stats` do too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy import delete as delete_from

from outreach_results.errors import ConflictError, DeletedCampaignError
from outreach_results.models.numbers import counted
from outreach_results.store import audit
from outreach_results.store.audit import Action
from outreach_results.store.column_types import id_in
from outreach_results.store.engine import Store
from outreach_results.store.replies import inbox_table
from outreach_results.store.schema import campaigns
from outreach_results.store.schema import deleted_campaigns as deleted_table
from outreach_results.store.shown import shown_campaign


@dataclass(frozen=True, slots=True)
class DeletedCampaign:
    """A deleted campaign, when it was deleted, and by whom (None: unknown)."""

    id: str
    name: str
    at: datetime
    by: str | None


def delete(store: Store, campaign_id: str, *, by: str | None = None) -> DeletedCampaign:
    """Hide a campaign everywhere until it is restored.

    Raises:
        ConflictError: it is deleted already.
        UnknownCampaignError: there is no such campaign.
    """
    with store.write(exclusive=True) as connection:
        try:
            row = shown_campaign(connection, campaign_id)
        except DeletedCampaignError:
            raise ConflictError(f"The campaign {campaign_id!r} is deleted already.") from None
        inbox_table.add_to_all(connection, campaign_id, sign=-1)
        deleted = DeletedCampaign(campaign_id, row.name, datetime.now(UTC), by)
        values = {"id": campaign_id, "deleted_at": deleted.at, "deleted_by": by}
        connection.execute(insert(deleted_table), values)
        audit.record(connection, Action.DELETED, f"campaign {campaign_id}", by=by)
    return deleted


def restore(store: Store, campaign_id: str, *, by: str | None = None) -> DeletedCampaign:
    """Show a deleted campaign again, with all that it had and all that came in for it since; what it was until now.

    Raises:
        ConflictError: it is not deleted.
        UnknownCampaignError: there is no such campaign.
    """
    with store.write(exclusive=True) as connection:
        found = deleted_among(connection, [campaign_id])
        if not found:
            shown_campaign(connection, campaign_id)
            raise ConflictError(f"The campaign {campaign_id!r} is not deleted.")
        inbox_table.add_to_all(connection, campaign_id, sign=1)
        connection.execute(delete_from(deleted_table).where(deleted_table.c.id == campaign_id))
        audit.record(connection, Action.RESTORED, f"campaign {campaign_id}", by=by)
    return found[0]


def deleted_campaigns(store: Store) -> list[DeletedCampaign]:
    """The deleted campaigns, the latest deletion first."""
    with store.read() as connection:
        return deleted_among(connection)


def deleted_among(connection: Connection, campaign_ids: Collection[str] | None = None) -> list[DeletedCampaign]:
    """The deleted ones of these campaigns (None: of all), the latest deletion first."""
    table = deleted_table.c
    query = select(table.id, campaigns.c.name, table.deleted_at, table.deleted_by)
    query = query.join(campaigns, campaigns.c.campaign_id == table.id).order_by(table.deleted_at.desc(), table.id)
    if campaign_ids is not None:
        query = query.where(id_in(connection, table.id, campaign_ids))
    return [DeletedCampaign(*row) for row in connection.execute(query)]


def still_deleted(n: int, names: Sequence[str] = ()) -> str:
    """That so many campaigns stay deleted, and how to get them back, as a sentence; blank for 0."""
    if not n:
        return ""
    named = ", ".join(names[:_NAMED]) + (f" and {n - _NAMED:,} more" if len(names) > _NAMED else "")
    return (
        f"{counted(n, 'campaign')} {'is' if n == 1 else 'are'} deleted here{f', {named}' if named else ''}: "
        f"restore {'it' if n == 1 else 'them'} in Data → Settings."
    )


_NAMED = 3
KEPT_UNTIL_THEN = "What comes in for a deleted campaign is kept until then."
