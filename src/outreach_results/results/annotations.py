"""What people noted beside their results."""

from __future__ import annotations

from sqlalchemy import select

from outreach_results.models import Annotation, Filters
from outreach_results.results.query import check_period
from outreach_results.store import schema
from outreach_results.store.engine import Store


def annotations_in(store: Store, filters: Filters) -> list[Annotation]:
    """The notes on the days asked for, oldest first: those about all campaigns, and about the chosen ones."""
    check_period(filters)
    table = schema.annotations.c
    query = select(schema.annotations).order_by(table.date, table.created_at, table.annotation_id)
    if filters.campaigns is not None:
        query = query.where(table.campaign_id.in_(("", *filters.campaigns)))
    if filters.start is not None:
        query = query.where(table.date >= filters.start)
    if filters.end is not None:
        query = query.where(table.date <= filters.end)
    with store.read() as connection:
        return [
            Annotation(row.annotation_id, row.date, row.campaign_id, row.text, row.author, row.created_at)
            for row in connection.execute(query)
        ]
