"""The totals of each campaign: plain rows to compute with, and a frame of them for files and other tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from outreach_results import metrics
from outreach_results.models import COST_COLUMNS, COUNTS, Filters
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.query import check_period, usd
from outreach_results.results.rows import frame_of
from outreach_results.results.totals import campaign_sums
from outreach_results.store.engine import Store

COST_FIELDS = tuple(f"{name}_usd" for name in ("cost", *COST_COLUMNS))

CampaignRow = Mapping[str, Any]
"""What is known of a campaign by name of the number; None for what is not known."""

COLUMN_TYPES: Mapping[str, str | None] = {
    **dict.fromkeys(("campaign_id", "name", "mcp")),
    **dict.fromkeys(COUNTS, "Int64"),
    **dict.fromkeys((*metrics.RATES, *COST_FIELDS), "float64"),
}
"""The columns of `campaign_totals`, see `frame_of`."""


def campaign_rows(store: Store, filters: Filters) -> list[dict[str, Any]]:
    """One row a campaign with any activity in the period, most emails first.

    Each has campaign_id, name, mcp, the counts, the rates (unrounded), cost_usd and its components.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        sums, facts = campaign_sums(connection, filters), campaign_facts(connection, filters.campaigns)
    in_order = sorted(sums, key=lambda own: (sums[own]["emails_sent"] is None, -(sums[own]["emails_sent"] or 0), own))
    parts = {name: rate.parts for name, rate in metrics.RATES.items()}
    rows = []
    for own in in_order:
        numbers = sums[own]
        row: dict[str, Any] = {"campaign_id": own, "name": facts[own].name, "mcp": facts[own].mcp}
        row |= {name: numbers[name] for name in COUNTS}
        row |= {name: metrics.ratio(numbers[part], numbers[whole]) for name, (part, whole) in parts.items()}
        row |= {f"{name}_usd": usd(numbers[name]) for name in ("cost", *COST_COLUMNS)}
        rows.append(row)
    return rows


def campaign_totals(store: Store, filters: Filters) -> pd.DataFrame:
    """`campaign_rows` as a frame.

    Raises:
        QueryError: the period starts after its end.
    """
    return frame_of(campaign_rows(store, filters), COLUMN_TYPES)
