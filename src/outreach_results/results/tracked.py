"""What the chosen campaigns know and what they do not, so that totals are those of the part that knows a number.

Only campaigns without events cost more than a look at `campaigns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, case

from outreach_results.models import COST_COLUMNS, COUNTS, Detail, Filters
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.day_table import day_table
from outreach_results.results.query import count_column
from outreach_results.store import schema

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
    facts = campaign_facts(connection, filters.campaigns)
    # Events are counted, so that no day can lack a number: the days are read for campaigns without events alone.
    without_events = tuple(own for own, of in facts.items() if of.detail != Detail.EVENTS)
    incomplete = _incomplete_numbers(connection, replace(filters, campaigns=without_events)) if without_events else {}
    every = {own: Unknown(of.untracked, incomplete.get(own, frozenset())) for own, of in facts.items()}
    return {campaign_id: unknown for campaign_id, unknown in every.items() if unknown.names}


def _incomplete_numbers(connection: Connection, filters: Filters) -> dict[str, Names]:
    """The numbers that a day of a campaign lacks, by its id."""
    days = day_table(connection, filters)
    lacking = {name: days.is_lacking(days.column(name, humans_only=filters.humans_only)).tolist() for name in NUMBERS}
    return {
        own: frozenset(name for name, is_lacking in lacking.items() if is_lacking[place])
        for place, own in enumerate(days.ids)
    }


def tracked_column(name: str, filters: Filters, unknown: Mapping[str, Unknown]) -> ColumnElement[Any]:
    """A column of `daily_stats`, NULL for the campaigns that do not track it."""
    ids = sorted(campaign_id for campaign_id, own in unknown.items() if name in own.untracked)
    column = number_column(name, filters)
    if not ids:
        return column
    # NULL rather than 0: a sum leaves it out, and one of nothing else stays unknown.
    known: ColumnElement[Any] = case((schema.daily_stats.c.campaign_id.not_in(ids), column))
    return known
