"""What is stored of the campaigns themselves and decides how their numbers are read: by one statement for a page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, case, func, select

from outreach_results.models import Detail, Filters
from outreach_results.models.metric_definitions import TRACKED
from outreach_results.results.kept import kept_on
from outreach_results.results.query import chosen_days
from outreach_results.store import schema
from outreach_results.store.entries import cost_entered
from outreach_results.store.shown import IS_SHOWN
from outreach_results.store.tracking import entered_cost_only, tracking_in


class CampaignSpan(NamedTuple):
    """The first and the last day of a campaign with any activity, and the last on which it sent something."""

    first: date
    last: date
    last_sent: date | None


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign that is shown.

    Attributes:
        detail: what is known of it: its events, its days, or its contacts.
        tracked: what it tracks, such as opens.
        untracked: the columns of ``daily_stats`` that it does not track.
        has_entered_cost: whether a person entered what it cost.
        is_sample: whether it is one of the sample data.
        span: the days of its activity; None without any.
    """

    name: str
    mcp: str | None
    created_at: datetime
    created_on: date
    detail: Detail
    tracked: tuple[str, ...]
    untracked: frozenset[str]
    has_entered_cost: bool
    is_sample: bool
    span: CampaignSpan | None


def campaign_facts(connection: Connection, campaigns: Collection[str] | None = None) -> dict[str, CampaignFacts]:
    """The facts of these campaigns (None: all) by id; there are none of a campaign that is unknown or deleted."""
    kept, chosen = kept_on(connection), None if campaigns is None else tuple(campaigns)
    every: dict[str, CampaignFacts] | None = kept.find(("campaign facts", None))
    if chosen is not None and every is not None:
        return {own: every[own] for own in chosen if own in every}
    return kept.get(("campaign facts", chosen), lambda: _read(connection, chosen))


def can_be_stored(text: str) -> bool:
    """Whether the text is valid UTF-8 without NUL: anything else is not an id, and makes a database driver raise."""
    return "\x00" not in text and text.encode(errors="replace").decode() == text


def _read(connection: Connection, campaigns: tuple[str, ...] | None) -> dict[str, CampaignFacts]:
    table = schema.campaigns.c
    chosen = [IS_SHOWN] + ([] if campaigns is None else [table.campaign_id.in_(campaigns)])
    days = schema.daily_stats.c
    # With the facts, because every page needs both, and each statement visits every machine of a cluster.
    spans = (
        select(
            days.campaign_id,
            func.min(days.date).label("first_on"),
            func.max(days.date).label("last_on"),
            func.max(case((days.emails_sent > 0, days.date))).label("last_sent_on"),
        )
        .where(*chosen_days(Filters(campaigns=campaigns)))
        .group_by(days.campaign_id)
        .subquery("spans")
    )
    query = (
        select(
            schema.campaigns,
            cost_entered().label("has_entered_cost"),
            spans.c.first_on,
            spans.c.last_on,
            spans.c.last_sent_on,
        )
        .outerjoin(schema.campaign_entries, schema.campaign_entries.c.campaign_id == table.campaign_id)
        .outerjoin(spans, spans.c.campaign_id == table.campaign_id)
        .where(*chosen)
    )
    return {row.campaign_id: _facts(row) for row in connection.execute(query)}


def _facts(row: Row[Any]) -> CampaignFacts:
    tracked = tracking_in(row).tracked
    untracked = frozenset(column for kind, columns in TRACKED.items() if kind not in tracked for column in columns)
    return CampaignFacts(
        name=row.name,
        mcp=row.mcp,
        created_at=row.created_at,
        created_on=row.created_on,
        detail=Detail(row.detail),
        tracked=tracked,
        untracked=entered_cost_only(untracked) if row.has_entered_cost else untracked,
        has_entered_cost=bool(row.has_entered_cost),
        is_sample=row.is_sample,
        span=None if row.first_on is None else CampaignSpan(row.first_on, row.last_on, row.last_sent_on),
    )
