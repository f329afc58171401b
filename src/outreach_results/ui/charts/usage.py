"""The figures of the usage page."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from outreach_results.ui.charts.base import COLOURS, GRID, LABELS, empty, shorten
from outreach_results.ui.text import in_chart


def quota(sent: int, limit: int, expected: float | None) -> go.Figure:
    """How much of the month's quota is used; the tick is where an even pace would stand today."""
    figure = empty(110, showlegend=False, barmode="overlay", hovermode="closest")
    figure.add_bar(orientation="h", y=[""], x=[limit], marker_color=GRID, width=0.55, hoverinfo="skip")
    figure.add_bar(
        orientation="h",
        y=[""],
        x=[min(sent, limit)],
        marker_color=COLOURS["opened"] if sent < limit * 0.9 else COLOURS["meetings_booked"],
        width=0.55,
        hovertemplate=f"{sent:,} of {limit:,} e-mails<extra></extra>",
    )
    if expected is not None:
        figure.add_scatter(
            x=[expected],
            y=[""],
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 34, "color": COLOURS["emails_sent"], "line": {"width": 3}},
            hovertemplate=f"An even pace would stand at {expected:,.0f}<extra></extra>",
        )
    figure.update_xaxes(range=[0, limit * 1.02], tickformat=",.0f", showgrid=False)
    figure.update_yaxes(visible=False)
    return figure


def costs_by_campaign(frame: pd.DataFrame) -> go.Figure:
    """What each campaign spent, the most expensive first."""
    top = frame.sort_values("cost_usd", ascending=False).head(15)
    figure = empty(max(160, 34 * len(top) + 60), barmode="stack", hovermode="closest")
    for name in ("cost_ai_generation", "cost_lead_enrichment", "cost_email_sending"):
        figure.add_bar(
            orientation="h",
            y=[in_chart(shorten(title)) for title in top["name"]],
            x=top[f"{name}_usd"],
            name=LABELS[name],
            marker_color=COLOURS[name],
            hovertemplate="%{y}: $%{x:,.2f}",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(tickprefix="$", showgrid=True, gridcolor=GRID)
    return figure
