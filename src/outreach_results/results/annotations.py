"""Annotations: notes that people keep on dates."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from outreach_results.models import Annotation, Filters
from outreach_results.results.query import check_period, chosen_rows
from outreach_results.store import schema
from outreach_results.store.engine import Store

ALL_CAMPAIGNS = ""
"""The campaign id of annotations that concern all campaigns."""


def annotations_in(store: Store, filters: Filters) -> list[Annotation]:
    """The annotations on the days of the filters, oldest first: those on all campaigns, and on the chosen ones.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    table = schema.annotations.c
    # An annotation on all campaigns explains a change in any of them, so a choice of campaigns keeps it.
    if filters.campaigns is not None:
        filters = replace(filters, campaigns=(ALL_CAMPAIGNS, *filters.campaigns))
    query = (
        select(schema.annotations)
        .where(*chosen_rows(schema.annotations, filters))
        .order_by(table.date, table.created_at, table.annotation_id)
    )
    with store.read() as connection:
        return [
            Annotation(row.annotation_id, row.date, row.campaign_id, row.text, row.author, row.created_at)
            for row in connection.execute(query)
        ]
