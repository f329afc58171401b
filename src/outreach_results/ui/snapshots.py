"""What the trends page shows of campaigns that are known by exports of contacts."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import streamlit as st

from outreach_results.models import COUNTS
from outreach_results.models.metric_definitions import METRICS
from outreach_results.ui import charts, text
from outreach_results.ui.cache import draw
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.filters import View

LEAST_EXPORTS = 2
"""Fewer make no trend."""


def trend(exports: pd.DataFrame, names: Collection[str], view: View) -> None:
    """Draw how the totals grew from export to export, where there are at least two; a rate by what it is a share of.

    Args:
        exports: as `results.snapshot_trend` gives it.
        names: the chosen counts or rates.
    """
    if len(exports) < LEAST_EXPORTS:
        return
    wanted = {part for name in names if METRICS[name].numerator for part in METRICS[name].parts} | set(names)
    shown = [name for name in COUNTS if name in wanted and exports[name].notna().any()]
    if not shown:
        return
    st.subheader("From export to export", anchor=False)
    st.caption(
        text.escape(
            f"What {text.number(len(exports))} exports counted until their day, whatever the period: their dates are "
            "the only ones there are for what an export does not date. A campaign counts from its first export on."
        )
    )
    chart_with_data(
        draw(charts.snapshot_trend, exports, shown),
        exports,
        view.filters,
        key="exports",
        alt=f"{', '.join(charts.LABELS[name] for name in shown)} until the day of each export",
    )
