"""The heat map of activity by weekday and hour."""

from __future__ import annotations

from outreach_results.metrics.best_slot import best_slot
from outreach_results.results import WeeklyActivity
from outreach_results.ui.charts.base import COLORS, empty
from outreach_results.ui.figure import Figure
from outreach_results.ui.text import hours, number, percent

HEIGHT = 204
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SENTENCE = {
    "emails_sent": ("email was sent", "emails were sent"),
    "opened": ("email was first opened", "emails were first opened"),
    "replied": ("email got its first reply", "emails got their first reply"),
}
_FEW = 3 * 7 * 24  # three for each hour of the week
_NOUN = {"emails_sent": "emails sent", "opened": "opens", "replied": "replies"}


def heat_map(activity: WeeklyActivity, metric: str) -> Figure:
    """Weekdays downwards, hours to the right; the stronger the color, the more happened."""
    grid = activity.counts[metric]
    total = int(grid.sum())
    figure = empty(
        HEIGHT,
        hovermode="closest",
        showlegend=False,
        xaxis={
            "tickvals": [0, 6, 12, 18],
            "ticktext": ["12 AM", "6 AM", "12 PM", "6 PM"],
            "tickfont": {"size": 11},
            "tickangle": 0,
        },
        yaxis={"autorange": "reversed", "showgrid": False, "tickfont": {"size": 11}, "rangemode": "normal"},
    )
    red, green, blue = (int(COLORS[metric][at : at + 2], 16) for at in (1, 3, 5))
    figure.add_heatmap(
        z=grid,
        # Fixed, because Plotly gives a week of zeros the middle of the scale.
        zmin=0,
        zmax=max(1, int(grid.max())),
        x=list(range(24)),
        y=[day[:3] for day in WEEKDAYS],
        colorscale=[[0, f"rgba({red}, {green}, {blue}, 0.05)"], [1, f"rgb({red}, {green}, {blue})"]],
        showscale=False,
        xgap=1.5,
        ygap=1.5,
        text=[
            [_sentence(metric, day, hour, int(grid[day, hour]), total, activity.zone) for hour in range(24)]
            for day in range(7)
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    return figure


def _sentence(metric: str, weekday: int, hour: int, count: int, total: int, zone: str) -> str:
    """Tuesdays, 9 – 10 AM (Europe/Zurich): 34 emails were first opened, 6.2% of all."""
    share = f", {percent(count / total)} of all" if count else ""
    when = f"{WEEKDAYS[weekday]}s, {hours(hour)} ({zone})"
    return f"{when}:<br>{number(count)} {_SENTENCE[metric][count != 1]}{share}."


def busiest(activity: WeeklyActivity, metric: str) -> str:
    """A sentence on the busiest hour of the week, where it would most likely be the same again."""
    grid = activity.counts[metric]
    total = int(grid.sum())
    if not total:
        return "No activity in this period."
    best = best_slot(grid.ravel())
    if best is None:
        if total < _FEW:
            return f"Not enough {_NOUN[metric]} to find a best time ({number(total)} so far)."
        return f"No single best time among {number(total)} {_NOUN[metric]}."
    weekday, hour = divmod(best, grid.shape[1])
    return f"Best time: {WEEKDAYS[weekday]}s, {hours(hour)}, with {percent(grid.max() / total)} of {_NOUN[metric]}."
