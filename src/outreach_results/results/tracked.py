"""What the chosen campaigns know and what they do not, so that totals are those of the part that knows a number.

Only campaigns that do not track something, or have no events, cost more than a look at `campaigns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal, or_, select

from outreach_results.models import COST_COLUMNS, COUNTS, Detail, Filters
from outreach_results.models.metric_definitions import TRACKED
from outreach_results.results.query import chosen_days, count_column
from outreach_results.store import schema
from outreach_results.store.entries import with_entered_cost
from outreach_results.store.shown import IS_SHOWN
from outreach_results.store.tracking import entered_cost_only, is_untracked

NUMBERS = (*COUNTS, "cost", *COST_COLUMNS)
"""The numbers of `daily_stats`, by the names of their counts."""

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class TrackedPart:
    """The campaigns that know a number, of those chosen.

    ``emails`` is the denominator of a rate in them; None for what is no rate.
    """

    campaigns: int
    of_campaigns: int
    emails: int | None = None

    @property
    def is_none(self) -> bool:
        """Whether no campaign knows it."""
        return self.campaigns == 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """The numbers that a campaign does not know: those it does not track, and those that a day of it lacks."""

    untracked: Names = frozenset()
    incomplete: Names = frozenset()

    @property
    def names(self) -> Names:
        """All of them."""
        return self.untracked | self.incomplete


def number_column(name: str, filters: Filters) -> ColumnElement[int]:
    """The column of `daily_stats` with a count or a cost."""
    return count_column(name, filters) if name in COUNTS else schema.daily_stats.c[name]


def unknown_numbers(connection: Connection, filters: Filters) -> dict[str, Unknown]:
    """By id, what each of the chosen campaigns does not know; those that know everything are left out."""
    table = schema.campaigns.c
    chosen = [IS_SHOWN] + ([] if filters.campaigns is None else [table.campaign_id.in_(filters.campaigns)])
    has_no_events = table.detail != Detail.EVENTS
    flags = [is_untracked(kind) for kind in TRACKED]
    # Read for a few campaigns only: most know everything, and those are not fetched.
    query = select(
        table.campaign_id, has_no_events, *(flag.label(kind) for kind, flag in zip(TRACKED, flags, strict=True))
    )
    untracked: dict[str, Names] = {}
    incomplete: dict[str, Names] = {}
    for campaign_id, is_incomplete, *off in connection.execute(query.where(*chosen, or_(has_no_events, *flags))):
        names = [name for kind, is_off in zip(TRACKED, off, strict=True) if is_off for name in TRACKED[kind]]
        untracked[campaign_id] = frozenset(names)
        if is_incomplete:
            incomplete[campaign_id] = frozenset()
    for own in with_entered_cost(connection, filters.campaigns):
        untracked[own] = entered_cost_only(untracked.get(own))
    # Events are counted, so that no day can lack a number: the days are read for campaigns without events alone.
    if incomplete:
        incomplete |= _incomplete_numbers(connection, replace(filters, campaigns=tuple(incomplete)))
    every = {own: Unknown(names, incomplete.get(own, frozenset())) for own, names in untracked.items()}
    return {campaign_id: unknown for campaign_id, unknown in every.items() if unknown.names}


def _incomplete_numbers(connection: Connection, filters: Filters) -> dict[str, Names]:
    """The numbers that a day of a campaign lacks, by its id."""
    campaign_id = schema.daily_stats.c.campaign_id
    # COUNT of a column leaves out NULL.
    is_complete = (func.count(number_column(name, filters)) == func.count() for name in NUMBERS)
    query = select(campaign_id, *is_complete).where(*chosen_days(filters)).group_by(campaign_id)
    return {
        own: frozenset(name for name, complete in zip(NUMBERS, flags, strict=True) if not complete)
        for own, *flags in connection.execute(query)
    }


def groups_of(unknown: Mapping[str, Unknown]) -> list[Unknown]:
    """What groups of campaigns do not know; those of the first group know everything."""
    # In an order of their own, not that of a set: the places go into a statement, which then is the same every time.
    distinct = sorted(set(unknown.values()), key=lambda one: (sorted(one.untracked), sorted(one.incomplete)))
    return [Unknown(), *distinct]


def group_column(unknown: Mapping[str, Unknown], groups: Iterable[Unknown]) -> ColumnElement[int]:
    """The place among the groups of the campaign of a row of `daily_stats`."""
    ids = {
        place: sorted(campaign_id for campaign_id, own in unknown.items() if own == group)
        for place, group in enumerate(groups)
        if place
    }
    if not ids:
        return literal(0)
    campaign_id = schema.daily_stats.c.campaign_id
    return case(*((campaign_id.in_(own), place) for place, own in ids.items()), else_=0)


def tracked_column(name: str, filters: Filters, unknown: Mapping[str, Unknown]) -> ColumnElement[Any]:
    """A column of `daily_stats`, NULL for the campaigns that do not track it."""
    ids = sorted(campaign_id for campaign_id, own in unknown.items() if name in own.untracked)
    column = number_column(name, filters)
    if not ids:
        return column
    # NULL rather than 0: a sum leaves it out, and one of nothing else stays unknown.
    known: ColumnElement[Any] = case((schema.daily_stats.c.campaign_id.not_in(ids), column))
    return known
