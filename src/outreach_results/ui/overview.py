"""The larger pieces of the overview."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import metrics
from outreach_results.results import Totals
from outreach_results.ui import charts, text
from outreach_results.ui.components import DEFINITIONS, kpi, rate_with_interval, spark

_COUNTS = ("emails_sent", "delivered")
_RATES = ("open_rate", "click_rate", "reply_rate", "conversion_rate")


def kpi_grid(totals: Totals, before: Totals | None, days: pd.DataFrame) -> None:
    """The eight numbers that matter most."""
    with st.grid(4):
        for name in _COUNTS:
            _count(name, totals, before, days)
        for name in _RATES:
            _rate(name, totals, before, days)
        _count("meetings_booked", totals, before, days)
        cost = totals.costs.total_byok_usd
        kpi(
            "Cost",
            text.money(cost),
            DEFINITIONS["cost"],
            now=cost,
            before=before.costs.total_byok_usd if before else None,
            spark=spark(days, "cost_usd"),
            neutral=True,
        )


def _count(name: str, totals: Totals, before: Totals | None, days: pd.DataFrame) -> None:
    now = getattr(totals.stats, name)
    kpi(
        charts.LABELS[name],
        text.number(now),
        DEFINITIONS[name],
        now=now,
        before=getattr(before.stats, name) if before else None,
        spark=spark(days, name),
        neutral=name in _COUNTS,
    )


def _rate(name: str, totals: Totals, before: Totals | None, days: pd.DataFrame) -> None:
    now = metrics.rate_of(totals.stats, name)
    kpi(
        charts.LABELS[name],
        text.percent(now),
        rate_with_interval(totals.stats, name),
        now=now,
        before=metrics.rate_of(before.stats, name) if before else None,
        spark=spark(metrics.rolling_rates(days), name),
    )


def campaign_table(frame: pd.DataFrame, rates: list[str]) -> dict[Hashable, Any] | None:
    """The campaigns side by side; returns the selected row."""
    columns = ["name", "mcp", "emails_sent", "delivered", *rates, "meetings_booked", "cost_usd"]
    event = st.dataframe(
        frame,
        key="campaign-table",
        hide_index=True,
        column_order=columns,
        column_config={
            "name": st.column_config.TextColumn("Campaign", width="large"),
            "mcp": st.column_config.TextColumn("MCP"),
            **{
                name: st.column_config.NumberColumn(charts.LABELS[name], help=DEFINITIONS[name], format="localized")
                for name in ("emails_sent", "delivered", "meetings_booked")
            },
            **{
                name: st.column_config.NumberColumn(
                    charts.LABELS[name].removesuffix(" rate"), help=DEFINITIONS[name], format="percent"
                )
                for name in rates
            },
            "cost_usd": st.column_config.NumberColumn("Cost", help=DEFINITIONS["cost"], format="dollar"),
        },
        on_select="rerun",
        selection_mode="single-row",
        alt="Campaigns with counts, rates and cost",
    )
    rows = event.selection.rows
    return frame.iloc[rows[0]].to_dict() if rows else None
