"""What `breakdown` reads: the days of groups of emails, and their positive replies.

``breakdown_stats`` has the groups; what is missing in it to ``daily_stats`` are emails of which the source does not say
the dimension or, of domains and subjects, of which a campaign has too few emails for a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, case, func, select

from outreach_results.models import COUNTS, Detail, Dimension, Filters, Sentiment
from outreach_results.models.dimensions import DIMENSIONS, UNKNOWN_GROUP
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.day_table import Days, DayTable, Floats, day_table
from outreach_results.results.query import chosen_rows, count_column, of_any_campaign
from outreach_results.store import schema
from outreach_results.store.breakdown import CAN_BE_MANY, LONGEST_VALUE
from outreach_results.store.replies.state import same_reply

_FEW = (Dimension.STEP, Dimension.VARIANT)
"""Dimensions with so few groups that the days of all are read, and no statement is needed to find the largest."""

ROWS = 20
"""So many groups have a row of their own, those of most emails; all smaller ones share one."""

OTHER = "\x1fother"
"""The group of the smaller ones; no source says such a value."""


def conditions(filters: Filters, table: Table, date: str = "date") -> list[ColumnElement[bool]]:
    """The conditions on a table that also name the campaigns where all are chosen, for the sake of its key."""
    any_campaign = [of_any_campaign(table.c.campaign_id)] if filters.campaigns is None else []
    return [*any_campaign, *chosen_rows(table, filters, date)]


def _largest_groups(connection: Connection, filters: Filters, dimension: Dimension) -> list[str]:
    """The values of the groups with most emails sent, at most `ROWS`, largest first."""
    table = schema.breakdown_stats
    query = (
        select(table.c.value)
        .where(*_of_dimension(filters, dimension), table.c.value != UNKNOWN_GROUP)
        .group_by(table.c.value)
        .order_by(func.sum(table.c.emails_sent).desc(), func.sum(table.c.replied).desc(), table.c.value)
        .limit(ROWS)
    )
    return list(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class GroupRows:
    """What groups of emails brought, day by day and campaign by campaign.

    Attributes:
        campaigns, groups: the names that ``campaign`` and ``group`` are places in.
        campaign, group, dates: (rows,)
        numbers: by name of a count (rows,) floats; NaN where it is not known.
    """

    campaigns: tuple[str, ...]
    groups: tuple[str, ...]
    campaign: NDArray[np.int64]
    group: NDArray[np.int64]
    dates: Days
    numbers: dict[str, Floats]


def days_of_groups(connection: Connection, filters: Filters, dimension: Dimension) -> tuple[list[str], GroupRows]:
    """The groups with most emails sent, at most `ROWS`, largest first, and the counts by group, campaign and day.

    What is in none of these groups counts for `OTHER` or `UNKNOWN_GROUP`. There is one row at most of a campaign, a
    group and a day; NaN where a source's day does not know a count.
    """
    table = day_table(connection, filters)
    groups = None if dimension in _FEW else _largest_groups(connection, filters, dimension)
    days = connection.execute(_days_query(filters, dimension, groups)).all()
    if groups is None:
        groups = _largest_of(days)
    names = (*groups, OTHER, UNKNOWN_GROUP)
    of_groups = _placed(days, table, names)
    rest = _rest(connection, filters, dimension, table, of_groups)
    return groups, _merged(table, names, of_groups, rest)


def _largest_of(days: Sequence[Row[Any]]) -> list[str]:
    """The same as `_largest_groups`, of days that have all groups."""
    sizes: dict[str, tuple[int, int]] = {}
    for day in days:
        sent, replied = sizes.get(day.group, (0, 0))
        sizes[day.group] = sent + int(day.emails_sent or 0), replied + int(day.of_all_replied or 0)
    sizes.pop(UNKNOWN_GROUP, None)
    return sorted(sizes, key=lambda group: (-sizes[group][0], -sizes[group][1], group))[:ROWS]


class _Rows(NamedTuple):
    """Rows of a day table and a group: their places, and (counts, rows) the numbers."""

    row: NDArray[np.int64]
    group: NDArray[np.int64]
    numbers: Floats


def _of_dimension(filters: Filters, dimension: Dimension) -> list[ColumnElement[bool]]:
    return [*conditions(filters, schema.breakdown_stats), schema.breakdown_stats.c.dimension == dimension.value]


def _days_query(filters: Filters, dimension: Dimension, groups: Sequence[str] | None) -> Select[Any]:
    """What ``breakdown_stats`` has by campaign, day and group; of these groups (None: all), and the others as one."""
    stats = schema.breakdown_stats.c
    shown = (
        stats.value if groups is None else case((stats.value.in_([*groups, UNKNOWN_GROUP]), stats.value), else_=OTHER)
    )
    rows = (
        select(
            stats.campaign_id,
            stats.date,
            shown.label("group"),
            *(_twin(name, filters, stats).label(name) for name in COUNTS),
            stats.replied.label("of_all_replied"),  # the order of the groups does not depend on whether machines count
        )
        .where(*_of_dimension(filters, dimension))
        .subquery("of_groups")
    )
    keys = (rows.c.campaign_id, rows.c.date, rows.c.group)
    sums = (func.sum(rows.c[name]).label(name) for name in (*COUNTS, "of_all_replied"))
    return select(*keys, *sums).group_by(*keys)


def _placed(days: Sequence[Row[Any]], table: DayTable, names: Sequence[str]) -> _Rows:
    """The days by their rows of the table, and by the places of their groups among the names."""
    row_of = {
        key: row
        for row, key in enumerate(
            zip(np.repeat(table.ids, np.diff(table.starts)).tolist(), table.dates.tolist(), strict=True)
        )
    }
    group_of = {name: place for place, name in enumerate(names)}
    other = group_of[OTHER]
    # Each group's day is one of its campaign's days, which has at least the same counts.
    found = [
        (row_of[day.campaign_id, day.date], group_of.get(day.group, other), *day[3 : 3 + len(COUNTS)]) for day in days
    ]
    columns = np.array(found, dtype=np.float64).reshape(-1, 2 + len(COUNTS)).T
    return _Rows(columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2:])


def _twin(name: str, filters: Filters, table: Any) -> Any:
    return table[count_column(name, filters).name]


def _rest(connection: Connection, filters: Filters, dimension: Dimension, table: DayTable, of_groups: _Rows) -> _Rows:
    """The days of the campaigns less those of their groups."""
    facts = campaign_facts(connection, filters.campaigns)
    names = 2  # the last ones: OTHER and UNKNOWN_GROUP
    other, not_said = -names, -names + 1
    # Only of events it is known which groups they have: what has none is a small one, where such are left out.
    of_events = other if dimension in CAN_BE_MANY else not_said
    by_campaign = [of_events if facts[own].detail == Detail.EVENTS else not_said for own in table.ids]
    group = np.repeat(np.array(by_campaign, dtype=np.int64), np.diff(table.starts))
    numbers = np.array(
        [
            table.column(name, humans_only=filters.humans_only) - np.bincount(of_groups.row, counted, len(table))
            for name, counted in zip(COUNTS, of_groups.numbers, strict=True)
        ]
    )
    left = np.flatnonzero((numbers != 0).any(axis=0))
    return _Rows(left, group[left], numbers[:, left])


def _merged(table: DayTable, names: tuple[str, ...], *parts: _Rows) -> GroupRows:
    """The sums of the parts by row of the table and group; NaN where none of them knows a count."""
    row, group = (np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "group"))
    numbers = np.concatenate([part.numbers for part in parts], axis=1)
    keys, place = np.unique(row * len(names) + group % len(names), return_inverse=True)
    is_known = ~np.isnan(numbers)
    sums = {}
    for name, column, known in zip(COUNTS, numbers, is_known, strict=True):
        total = np.bincount(place, np.where(known, column, 0.0), len(keys))
        sums[name] = np.where(np.bincount(place, known, len(keys)) > 0, total, np.nan)
    row_of_key, group_of_key = np.divmod(keys, len(names))
    campaign = np.repeat(np.arange(len(table.ids)), np.diff(table.starts))
    return GroupRows(table.ids, names, campaign[row_of_key], group_of_key, table.dates[row_of_key], sums)


def positive_replies(
    connection: Connection, filters: Filters, dimension: Dimension, groups: Sequence[str]
) -> dict[str, int]:
    """By group, the positive replies that came in the period to its emails, whatever the basis."""
    inbox, email = schema.inbox, schema.emails.c
    column = func.coalesce(func.substr(email[DIMENSIONS[dimension].column], 1, LONGEST_VALUE), UNKNOWN_GROUP)
    shown = case((column.in_([*groups, UNKNOWN_GROUP]), column), else_=OTHER)
    answered = and_(email.campaign_id == schema.replies.c.campaign_id, email.email_id == schema.replies.c.email_id)
    rows = (
        select(shown.label("group"))
        .select_from(
            inbox.join(schema.replies, same_reply(inbox.c, schema.replies.c)).outerjoin(schema.emails, answered)
        )
        .where(*conditions(filters, inbox, "received_on"), inbox.c.sentiment == Sentiment.POSITIVE.value)
        .subquery("positive")
    )
    query = select(rows.c.group, func.count()).group_by(rows.c.group)
    return {group: int(n) for group, n in connection.execute(query)}
