"""The campaigns, and the days they span."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from outreach_results.errors import UnknownCampaignError
from outreach_results.models import Campaign, Campaigns, Detail, Pagination
from outreach_results.results.campaign_facts import CampaignSpan, campaign_facts, can_be_stored
from outreach_results.results.clients import campaign_labels, client_in, label_book
from outreach_results.results.query import PER_PAGE, check_page
from outreach_results.store import schema
from outreach_results.store.column_types import id_in
from outreach_results.store.engine import Store
from outreach_results.store.shown import IS_SHOWN, shown_campaign
from outreach_results.store.tracking import tracking_in


def campaigns(
    store: Store, *, page: int = 1, per_page: int = PER_PAGE, among: Collection[str] | None = None
) -> Campaigns:
    """A page of campaigns, newest first.

    Args:
        among: the ids of those that count, as `chosen_campaigns` gives them; None is all of them.

    Raises:
        QueryError: the page or its size is out of range.
    """
    check_page(page, per_page)
    table = schema.campaigns
    with store.read() as connection:
        chosen = [IS_SHOWN] + ([] if among is None else [id_in(connection, table.c.campaign_id, among)])
        total = connection.execute(select(func.count()).select_from(table).where(*chosen)).scalar_one()
        # The id decides between campaigns created at the same time: in an order with ties, a campaign could be on two
        # pages and another on none.
        rows = connection.execute(
            select(table)
            .where(*chosen)
            .order_by(table.c.created_at.desc(), table.c.campaign_id)
            .limit(per_page)
            .offset((page - 1) * per_page)
        )
        return Campaigns(
            campaigns=[_campaign(connection, row) for row in rows],
            pagination=Pagination(total=total, page=page, per_page=per_page),
        )


def all_campaigns(store: Store) -> list[Campaign]:
    """Every campaign, newest first."""
    with store.read() as connection:
        every, labels, book = campaign_facts(connection).items(), campaign_labels(connection), label_book(connection)
    return [
        Campaign(
            id=own,
            name=of.name,
            mcp=of.mcp,
            created_at=of.created_at,
            detail=of.detail,
            tracked=of.tracked,
            client=client_in(book, labels[own]),
            tags=labels[own].tags,
        )
        for own, of in sorted(every, key=lambda one: (-one[1].created_at.timestamp(), one[0]))
    ]


def shows_sample(store: Store) -> bool:
    """Whether any campaign is one of the sample data."""
    with store.read() as connection:
        return any(of.is_sample for of in campaign_facts(connection).values())


def campaign(store: Store, campaign_id: str) -> Campaign:
    """One campaign.

    Raises:
        UnknownCampaignError: there is none of that id.
    """
    with store.read() as connection:
        return _campaign(connection, require_campaign(connection, campaign_id))


def _campaign(connection: Connection, row: Row[Any]) -> Campaign:
    book = label_book(connection)
    labels = book.labels(row.campaign_id, row.name)
    return Campaign(
        id=row.campaign_id,
        name=row.name,
        mcp=row.mcp,
        created_at=row.created_at,
        detail=Detail(row.detail),
        tracked=tracking_in(row).tracked,
        client=client_in(book, labels),
        tags=labels.tags,
    )


def require_campaign(connection: Connection, campaign_id: str) -> Row[Any]:
    """The row of a campaign.

    Raises:
        UnknownCampaignError: there is none of that id, or it is deleted.
    """
    # The id comes from a URL: one that the database cannot even compare is as unknown as any other.
    if not can_be_stored(campaign_id):
        raise UnknownCampaignError(campaign_id)
    return shown_campaign(connection, campaign_id)


def date_range(store: Store, campaign_ids: Iterable[str] | None = None) -> tuple[date, date] | None:
    """The first and the last day with any activity of these campaigns (None: all); None without activity."""
    chosen = None if campaign_ids is None else tuple(campaign_ids)
    with store.read() as connection:
        spans = campaign_spans(connection, chosen).values()
    return (min(one.first for one in spans), max(one.last for one in spans)) if spans else None


def campaign_spans(connection: Connection, campaigns: tuple[str, ...] | None = None) -> dict[str, CampaignSpan]:
    """By campaign id, the span of these campaigns (None: all) that have any activity."""
    return {own: of.span for own, of in campaign_facts(connection, campaigns).items() if of.span is not None}


ACTIVE_DAYS = 14
"""A campaign is active if it sent something in so many days before the last day of the account's data."""


def last_sent(store: Store) -> dict[str, date]:
    """By campaign id, the last day on which it sent something, of those that did on a known day."""
    with store.read() as connection:
        spans = campaign_spans(connection)
    return {own: span.last_sent for own, span in spans.items() if span.last_sent is not None}


def last_day(store: Store) -> date | None:
    """The last day with any activity in any campaign; None without data."""
    span = date_range(store)
    return None if span is None else span[1]
