"""The figures of the trends."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from outreach_results.ui.charts.base import COLOURS, LABELS, empty


def daily_counts(frame: pd.DataFrame, names: Sequence[str]) -> go.Figure:
    """What happened on each day, one line a metric."""
    figure = empty(340)
    for name in names:
        figure.add_scatter(
            x=frame["date"],
            y=frame[name].astype("float64"),
            name=LABELS[name],
            mode="lines+markers" if len(frame) <= 45 else "lines",
            line={"color": COLOURS[name], "width": 2},
            marker={"size": 5},
            hovertemplate="%{y:,.0f}",
        )
    figure.update_yaxes(title="E-mails a day")
    return figure


def daily_rates(frame: pd.DataFrame, names: Sequence[str]) -> go.Figure:
    """The rate of each day, one line a metric; a day without its denominator is a gap."""
    figure = empty(340)
    for name in names:
        figure.add_scatter(
            x=frame["date"],
            y=frame[name],
            name=LABELS[name],
            mode="lines+markers",
            line={"color": COLOURS[name], "width": 2},
            marker={"size": 5},
            hovertemplate="%{y:.1%}",
        )
    figure.update_yaxes(title="Share of e-mails", tickformat=".0%")
    return figure


def costs_over_time(frame: pd.DataFrame, x: str, *, monthly: bool = False) -> go.Figure:
    """What was spent, stacked by component."""
    figure = empty(260, barmode="stack")
    for name in ("cost_ai_generation", "cost_lead_enrichment", "cost_email_sending"):
        figure.add_bar(
            x=frame[x],
            y=frame[f"{name}_usd"],
            name=LABELS[name],
            marker_color=COLOURS[name],
            hovertemplate="$%{y:,.2f}",
        )
    figure.update_yaxes(title="Dollars", tickprefix="$")
    if monthly:
        figure.update_xaxes(tickformat="%b %Y", dtick="M1")
    return figure
