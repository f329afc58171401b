"""Comparisons as tables, for files: one row each, with the same columns from value on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from outreach_results.results.comparisons import CampaignComparison, Comparison, McpComparison, PartComparison

_COLUMNS = [
    "value",
    "low",
    "high",
    "verdict_low",
    "verdict_high",
    "cases",
    "share_in",
    "percentile_low",
    "percentile_high",
    "standing",
    "more_emails",
    "verdict",
]
_WHOLE = {"cases": "Int64", "more_emails": "Int64"}
"""The columns of counts, which stay whole numbers where one is missing."""


def campaign_comparison_table(rows: Iterable[CampaignComparison]) -> pd.DataFrame:
    """One row a campaign, in the same order.

    Columns: campaign_id, name, mcp, value, low and high (95%), verdict_low and verdict_high (the wider interval that
    the verdict uses), cases, share_in (0 to 1, by send date), percentile_low and _high (0 to 1), standing, more_emails
    (which settle it in four of five cases), verdict.
    """
    of_campaigns = [
        {"campaign_id": row.campaign_id, "name": row.name, "mcp": row.mcp} | _columns(row.comparison) for row in rows
    ]
    return _frame(of_campaigns, ["campaign_id", "name", "mcp", *_COLUMNS])


def mcp_comparison_table(rows: Iterable[McpComparison]) -> pd.DataFrame:
    """One row an mcp, in the same order.

    Columns: mcp, campaigns (ours), those of `campaign_comparison_table` from value on, average, p25, p50, p75,
    sample_size, median_low and median_high (where the community's median lies with 95% confidence).
    """
    of_mcps = []
    for row in rows:
        low, high = row.comparison.median or (None, None)
        published = row.comparison.community.model_dump() | {"sample_size": row.sample_size}
        own = {"mcp": row.mcp, "campaigns": row.campaigns} | _columns(row.comparison)
        of_mcps.append(own | published | {"median_low": low, "median_high": high})
    published_columns = ["average", "p25", "p50", "p75", "sample_size", "median_low", "median_high"]
    return _frame(of_mcps, ["mcp", "campaigns", *_COLUMNS, *published_columns]).astype({"sample_size": "Int64"})


def comparison_over_time_table(rows: Iterable[PartComparison]) -> pd.DataFrame:
    """One row a week or month, in the same order.

    Columns: start, end (datetime64, inclusive), and those of `campaign_comparison_table` from value on.
    """
    parts = [
        {"start": pd.Timestamp(row.start), "end": pd.Timestamp(row.end)} | _columns(row.comparison) for row in rows
    ]
    return _frame(parts, ["start", "end", *_COLUMNS])


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(_WHOLE)


def _columns(comparison: Comparison) -> dict[str, Any]:
    low, high = comparison.interval or (None, None)
    verdict_low, verdict_high = comparison.firm or (None, None)
    percentile_low, percentile_high = comparison.percentiles or (None, None)
    return {
        "value": comparison.value,
        "low": low,
        "high": high,
        "verdict_low": verdict_low,
        "verdict_high": verdict_high,
        "cases": comparison.cases,
        "share_in": comparison.share_in,
        "percentile_low": percentile_low,
        "percentile_high": percentile_high,
        "standing": str(comparison.verdict.standing),
        "more_emails": comparison.verdict.more,
        "verdict": comparison.verdict.words(),
    }
