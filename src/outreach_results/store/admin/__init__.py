"""Rare work on the whole database: removing campaigns, copying, verifying, distributing, changing the time zone."""

from outreach_results.store.admin.deletion import DeletedCampaign, deleted_campaigns
from outreach_results.store.admin.removal import (
    delete_campaign,
    has_own_account,
    has_sample,
    prepare_account_data,
    remove_sample,
)
from outreach_results.store.admin.time_zone import change_time_zone

__all__ = [
    "DeletedCampaign",
    "change_time_zone",
    "delete_campaign",
    "deleted_campaigns",
    "has_own_account",
    "has_sample",
    "prepare_account_data",
    "remove_sample",
]
