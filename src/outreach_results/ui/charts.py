"""Figures: pure functions from numbers to a Plotly figure, each answering one question.

The same metric has the same colour everywhere; the palette is safe for colour-blind eyes (after Okabe and Ito).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from outreach_results.metrics import RATES, Interval
from outreach_results.models import Distribution, Stats
from outreach_results.ui.text import in_chart, money, number, percent

COLOURS: dict[str, str] = {
    "emails_sent": "#6b7785",
    "delivered": "#56b4e9",
    "bounced": "#d0668f",
    "opened": "#0072b2",
    "clicked": "#cc79a7",
    "replied": "#009e73",
    "unsubscribed": "#b8860b",
    "meetings_booked": "#d55e00",
    "cost": "#8f6bc9",
    "cost_ai_generation": "#8f6bc9",
    "cost_lead_enrichment": "#56b4e9",
    "cost_email_sending": "#e69f00",
}
COLOURS |= {name: COLOURS[rate.numerator] for name, rate in RATES.items()}

LABELS: dict[str, str] = {
    "emails_sent": "Sent",
    "delivered": "Delivered",
    "bounced": "Bounced",
    "opened": "Opened",
    "clicked": "Clicked",
    "replied": "Replied",
    "unsubscribed": "Unsubscribed",
    "meetings_booked": "Meetings",
    "cost_ai_generation": "AI generation",
    "cost_lead_enrichment": "Lead enrichment",
    "cost_email_sending": "E-mail sending",
    "avg_cost_per_email_usd": "Cost per e-mail",
} | {name: rate.label for name, rate in RATES.items()}

_GRID = "rgba(128, 140, 155, 0.22)"
_FUNNEL = ("emails_sent", "delivered", "opened", "clicked", "replied", "meetings_booked")


def _figure(height: int, **layout: object) -> go.Figure:
    figure = go.Figure()
    shared: dict[str, object] = {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "dragmode": False,
    }
    figure.update_layout(shared | layout)
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, automargin=True)
    figure.update_yaxes(gridcolor=_GRID, zeroline=False, fixedrange=True, rangemode="tozero", automargin=True)
    return figure


def funnel(stats: Stats) -> go.Figure:
    """How many e-mails got how far: one bar a stage, with its share of what was sent."""
    stages = [(name, getattr(stats, name)) for name in _FUNNEL]
    known = [(name, value) for name, value in stages if value is not None]
    sent = stats.emails_sent or 0
    figure = _figure(260, showlegend=False, hovermode="closest")
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


def daily_counts(frame: pd.DataFrame, names: Sequence[str]) -> go.Figure:
    """What happened on each day, one line a metric."""
    figure = _figure(340)
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
    figure = _figure(340)
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
    figure = _figure(260, barmode="stack")
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


def costs_by_component(costs: dict[str, float | None]) -> go.Figure:
    """One bar a cost component."""
    figure = _figure(170, showlegend=False, hovermode="closest")
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


def costs_by_campaign(frame: pd.DataFrame) -> go.Figure:
    """What each campaign spent, the most expensive first."""
    top = frame.sort_values("cost_usd", ascending=False).head(15)
    figure = _figure(max(160, 34 * len(top) + 60), barmode="stack", hovermode="closest")
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
    figure.update_xaxes(tickprefix="$", showgrid=True, gridcolor=_GRID)
    return figure


def shorten(text: str, length: int = 34) -> str:
    """A title that fits beside a bar."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def quota(sent: int, limit: int, expected: float | None) -> go.Figure:
    """How much of the month's quota is used; the tick is where an even pace would stand today."""
    figure = _figure(110, showlegend=False, barmode="overlay", hovermode="closest")
    figure.add_bar(orientation="h", y=[""], x=[limit], marker_color=_GRID, width=0.55, hoverinfo="skip")
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


def bullet(value: float | None, interval: Interval | None, community: Distribution, *, as_money: bool) -> go.Figure:
    """Our own value and its interval against the community's middle half, median and average."""
    show = money if as_money else percent
    figure = _figure(96, showlegend=False, hovermode="closest")
    known = [
        number
        for number in (value, *(interval or ()), community.average, community.p25, community.p50, community.p75)
        if number is not None
    ]
    low, high = min(known, default=0), max(known, default=1)
    room = (high - low or high or 1) * 0.12
    if community.p25 is not None and community.p75 is not None:
        figure.add_shape(
            type="rect",
            x0=community.p25,
            x1=community.p75,
            y0=0.2,
            y1=0.8,
            fillcolor="rgba(110,130,155,0.32)",
            line_width=0,
            layer="below",
        )
        figure.add_scatter(
            x=[community.p25, community.p75],
            y=[0.5, 0.5],
            mode="markers",
            marker={"size": 16, "color": "rgba(0,0,0,0)"},
            hovertemplate=[
                "25th percentile: " + show(community.p25) + "<extra></extra>",
                "75th percentile: " + show(community.p75) + "<extra></extra>",
            ],
        )
    for at, name, symbol in (
        (community.p50, "Median", "line-ns-open"),
        (community.average, "Average", "diamond-open"),
    ):
        if at is not None:
            figure.add_scatter(
                x=[at],
                y=[0.5],
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": 22 if name == "Median" else 10,
                    "color": "#7a8795",
                    "line": {"width": 2},
                },
                hovertemplate=f"{name}: {show(at)}<extra></extra>",
            )
    if value is not None:
        reach = None
        if interval is not None:
            reach = {
                "type": "data",
                "symmetric": False,
                "array": [interval.high - value],
                "arrayminus": [value - interval.low],
                "thickness": 2,
                "width": 6,
            }
        figure.add_scatter(
            x=[value],
            y=[0.5],
            mode="markers",
            error_x=reach,
            marker={"size": 13, "color": COLOURS["meetings_booked"]},
            hovertemplate=f"Yours: {show(value)}<extra></extra>",
        )
    figure.update_yaxes(visible=False, range=[0, 1])
    figure.update_xaxes(
        range=[low - room, high + room],
        tickformat="$.3f" if as_money else ".1%",
        nticks=6,
    )
    return figure
