"""Which campaigns are shown: all but the deleted ones, which no question finds until they are restored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, select

from outreach_results.errors import DeletedCampaignError, UnknownCampaignError
from outreach_results.store.schema import campaigns, deleted_campaigns


def is_shown(campaign_id: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition on a table for the rows of campaigns that are shown, and for those of none.

    Args:
        campaign_id: the column with the campaign.
    """
    # Read once for each statement, unlike an EXISTS about each row.
    return campaign_id.not_in(select(deleted_campaigns.c.id))


IS_SHOWN: ColumnElement[bool] = is_shown(campaigns.c.campaign_id)
"""The condition on `campaigns` for those that are shown."""


def shown_campaign(connection: Connection, campaign_id: str) -> Row[Any]:
    """The row of a campaign that is shown.

    Raises:
        UnknownCampaignError: there is no such campaign, or it is deleted (`DeletedCampaignError`).
    """
    is_deleted = exists().where(deleted_campaigns.c.id == campaigns.c.campaign_id).label("is_deleted")
    row = connection.execute(select(campaigns, is_deleted).where(campaigns.c.campaign_id == campaign_id)).first()
    if row is None:
        raise UnknownCampaignError(campaign_id)
    if row.is_deleted:
        raise DeletedCampaignError(campaign_id)
    return row
