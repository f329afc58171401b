"""The controls of the trends page: one row above the chart, and the rarer ones in the popover of the bar."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from outreach_results import metrics
from outreach_results.metrics import Every
from outreach_results.models import COUNTS
from outreach_results.ui import bound_controls, charts, filters, url_state
from outreach_results.ui.filters import View

DAYS_BY_DAY = 60
"""Of more days than these, weeks are shown unless somebody chooses days."""

_COUNTS, _RATES = "Counts", "Rates"
_EVERY = {"Day": Every.DAY, "Week": Every.WEEK, "Month": Every.MONTH}
_DEFAULTS = {_COUNTS: ["emails_sent", "opened", "replied"], _RATES: ["open_rate", "reply_rate"]}


@dataclass(frozen=True, slots=True)
class Question:
    """The choices of the controls: metrics, bucket size, and whether to draw the 7-day average and the comparison."""

    names: tuple[str, ...]
    every: Every
    with_mean: bool
    with_comparison: bool


def controls(view: View) -> Question:
    """Draw the controls and return their choices, which are kept in the URL."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="trend-controls"):
        show = bound_controls.one_of("show", "Show", _COUNTS, label_visibility="collapsed")
        names = _metrics(
            "rates" if show == _RATES else "counts", list(metrics.RATES) if show == _RATES else list(COUNTS)
        )
        st.space("stretch")
        usual = "Week" if (view.last - view.first).days >= DAYS_BY_DAY else "Day"
        by = bound_controls.one_of("by", "By", usual, label_visibility="collapsed")
    with filters.options():
        with_mean = by == "Day" and bound_controls.switch(
            "mean", "7-day average", "The average of the seven days that end with each day, so that weekends even out."
        )
        with_comparison = view.comparison is not None and bound_controls.switch(
            "overlay", "Show comparison", f"Draws {view.compared_with} as thin dashed lines."
        )
    return Question(tuple(names), _EVERY[by], with_mean, with_comparison)


def _metrics(name: str, offered: list[str]) -> list[str]:
    codes = {metric: metric for metric in offered}
    default = _DEFAULTS[_RATES if name == "rates" else _COUNTS]
    known, unknown = url_state.some_of(name, codes, default, charts.LABELS)
    if unknown:
        url_state.refuse(name, "" if known == default else url_state.join(known))
    return st.pills(
        "Metrics",
        offered,
        format_func=lambda metric: charts.LABELS[metric],
        selection_mode="multi",
        key=url_state.control(name, known),
        on_change=url_state.writes_some(name, codes, default),
        label_visibility="collapsed",
        wrap=True,
    )
