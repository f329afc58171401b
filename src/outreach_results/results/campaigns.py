"""The campaigns, and the days they span."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from outreach_results.errors import UnknownCampaignError
from outreach_results.models import Campaign, Campaigns, Detail, Filters, Pagination
from outreach_results.results.query import PER_PAGE, check_page, chosen_days
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.shown import IS_SHOWN, shown_campaign
from outreach_results.store.tracking import tracking_in


def campaigns(store: Store, *, page: int = 1, per_page: int = PER_PAGE) -> Campaigns:
    """A page of all campaigns, newest first.

    Raises:
        QueryError: the page or its size is out of range.
    """
    check_page(page, per_page)
    table = schema.campaigns
    with store.read() as connection:
        total = connection.execute(select(func.count()).select_from(table).where(IS_SHOWN)).scalar_one()
        # The id decides between campaigns created at the same time: in an order with ties, a campaign could be on two
        # pages and another on none.
        rows = connection.execute(
            select(table)
            .where(IS_SHOWN)
            .order_by(table.c.created_at.desc(), table.c.campaign_id)
            .limit(per_page)
            .offset((page - 1) * per_page)
        )
        return Campaigns(
            campaigns=[_campaign(row) for row in rows],
            pagination=Pagination(total=total, page=page, per_page=per_page),
        )


def all_campaigns(store: Store) -> list[Campaign]:
    """Every campaign, newest first."""
    table = schema.campaigns
    with store.read() as connection:
        shown = select(table).where(IS_SHOWN)
        rows = connection.execute(shown.order_by(table.c.created_at.desc(), table.c.campaign_id))
        return [_campaign(row) for row in rows]


def campaign(store: Store, campaign_id: str) -> Campaign:
    """One campaign.

    Raises:
        UnknownCampaignError: there is none of that id.
    """
    with store.read() as connection:
        return _campaign(require_campaign(connection, campaign_id))


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        id=row.campaign_id,
        name=row.name,
        mcp=row.mcp,
        created_at=row.created_at,
        detail=Detail(row.detail),
        tracked=tracking_in(row).tracked,
    )


def require_campaign(connection: Connection, campaign_id: str) -> Row[Any]:
    """The row of a campaign.

    Raises:
        UnknownCampaignError: there is none of that id, or it is deleted.
    """
    # The id comes from a URL: one that the database cannot even compare is as unknown as any other.
    if not _can_be_stored(campaign_id):
        raise UnknownCampaignError(campaign_id)
    return shown_campaign(connection, campaign_id)


def _can_be_stored(text: str) -> bool:
    """Whether the text is valid UTF-8 without NUL: anything else is not an id, and makes a database driver raise."""
    return "\x00" not in text and text.encode(errors="replace").decode() == text


def date_range(store: Store, campaign_ids: Iterable[str] | None = None) -> tuple[date, date] | None:
    """The first and the last day with any activity of these campaigns (None: all); None without activity."""
    table = schema.daily_stats.c
    filters = Filters(campaigns=None if campaign_ids is None else tuple(campaign_ids))
    query = select(func.min(table.date), func.max(table.date)).where(*chosen_days(filters))
    with store.read() as connection:
        first, last = connection.execute(query).one()
    return (first, last) if first else None


ACTIVE_DAYS = 14
"""A campaign is active if it sent something in so many days before the last day of the account's data."""


def last_sent(store: Store) -> dict[str, date]:
    """By campaign id, the last day on which it sent something, of those that did on a known day."""
    days = schema.daily_stats.c
    query = select(days.campaign_id, func.max(days.date).label("day"))
    query = query.where(*chosen_days(Filters()), days.emails_sent > 0)
    with store.read() as connection:
        return {row.campaign_id: row.day for row in connection.execute(query.group_by(days.campaign_id))}


def last_day(store: Store) -> date | None:
    """The last day with any activity in any campaign; None without data."""
    span = date_range(store)
    return None if span is None else span[1]
