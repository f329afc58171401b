"""The figure of campaigns known by exports: their totals from export to export."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from outreach_results.ui.charts.base import COLORS, LABELS, empty
from outreach_results.ui.figure import Figure


def snapshot_trend(frame: pd.DataFrame, names: Sequence[str]) -> Figure:
    """A line for each count, with a point for each day of an export; what an export does not know is a gap.

    Args:
        frame: as `results.snapshot_trend` gives it.
        names: the counts to draw.
    """
    figure = empty(320, yaxis={"title": {"text": "Emails until then"}})
    for name in names:
        figure.add_scatter(
            x=frame["date"],
            y=frame[name].astype("float64"),
            name=LABELS[name],
            mode="lines+markers",
            line={"color": COLORS[name], "width": 2},
            marker={"color": COLORS[name], "size": 8},
            hovertemplate=f"%{{y:,}} {LABELS[name].lower()}<extra></extra>",
        )
    return figure
