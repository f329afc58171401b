"""The breakdown of one campaign as the API answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach_results.models import (
    COUNTS,
    BreakdownRow,
    CampaignBreakdown,
    Dimension,
    Filters,
    RateRange,
    Rates,
    RowKind,
    Stats,
)
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.breakdown import BREAKDOWN_RATES, JUDGED, breakdown
from outreach_results.results.campaigns import require_campaign
from outreach_results.store.engine import Store

_DIRECTIONS = {1: "above", -1: "below"}


def campaign_breakdown(
    store: Store, campaign_id: str, filters: Filters | None = None, dimension: Dimension = Dimension.STEP
) -> CampaignBreakdown:
    """One campaign broken down by a dimension: ``GET /campaigns/:id/breakdown``.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: the period starts after its end.
    """
    with store.read() as connection:
        require_campaign(connection, campaign_id)
    found = breakdown(store, (filters or Filters()).of(campaign_id), dimension)
    plain = found.rows.astype(object).where(found.rows.notna(), None)
    return CampaignBreakdown(
        campaign_id=campaign_id,
        by=dimension,
        comparisons=found.comparisons,
        rows=[_row(row) for row in plain.to_dict("records")],
    )


def _row(row: Mapping[Any, Any]) -> BreakdownRow:
    rates = {name: None if row.get(name) is None else round(row[name], 3) for name in BREAKDOWN_RATES}
    ends = {name: (row.get(f"{name}_low"), row.get(f"{name}_high")) for name in BREAKDOWN_RATES}
    return BreakdownRow(
        kind=RowKind(row["kind"]),
        value=row["value"],
        stats=Stats.of({name: row.get(name) for name in COUNTS}),
        rates=Rates.of({name: rates[name] for name in RATES}),
        bounce_rate=rates["bounce_rate"],
        positive_replies=row.get("positive_replies"),
        intervals={
            name: RateRange(low=round(low, 3), high=round(high, 3))
            for name, (low, high) in ends.items()
            if low is not None and high is not None
        },
        stands_out={name: _DIRECTIONS[sign] for name in JUDGED if (sign := row.get(f"{name}_stands_out"))},
    )
