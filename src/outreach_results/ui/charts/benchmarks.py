"""The figures of the benchmark page."""

from __future__ import annotations

import plotly.graph_objects as go

from outreach_results.metrics import Interval
from outreach_results.models import Distribution
from outreach_results.ui.charts.base import COLOURS, empty
from outreach_results.ui.text import money, percent


def bullet(value: float | None, interval: Interval | None, community: Distribution, *, as_money: bool) -> go.Figure:
    """Our own value and its interval against the community's middle half, median and average."""
    show = money if as_money else percent
    figure = empty(96, showlegend=False, hovermode="closest")
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
