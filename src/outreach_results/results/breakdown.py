"""The overview broken down by what is known of the emails, such as their step, and by kind and reason of bounces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, exists, select

from outreach_results.metrics.group_differences import group_differences
from outreach_results.models import COUNTS, Basis, Detail, Dimension, Filters
from outreach_results.models.dimensions import OF_BOUNCES, UNKNOWN_GROUP, RowKind
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.bounces import bounce_groups, has_bounce_groups
from outreach_results.results.breakdown_counts import (
    OTHER,
    GroupRows,
    days_of_groups,
    positive_replies,
)
from outreach_results.results.breakdown_rates import CountsByCampaign, GroupDays, rate_columns, standing_out
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaign_rates import curves_of
from outreach_results.results.headlines import PeriodDays
from outreach_results.results.import_history import data_as_of
from outreach_results.results.kept import kept_on
from outreach_results.results.query import check_period
from outreach_results.results.reply_counts import positive_by_campaign
from outreach_results.results.totals import campaign_sums, totals_of
from outreach_results.results.tracked import unknown_numbers
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.shown import IS_SHOWN

BREAKDOWN_RATES = {name: rate.parts for name, rate in RATES.items()} | {"bounce_rate": ("bounced", "emails_sent")}
"""The rates of a breakdown: name → count, and what it is a share of."""

JUDGED = ("reply_rate", "open_rate", "bounce_rate")
"""The rates by which the rows are compared with the others."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The rows of a breakdown, that of most emails first; of steps, in their order. Then "other" and "unknown".

    ``rows`` has the columns

    - kind (a `RowKind`), value (NA unless of the kind ``value``), and the counts; of bounces ``bounced`` alone;
    - positive_replies, on the day they came whatever the basis; NA where no reply can be read. Not of bounces;
    - by rate of `BREAKDOWN_RATES` its value, its 95% interval ``*_low`` and ``*_high``, and on the send basis
      ``*_share_in``, how much of it is in (0 to 1). Of bounces only the bounce_rate, of all emails sent;
    - by rate of `JUDGED` ``*_of_others``, that of the other emails in the same campaigns, and ``*_stands_out``: 1 above
      and -1 below it, significantly among all comparisons; 0 else, NA where nothing was compared. Not of bounces.

    ``is_of_sent`` where rates of delivered emails are of sent ones, because no campaign knows its deliveries.
    ``comparisons`` is how many there are in the whole breakdown.
    """

    dimension: Dimension
    rows: pd.DataFrame
    comparisons: int = 0
    is_of_sent: bool = False


def breakdown_dimensions(store: Store, filters: Filters) -> tuple[Dimension, ...]:
    """The dimensions that are known of any email, or bounce, of the chosen campaigns, whatever the period."""
    # Not by period, so that it is asked once and not again with each choice of dates.
    chosen = Filters(campaigns=filters.campaigns, basis=filters.basis, humans_only=filters.humans_only)
    with store.read() as connection:
        return kept_on(connection).get(("breakdown dimensions", chosen), lambda: _known_dimensions(connection, chosen))


def _known_dimensions(connection: Connection, filters: Filters) -> tuple[Dimension, ...]:
    columns = [(has_bounce_groups if one in OF_BOUNCES else _is_known)(filters, one) for one in Dimension]
    own = schema.campaigns.c.campaign_id
    known = connection.execute(select(*columns).where(IS_SHOWN, *filters.conditions({"campaign_id": own}))).all()
    return tuple(one for place, one in enumerate(Dimension) if any(said[place] for said in known))


def _is_known(filters: Filters, dimension: Dimension) -> ColumnElement[bool]:
    table = schema.breakdown_stats.c
    return exists().where(
        table.campaign_id == schema.campaigns.c.campaign_id,
        table.dimension == dimension.value,
        table.basis == filters.basis,
        table.value > UNKNOWN_GROUP,
    )


def breakdown(store: Store, filters: Filters, dimension: Dimension) -> Breakdown:
    """The chosen campaigns together, broken down by a dimension.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    if dimension in OF_BOUNCES:
        with store.read() as connection:
            sums = campaign_sums(connection, filters)
            return Breakdown(dimension, bounce_groups(connection, filters, dimension, sums))
    period_of = partial(PeriodDays, curves=curves_of(store, filters), basis=filters.basis, clock=data_as_of(store))
    with store.read() as connection:
        sums = campaign_sums(connection, filters)
        groups, days = days_of_groups(connection, filters, dimension)
        days = _known_days(connection, filters, days)
        facts = campaign_facts(connection, filters.campaigns)
        with_events = {own for own, of in facts.items() if of.detail == Detail.EVENTS}
        counts = _counts_by_campaign(days, sums, with_events)
        positive = positive_replies(connection, filters, dimension, groups)
        readable = positive_by_campaign(connection, filters).keys()
    in_order = [group for group in (*_in_order(dimension, groups), OTHER, UNKNOWN_GROUP) if group in counts]
    of_groups = {group: counts[group] for group in in_order}
    rows = [
        _named(group) | _sums(own) | {"positive_replies": _positive(positive.get(group, 0), own, readable)}
        for group, own in of_groups.items()
    ]
    frame = pd.DataFrame(rows, columns=["kind", "value", *COUNTS, "positive_replies"]).astype(
        {"kind": "string", "value": "string"} | dict.fromkeys([*COUNTS, "positive_replies"], "Int64")
    )
    is_of_sent = totals_of(list(sums.values())).pairs["delivered", "emails_sent"] is None
    return _with_rates(
        Breakdown(dimension, frame, is_of_sent=is_of_sent),
        GroupDays(days, period_of),
        of_groups,
        is_cohort=filters.basis == Basis.SEND,
    )


def _known_days(connection: Connection, filters: Filters, days: GroupRows) -> GroupRows:
    """The days, with NaN for what their campaigns do not know."""
    unknown = unknown_numbers(connection, filters)
    numbers = dict(days.numbers)
    for name in COUNTS:
        is_off = np.array([own in unknown and name in unknown[own].names for own in days.campaigns], dtype=np.bool_)
        if is_off.any():
            numbers[name] = np.where(is_off[days.campaign], np.nan, numbers[name])
    return replace(days, numbers=numbers)


def _counts_by_campaign(
    days: GroupRows, sums: Mapping[str, Mapping[str, Any]], with_events: Collection[str]
) -> dict[str, CountsByCampaign]:
    """By group, the counts of each campaign; of one without events, its totals, which can be more than its days."""
    counts: dict[str, dict[str, Mapping[str, int | None]]] = defaultdict(dict)
    cells, cell = np.unique(days.group * len(days.campaigns) + days.campaign, return_inverse=True)
    known = {name: np.bincount(cell, np.isfinite(column), len(cells)) > 0 for name, column in days.numbers.items()}
    totals = {name: np.bincount(cell, np.nan_to_num(column), len(cells)) for name, column in days.numbers.items()}
    for place, (group, campaign) in enumerate(zip(*np.divmod(cells, len(days.campaigns) or 1), strict=True)):
        campaign_id = days.campaigns[campaign]
        if campaign_id in with_events:
            own = {name: int(totals[name][place]) if known[name][place] else None for name in COUNTS}
            counts[days.groups[group]][campaign_id] = own
    for campaign_id, total in sums.items():
        if campaign_id not in with_events:
            counts[UNKNOWN_GROUP][campaign_id] = {name: total.get(name) for name in COUNTS}
    return dict(counts)


def _in_order(dimension: Dimension, groups: Sequence[str]) -> list[str]:
    """Steps in their order, numbers before words; all other groups as they are."""
    if dimension != Dimension.STEP:
        return list(groups)
    return sorted(groups, key=lambda step: (not step.isdecimal(), int(step) if step.isdecimal() else 0, step))


def _named(group: str) -> dict[str, Any]:
    if group in (OTHER, UNKNOWN_GROUP):
        return {"kind": RowKind.OTHER if group == OTHER else RowKind.UNKNOWN, "value": None}
    return {"kind": RowKind.VALUE, "value": group}


def _sums(of_campaigns: CountsByCampaign) -> dict[str, int | None]:
    """The counts of a group: of the campaigns that know each."""
    known = {name: [own[name] for own in of_campaigns.values()] for name in COUNTS}
    return {
        name: sum(n for n in counts if n is not None) if any(n is not None for n in counts) else None
        for name, counts in known.items()
    }


def _positive(count: int, of_campaigns: CountsByCampaign, readable: Set[str]) -> int | None:
    """The positive replies of a group; None where there are replies, and none that can be read."""
    answered = [own for own, counts in of_campaigns.items() if counts["replied"] is None or counts["replied"]]
    return None if answered and not count and readable.isdisjoint(answered) else count


def _with_rates(
    found: Breakdown, days: GroupDays, of_groups: Mapping[str, CountsByCampaign], *, is_cohort: bool
) -> Breakdown:
    parts = {
        name: (count, "emails_sent" if found.is_of_sent and of == "delivered" else of)
        for name, (count, of) in BREAKDOWN_RATES.items()
    }
    rates = {name: days.rates(*pair, of_groups) for name, pair in parts.items()}
    groups = list(of_groups)
    judged = sum(group not in (OTHER, UNKNOWN_GROUP) for group in groups)
    columns: dict[str, Any] = {}
    for name, of_rate in rates.items():
        for column, values in rate_columns(name, of_rate, is_cohort=is_cohort):
            columns[column] = pd.array(values, dtype="Float64").to_numpy("float64", na_value=np.nan)
    every = group_differences([days.group_counts(*parts[name], groups, judged) for name in JUDGED])
    for name, differences in zip(JUDGED, every, strict=True):
        missing = [None] * (len(groups) - judged)
        others = [one.others for one in differences]
        signs = [standing_out(rate, one) for rate, one in zip(rates[name], differences, strict=False)]
        columns[f"{name}_of_others"] = np.array([*others, *missing], dtype=np.float64)
        columns[f"{name}_stands_out"] = pd.array([*signs, *missing], dtype="Int64")
    compared = sum(one.p_value is not None for of_rate in every for one in of_rate)
    return replace(found, rows=found.rows.assign(**columns), comparisons=compared)
