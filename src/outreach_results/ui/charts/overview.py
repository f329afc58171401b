"""The figures of the overview."""

from __future__ import annotations

import plotly.graph_objects as go

from outreach_results.models import Stats
from outreach_results.ui.charts.base import COLOURS, LABELS, empty
from outreach_results.ui.text import money, number, percent

_FUNNEL = ("emails_sent", "delivered", "opened", "clicked", "replied", "meetings_booked")


def funnel(stats: Stats) -> go.Figure:
    """How many e-mails got how far: one bar a stage, with its share of what was sent."""
    stages = [(name, getattr(stats, name)) for name in _FUNNEL]
    known = [(name, value) for name, value in stages if value is not None]
    sent = stats.emails_sent or 0
    figure = empty(260, showlegend=False, hovermode="closest")
    figure.add_bar(
        orientation="h",
        y=[LABELS[name] for name, _ in known],
        x=[value for _, value in known],
        marker_color=[COLOURS[name] for name, _ in known],
        text=[f"{number(value)}  ·  {percent(value / sent if sent else None)}" for _, value in known],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text} of sent<extra></extra>",
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(visible=False, range=[0, max(sent, 1) * 1.25])
    return figure


def costs_by_component(costs: dict[str, float | None]) -> go.Figure:
    """One bar a cost component."""
    figure = empty(170, showlegend=False, hovermode="closest")
    known = {name: value for name, value in costs.items() if value is not None}
    figure.add_bar(
        orientation="h",
        y=[LABELS[name] for name in known],
        x=list(known.values()),
        marker_color=[COLOURS[name] for name in known],
        text=[money(value) for value in known.values()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(visible=False, range=[0, max([*known.values(), 0.01]) * 1.3])
    return figure
