"""The heat map of the week."""

from __future__ import annotations

import streamlit as st

from outreach_results.results import HOURLY_COUNTS, WeeklyActivity
from outreach_results.ui import cards, charts, text
from outreach_results.ui.cache import derive, draw
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View
from outreach_results.ui.fragments import fragment_run

_FIRST = "replied"


def activity_by_hour(activity: WeeklyActivity, view: View) -> None:
    """Draw the heat map by weekday and hour of sends, opens or replies, with a switch between them."""
    with cards.card(
        "Activity by hour",
        key="hours",
        help=text.escape(f"Hours in {activity.zone}. Each email counts once, in the hour it first happened."),
        downloads=Table("hours", lambda: activity.hours, view.filters),
    ):
        _map(activity)
        unknown = [f"{text.number(n)} {charts.LABELS[name].lower()}" for name, n in activity.unknown.items() if n > 0]
        if unknown:
            st.caption(text.escape(f"Not shown, because only their day is known: {', '.join(unknown)}."))


@st.fragment
@fragment_run()
def _map(activity: WeeklyActivity) -> None:
    metric = (
        st.segmented_control(
            "Metric",
            HOURLY_COUNTS,
            default=_FIRST,
            required=True,
            format_func=lambda name: charts.LABELS[name],
            key="hours-metric",
            label_visibility="collapsed",
        )
        or _FIRST
    )
    busiest = derive(charts.busiest, activity, metric)
    st.caption(text.escape(f"{busiest} Hours in {activity.zone}."))
    charts.show(
        draw(charts.heat_map, activity, metric),
        key="hours-map",
        name=f"outreach-hours-{metric}",
        alt=f"{charts.LABELS[metric]} by weekday and hour in {activity.zone}. {busiest}",
    )
