"""The figures of the usage page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

import pandas as pd

from outreach_results.metrics import Forecast, Interval, RunOut, ratio
from outreach_results.models import COST_COLUMNS
from outreach_results.results import NOT_BROKEN_DOWN
from outreach_results.results.rows import records
from outreach_results.ui import text
from outreach_results.ui.charts.base import COLORS, GRID, LABELS, empty, label_above, lines_of, rows_below
from outreach_results.ui.figure import Figure, whole_width
from outreach_results.ui.text import escape_plotly, number, unit_price

USED = COLORS["opened"]
OVER = COLORS["meetings_booked"]
AHEAD = "rgba(0, 114, 178, 0.32)"
QUIET = "#7a8795"
MOST_CAMPAIGNS = 15
_ROW_HEIGHT = 58
_LEGEND = 54  # below the bars, in two lines on a phone
_FAR = 3.0  # a limit beyond this many times what is sent would flatten the line


def quota(sent: int, limit: int, due: float | None, ahead: Interval | None) -> Figure:
    """A gauge of the month's quota: what is used, what is due by today, and the forecast range.

    Args:
        due: emails that would be sent by now if the month were to end exactly at the limit; None for a month that is
            over.
        ahead: emails of the whole month, as an 80% range.
    """
    end = max(limit, sent, ahead.high if ahead else 0)
    figure = empty(
        112,
        showlegend=False,
        hovermode="closest",
        barmode="overlay",
        margin={"l": 14, "r": 14, "t": 26, "b": 4},
        xaxis={"range": [0, end * 1.01], "tickformat": ",.0f", "nticks": 6, "tickfont": {"size": 12}},
        yaxis={"visible": False, "range": [-0.5, 0.5]},
    )
    _bar(figure, 0, limit, GRID, f"The plan allows {text.counted(limit, 'email')} a month.")
    _bar(figure, 0, min(sent, limit), USED, f"{sent:,} of {limit:,} emails are used.")
    if sent > limit:
        _bar(figure, limit, sent, OVER, f"{text.counted(sent - limit, 'email')} went beyond the limit of {limit:,}.")
    if ahead is not None and ahead.high > sent:
        label = f"By the end of the month {number(ahead.low)} to {number(ahead.high)} emails, 80% likely."
        _bar(figure, ahead.low, ahead.high, AHEAD, label, height=0.28)
    if due is not None:
        # In the right half the label is to the left of its line, so that it never leaves the figure.
        side = "right" if due > end / 2 else "left"
        figure.add_scatter(
            x=[due],
            y=[0],
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 46, "color": QUIET, "line": {"width": 3}},
            hovertemplate=f"Expected by today, to end the month exactly at the limit: {due:,.0f}.<extra></extra>",
        )
        figure.add_annotation(
            x=due,
            y=0.5,
            yanchor="bottom",
            xanchor=side,
            text=f"expected by today {due:,.0f}",
            showarrow=False,
            font={"size": 12, "color": QUIET},
        )
    return figure


def _bar(figure: Figure, low: float, high: float, color: str, sentence: str, *, height: float = 0.6) -> None:
    figure.add_bar(
        orientation="h",
        y=[0],
        base=[low],
        x=[high - low],
        width=height,
        marker={"color": color, "line": {"width": 0}},
        hovertemplate=f"{sentence}<extra></extra>",
    )


def month_progress(
    first: date, last: date, sent: Sequence[int], limit: int | None, forecast: Forecast | None
) -> Figure:
    """Cumulative emails sent in the month by day, and their 80% forecast range.

    Args:
        sent: emails of each day from ``first`` to today.
    """
    days = [first + timedelta(days=n) for n in range(len(sent))]
    so_far = pd.Series(sent, dtype="int64").cumsum().tolist()
    highest = float(so_far[-1]) if so_far else 0.0
    if forecast is not None and forecast.days:
        highest = max(highest, forecast.high[-1])
    is_near = limit is not None and limit <= highest * _FAR
    figure = empty(
        300,
        showlegend=False,
        hovermode="closest",
        xaxis={
            "range": [first - timedelta(days=0.4), last + timedelta(days=0.6)],
            "tickformat": text.SHORT_DAY,
            "nticks": 9,
        },
        yaxis={
            "range": [0, max(highest * 1.1 or 1.0, limit * 1.1 if limit is not None and is_near else 0)],
            "tickformat": ",.0f",
            "nticks": 6,
            "title": {"text": "Emails since the 1st", "font": {"size": 12}},
        },
    )
    if forecast is not None and forecast.days:
        _fan(figure, forecast, days[-1], so_far[-1])
    figure.add_scatter(
        x=days,
        y=so_far,
        mode="lines+markers",
        line={"color": USED, "width": 2.5},
        marker={"size": 5},
        text=[
            f"{text.short_weekday(day)}: {text.counted(count, 'email')} since the 1st, {today:,} of them on this day."
            for day, count, today in zip(days, so_far, sent, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    if limit is not None and is_near:
        _limit(figure, limit)
    elif limit is not None:
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=1,
            yref="paper",
            yanchor="top",
            text=f"↑ limit {limit:,}, above this chart",
            showarrow=False,
            font={"size": 12, "color": QUIET},
        )
    if forecast is not None and forecast.run_out is not None and forecast.run_out.first is not None:
        _run_out(figure, forecast.run_out, last)
    return figure


def _fan(figure: Figure, forecast: Forecast, today: date, sent: int) -> None:
    # The range starts from the last known day, or today itself where today is still to be forecast.
    start = min(today, forecast.days[0] - timedelta(days=1))
    begin = sent if start == today else None
    days = [today, *forecast.days] if begin is not None else list(forecast.days)
    low, middle, high = (
        ([sent, *totals] if begin is not None else list(totals))
        for totals in (forecast.low, forecast.middle, forecast.high)
    )
    figure.add_scatter(x=days, y=high, mode="lines", line={"width": 0}, hoverinfo="skip")
    figure.add_scatter(
        x=days, y=low, mode="lines", line={"width": 0}, fill="tonexty", fillcolor=AHEAD, hoverinfo="skip"
    )
    figure.add_scatter(
        x=forecast.days,
        y=forecast.middle,
        mode="lines+markers",
        line={"color": USED, "width": 2, "dash": "dot"},
        marker={"size": 4},
        text=[
            f"By the end of {text.short_weekday(day)}: {number(low)} to {number(high)} emails, 80% likely."
            for day, low, high in zip(forecast.days, forecast.low, forecast.high, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    if days != list(forecast.days):
        figure.add_scatter(
            x=[today, forecast.days[0]],
            y=[sent, middle[1]],
            mode="lines",
            line={"color": USED, "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )


def _limit(figure: Figure, limit: int) -> None:
    figure.add_shape(type="line", line={"color": OVER, "width": 2}, **whole_width(limit, limit))
    figure.add_annotation(
        x=0,
        xref="paper",
        xanchor="left",
        y=limit,
        yanchor="bottom",
        text=f"limit {limit:,}",
        showarrow=False,
        font={"size": 12, "color": OVER},
    )


def _run_out(figure: Figure, run_out: RunOut, month_end: date) -> None:
    half = timedelta(hours=12)
    start, end = pd.Timestamp(run_out.first or month_end) - half, pd.Timestamp(run_out.last or month_end) + half
    figure.add_shape(
        type="rect",
        xref="x",
        x0=start,
        x1=end,
        yref="y domain",
        y0=0,
        y1=1,
        fillcolor=OVER,
        opacity=0.14,
        line={"width": 0},
        layer="below",
    )
    figure.add_annotation(
        x=start,
        xanchor="right",
        y=0.04,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        text="quota may run out" if run_out.last is None else "quota runs out",
        font={"size": 12, "color": OVER},
    )


def costs_of_components(frame: pd.DataFrame, *, per_email: bool) -> Figure:
    """One bar per cost component, in total or per email.

    Args:
        frame: as `results.component_costs` gives it.
    """
    values = frame["cost_per_email_usd" if per_email else "cost_usd"].fillna(0)
    per = "per email" if per_email else "in total"
    figure = empty(
        len(frame) * 48 + 46,
        showlegend=False,
        hovermode="closest",
        xaxis={"visible": False, "range": [0, values.max() * 1.35 or 1]},
        yaxis={"autorange": "reversed", "showgrid": False},
    )
    figure.add_bar(
        orientation="h",
        y=[LABELS[name] for name in frame["component"]],
        x=values,
        marker={"color": [COLORS[name] for name in frame["component"]]},
        text=[_dollars(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=[
            f"{LABELS[name]} costs {_dollars(value)} {per}.<extra></extra>"
            for name, value in zip(frame["component"], values, strict=True)
        ],
    )
    return figure


def most_expensive(frame: pd.DataFrame, *, per_email: bool) -> list[dict[str, Any]]:
    """The campaigns that `costs_of_campaigns` draws, the most expensive first."""
    by = _by(per_email=per_email)
    known = [row for row in records(frame) if row[by] is not None]
    return sorted(known, key=itemgetter(by), reverse=True)[:MOST_CAMPAIGNS]


def _by(*, per_email: bool) -> str:
    return "cost_per_email_usd" if per_email else "cost_usd"


def costs_of_campaigns(frame: pd.DataFrame, *, per_email: bool) -> Figure:
    """What each campaign spent by component, the most expensive first, in total or per email.

    The name stands above its bar, so that it fits a narrow screen. Each bar carries its campaign as ``customdata``.

    Args:
        frame: as `results.campaign_costs` gives it.
    """
    top, by = most_expensive(frame, per_email=per_email), _by(per_email=per_email)
    highest = top[0][by] if top else 0
    prices = [_dollars(row[by]) for row in top]
    names = [lines_of(row["name"], used=len(price) + 2) for row, price in zip(top, prices, strict=True)]
    labels = [
        [f"{escape_plotly(price)}  {escape_plotly(first)}", *map(escape_plotly, others)]
        for price, (first, *others) in zip(prices, names, strict=True)
    ]
    rows, height = rows_below(labels, _ROW_HEIGHT)
    figure = empty(
        max(160, round(_ROW_HEIGHT * (height + 0.45)) + _LEGEND),
        barmode="stack",
        hovermode="closest",
        # The legend is at the bottom: to the right it would hide bars in print, where they are drawn wider.
        legend={"yref": "container", "y": 0, "yanchor": "bottom"},
        margin={"t": 4},
        annotations=[label_above(row, lines, 11) for row, lines in zip(rows, labels, strict=True)],
        xaxis={"visible": False, "range": [0, highest * 1.02 if highest > 0 else 1]},
        yaxis={"visible": False, "range": [height - 0.4, -0.85]},
    )
    for part, values in _parts(top, per_email=per_email):
        figure.add_bar(
            orientation="h",
            y=rows,
            x=values,
            width=0.34,
            name=LABELS[part],
            marker={"color": COLORS[part]},
            customdata=[row["campaign_id"] for row in top],
            hovertemplate=[
                f"{escape_plotly(row['name'])}: {_spent(part, value, per_email=per_email)} "
                "Click to see only this campaign.<extra></extra>"
                for row, value in zip(top, values, strict=True)
            ],
        )
    return figure


def costs_of_months(frame: pd.DataFrame, *, per_email: bool) -> Figure:
    """What each month cost by component, in total or per email. Each bar carries its month as ``customdata``.

    Args:
        frame: as `results.usage_by_month` gives it.
    """
    figure = empty(
        280,
        barmode="stack",
        hovermode="closest",
        # Names and not dates: months are of different lengths, and bars are as wide as the shortest.
        xaxis={"type": "category", "dtick": 1 if len(frame) <= MOST_CAMPAIGNS else 3},
        yaxis={"tickprefix": "$", "tickformat": ".3f" if per_email else ",.0f", "nticks": 6},
    )
    rows = records(frame)
    for part, values in _parts(rows, per_email=per_email):
        figure.add_bar(
            x=[f"{row['month']:{text.SHORT_MONTH}}" for row in rows],
            y=values,
            name=LABELS[part],
            marker={"color": COLORS[part]},
            customdata=[f"{row['month']:%Y-%m}" for row in rows],
            hovertemplate=[
                f"{text.month(row['month'])}: {_spent(part, value, per_email=per_email)} "
                "Click to show it.<extra></extra>"
                for row, value in zip(rows, values, strict=True)
            ],
        )
    return figure


def _parts(rows: Sequence[Mapping[str, Any]], *, per_email: bool) -> Iterator[tuple[str, list[float | None]]]:
    """The components of a cost, in total or per email; the remainder only where there is one."""
    for part in (*COST_COLUMNS, NOT_BROKEN_DOWN):
        values = [ratio(row[f"{part}_usd"], row["emails_sent"] if per_email else 1) for row in rows]
        if part != NOT_BROKEN_DOWN or any(values):
            yield part, values


def _spent(part: str, value: float | None, *, per_email: bool) -> str:
    return f"{LABELS[part]} {_dollars(value)} {'per email' if per_email else 'in total'}."


def _dollars(value: float | None) -> str:
    return unit_price(None if value is None or pd.isna(value) else float(value))
