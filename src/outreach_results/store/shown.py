"""Which campaigns are shown: all but the deleted ones, which no question finds until they are restored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from outreach_results.errors import DeletedCampaignError, UnknownCampaignError
from outreach_results.store.schema import campaigns

IS_SHOWN: ColumnElement[bool] = campaigns.c.deleted_at.is_(None)
"""The condition on `campaigns` for those that are shown."""

_deleted = campaigns.alias("deleted")


def is_shown(campaign_id: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition on a table for the rows of campaigns that are shown, and for those of none.

    Args:
        campaign_id: the column with the campaign.
    """
    # Answered once for each statement, from an index that holds the deleted ones only.
    return campaign_id.not_in(select(_deleted.c.campaign_id).where(_deleted.c.deleted_at.is_not(None)))


def shown_campaign(connection: Connection, campaign_id: str) -> Row[Any]:
    """The row of a campaign that is shown.

    Raises:
        UnknownCampaignError: there is no such campaign, or it is deleted (`DeletedCampaignError`).
    """
    row = connection.execute(select(campaigns).where(campaigns.c.campaign_id == campaign_id)).first()
    if row is None:
        raise UnknownCampaignError(campaign_id)
    if row.deleted_at is not None:
        raise DeletedCampaignError(campaign_id)
    return row
