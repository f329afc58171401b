"""Bounces by their kind or reason: each email once, by its first bounce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, select

from outreach_results.metrics import Interval
from outreach_results.metrics.dispersion import DailyCounts, dispersion, rate_interval
from outreach_results.models import Basis, Dimension, Filters, RowKind
from outreach_results.models.dimensions import DIMENSIONS
from outreach_results.results.breakdown_counts import ROWS
from outreach_results.results.query import chosen_days, of_any_campaign
from outreach_results.store import schema
from outreach_results.store.breakdown import LONGEST_VALUE
from outreach_results.store.schema import IS_BOUNCE, KNOWN_OF_BOUNCE
from outreach_results.store.shown import is_shown

Sums = Mapping[str, Mapping[str, Any]]


def has_bounce_groups(filters: Filters, dimension: Dimension) -> ColumnElement[bool]:
    """Whether any bounce of the campaign of a row of `campaigns` has a kind or reason."""
    event = schema.events.c
    # As a range also where machines count: else SQLite takes the primary key, and reads all events of a campaign.
    of_people = event.is_machine <= literal(not filters.humans_only)
    known = KNOWN_OF_BOUNCE[DIMENSIONS[dimension].column]
    return exists().where(event.campaign_id == schema.campaigns.c.campaign_id, known, of_people)


def bounce_groups(connection: Connection, filters: Filters, dimension: Dimension, sums: Sums) -> pd.DataFrame:
    """The rows of a breakdown of bounces, see `Breakdown`.

    Args:
        sums: by campaign id its counts, None where one is not known.
    """
    tracking = [own for own, counts in sums.items() if None not in (counts["bounced"], counts["emails_sent"])]
    bounced, sent = (sum(sums[own][name] for own in tracking) for name in ("bounced", "emails_sent"))
    days = _bounces(connection, filters, dimension)
    days = days[days["campaign_id"].isin(tracking)]
    of = _sent_days(connection, filters, tracking)
    largest = _largest(days)
    days["group"] = days["value"].where(days["value"].isin(largest) | days["value"].isna(), _OTHER).fillna(_UNKNOWN)
    by_group = {str(group): own.groupby("date")["bounced"].sum() for group, own in days.groupby("group")}
    grouped = sum(int(own.sum()) for group, own in by_group.items() if group != _UNKNOWN)
    counts = {group: int(by_group[group].sum()) for group in (*largest, _OTHER) if group in by_group}
    # Also the bounces of campaigns that know only their total.
    if bounced - grouped:
        counts[_UNKNOWN] = bounced - grouped
    rows = [
        {
            **_named(group),
            "bounced": count,
            "bounce_rate": count / sent if sent else np.nan,
            **_ends(_interval(count, sent, by_group.get(group), of)),
        }
        for group, count in counts.items()
    ]
    columns = ["kind", "value", "bounced", "bounce_rate", "bounce_rate_low", "bounce_rate_high"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"kind": "string", "value": "string", "bounced": "Int64"} | dict.fromkeys(columns[3:], "float64")
    )


_OTHER, _UNKNOWN = "\x1fother", "\x1funknown"  # with a control character, so that no value equals them


def _named(group: str) -> dict[str, Any]:
    if group in (_OTHER, _UNKNOWN):
        return {"kind": RowKind.OTHER if group == _OTHER else RowKind.UNKNOWN, "value": None}
    return {"kind": RowKind.VALUE, "value": group}


def _ends(interval: Interval | None) -> dict[str, float]:
    low, high = interval or (np.nan, np.nan)
    return {"bounce_rate_low": low, "bounce_rate_high": high}


def _interval(count: int, sent: int, bounces: pd.Series[int] | None, of: pd.Series[float]) -> Interval | None:
    """The interval of a rate whose days are known; None where a source knows only their total."""
    if bounces is None or int(bounces.sum()) != count or not sent > 0 or count > sent:
        return None
    days = bounces.index.union(of.index)
    counted, whole = (np.asarray(numbers.reindex(days, fill_value=0), dtype=np.float64) for numbers in (bounces, of))
    return rate_interval(count / sent, sent, dispersion([DailyCounts(counted, whole)]))


def _largest(days: pd.DataFrame) -> list[str]:
    sizes = days.groupby("value")["bounced"].sum()
    # Equal ones by name: which of them are rows of their own must not depend on the database.
    by_size = sorted(sizes.items(), key=lambda size: (-size[1], str(size[0])))
    return [str(value) for value, _ in by_size[:ROWS]]


def _of_campaigns(filters: Filters) -> list[Any]:
    event = schema.events.c
    any_campaign = [of_any_campaign(event.campaign_id)] if filters.campaigns is None else []
    of_people = [~event.is_machine] if filters.humans_only else []
    chosen = filters.conditions({"campaign_id": event.campaign_id})
    return [*any_campaign, *chosen, is_shown(event.campaign_id), IS_BOUNCE, *of_people]


def _bounces(connection: Connection, filters: Filters, dimension: Dimension) -> pd.DataFrame:
    """How many emails bounced first on a day, or were sent on it, with a value.

    Columns: campaign_id, date, value (NA: not stated), bounced.
    """
    event, email = schema.events.c, schema.emails.c
    # A bounced email may have several bounces, each with another reason; counted once, the rows add up to `bounced`.
    order = func.row_number().over(
        partition_by=(event.campaign_id, event.email_id), order_by=(event.occurred_at, event.event_id)
    )
    firsts = (
        select(
            event.campaign_id,
            event.email_id,
            event.occurred_on,
            func.substr(event[DIMENSIONS[dimension].column], 1, LONGEST_VALUE).label("value"),
            order.label("place"),
        )
        .where(*_of_campaigns(filters))
        .subquery("firsts")
    )
    source, on = select(firsts.c.campaign_id), firsts.c.occurred_on
    if filters.basis == Basis.SEND:
        own = and_(email.campaign_id == firsts.c.campaign_id, email.email_id == firsts.c.email_id)
        source, on = source.join(schema.emails, own), email.sent_on
    query = (
        source.add_columns(on, firsts.c.value, func.count())
        .where(firsts.c.place == 1, *filters.conditions({"date": on}))
        .group_by(firsts.c.campaign_id, on, firsts.c.value)
    )
    rows = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(rows, columns=["campaign_id", "date", "value", "bounced"]).astype(
        {"campaign_id": "string", "value": "string", "bounced": "int64"}
    )


def _sent_days(connection: Connection, filters: Filters, campaign_ids: list[str]) -> pd.Series[float]:
    """The emails that these campaigns sent, by date."""
    days = schema.daily_stats.c
    query = (
        select(days.date, func.sum(days.emails_sent))
        .where(*chosen_days(replace(filters, campaigns=tuple(campaign_ids))))
        .group_by(days.date)
    )
    return pd.Series({on: float(sent or 0) for on, sent in connection.execute(query)}, dtype="float64")
