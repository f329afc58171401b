"""The larger pieces of the benchmark page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from outreach_results.models import Benchmarks, Campaign, Filters
from outreach_results.results import Comparison
from outreach_results.ui import charts, text
from outreach_results.ui.components import DEFINITIONS, chart

COMMUNITY = "Whole community"


def mcp_chooser(mcps: Sequence[str], campaigns: Sequence[Campaign]) -> str | None:
    """The group to compare with: an mcp, the one of most of our campaigns first, or None for the whole community."""
    own = [campaign.mcp for campaign in campaigns]
    named = sorted((mcp for mcp in mcps if mcp), key=lambda mcp: (-own.count(mcp), mcp))
    options = [*named, COMMUNITY] if "" in mcps else named
    # A select box shows its options as plain characters; buttons would read them as Markdown.
    chosen = st.selectbox("Compare with", options, key="mcp", bind="query-params", width=320)
    return None if chosen == COMMUNITY else chosen


def own_filters(filters: Filters, campaigns: Sequence[Campaign], mcp: str | None) -> Filters:
    """The shared filters, for the campaigns of that mcp."""
    if mcp is None:
        return filters
    wanted = filters.campaigns
    return replace(
        filters,
        campaigns=tuple(
            campaign.id for campaign in campaigns if campaign.mcp == mcp and (wanted is None or campaign.id in wanted)
        ),
    )


def sample_notice(community: Benchmarks) -> None:
    """How many campaigns the benchmark stands on, and how old it is."""
    size = "an unknown number of" if community.sample_size is None else f"{community.sample_size:,}"
    age = "" if community.updated_at is None else f", as of {community.updated_at:%-d %B %Y}"
    st.caption(f"From {size} campaigns of the community{age}.")


def comparison(row: Comparison) -> None:
    """One metric: the numbers in words beside the picture."""
    show = text.money if row.is_money else text.percent
    words, picture = st.columns([2, 3], gap="large", vertical_alignment="center")
    with words:
        st.metric(
            charts.LABELS.get(row.metric, text.plain(row.metric)), show(row.value), help=DEFINITIONS.get(row.metric)
        )
        average, median = show(row.community.average), show(row.community.p50)
        st.markdown(f"**{row.verdict}**")
        st.caption(text.plain(f"Community: average {average}, median {median}."))
    with picture:
        chart(
            charts.bullet(row.value, row.interval, row.community, as_money=row.is_money),
            key=f"bullet-{row.metric}",
            alt=f"{charts.LABELS.get(row.metric, row.metric)}: {row.verdict}",
        )


def as_frame(rows: Sequence[Comparison]) -> pd.DataFrame:
    """The comparison as a table."""
    return pd.DataFrame(
        {
            "metric": row.metric,
            "value": row.value,
            "low": row.interval.low if row.interval else None,
            "high": row.interval.high if row.interval else None,
            **row.community.model_dump(),
            "verdict": row.verdict,
        }
        for row in rows
    )
