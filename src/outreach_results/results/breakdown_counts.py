"""What `breakdown` reads: the days of groups of emails, and their positive replies.

``breakdown_stats`` has the groups; what is missing in it to ``daily_stats`` are emails of which the source does not say
the dimension or, of domains and subjects, of which a campaign has too few emails for a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, select

from outreach_results.models import COUNTS, Detail, Dimension, Filters, Sentiment
from outreach_results.models.dimensions import DIMENSIONS, UNKNOWN_GROUP
from outreach_results.results.query import chosen_days, chosen_rows, count_column, of_any_campaign
from outreach_results.store import schema
from outreach_results.store.breakdown import CAN_BE_MANY, LONGEST_VALUE
from outreach_results.store.replies.state import same_reply

ROWS = 20
"""So many groups have a row of their own, those of most emails; all smaller ones share one."""

OTHER = "\x1fother"
"""The group of the smaller ones; no source says such a value."""


def conditions(filters: Filters, table: Table, date: str = "date") -> list[ColumnElement[bool]]:
    """The conditions on a table that also name the campaigns where all are chosen, for the sake of its key."""
    any_campaign = [of_any_campaign(table.c.campaign_id)] if filters.campaigns is None else []
    return [*any_campaign, *chosen_rows(table, filters, date)]


def largest_groups(connection: Connection, filters: Filters, dimension: Dimension) -> list[str]:
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


def days_of_groups(
    connection: Connection, filters: Filters, dimension: Dimension, groups: Sequence[str]
) -> pd.DataFrame:
    """The counts of the chosen campaigns by group and day: what is in no group counts for `OTHER` or `UNKNOWN_GROUP`.

    Columns: campaign_id, date, group, and the counts (float64), NaN where a source's day does not know one.
    """
    grouped = _grouped_days(connection, filters, dimension, groups)
    rest = _rest(connection, filters, dimension, grouped)
    found = pd.concat([grouped, rest], ignore_index=True)
    return found.groupby(["campaign_id", "date", "group"], as_index=False).sum(min_count=1)


def _of_dimension(filters: Filters, dimension: Dimension) -> list[ColumnElement[bool]]:
    return [*conditions(filters, schema.breakdown_stats), schema.breakdown_stats.c.dimension == dimension.value]


def _grouped_days(
    connection: Connection, filters: Filters, dimension: Dimension, groups: Sequence[str]
) -> pd.DataFrame:
    table = schema.breakdown_stats.c
    shown = case((table.value.in_([*groups, UNKNOWN_GROUP]), table.value), else_=OTHER)
    rows = (
        select(
            table.campaign_id,
            table.date,
            shown.label("group"),
            *(_twin(name, filters, table).label(name) for name in COUNTS),
        )
        .where(*_of_dimension(filters, dimension))
        .subquery("of_groups")
    )
    keys = (rows.c.campaign_id, rows.c.date, rows.c.group)
    return _frame(connection, select(*keys, *(func.sum(rows.c[name]) for name in COUNTS)).group_by(*keys))


def _twin(name: str, filters: Filters, table: Any) -> Any:
    return table[count_column(name, filters).name]


def _rest(connection: Connection, filters: Filters, dimension: Dimension, grouped: pd.DataFrame) -> pd.DataFrame:
    """The days of the campaigns less those of their groups."""
    table, campaign = schema.daily_stats.c, schema.campaigns.c
    # Only of events it is known which groups they have: what has none is a small one, where such are left out.
    of_events = OTHER if dimension in CAN_BE_MANY else UNKNOWN_GROUP
    query = (
        select(
            table.campaign_id,
            table.date,
            case((campaign.detail == Detail.EVENTS.value, of_events), else_=UNKNOWN_GROUP),
            *(count_column(name, filters) for name in COUNTS),
        )
        .join(schema.campaigns, campaign.campaign_id == table.campaign_id)
        .where(*chosen_days(filters))
    )
    days = _frame(connection, query)
    in_groups = grouped.groupby(["campaign_id", "date"])[list(COUNTS)].sum()
    own = pd.MultiIndex.from_frame(days[["campaign_id", "date"]])
    days[list(COUNTS)] -= in_groups.reindex(own, fill_value=0.0).to_numpy()
    return days[(days[list(COUNTS)] != 0).any(axis=1)]


def _frame(connection: Connection, query: Any) -> pd.DataFrame:
    rows = [tuple(row) for row in connection.execute(query)]
    frame = pd.DataFrame(rows, columns=["campaign_id", "date", "group", *COUNTS])
    return frame.astype(dict.fromkeys(COUNTS, "float64") | {"date": "datetime64[s]"})


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
