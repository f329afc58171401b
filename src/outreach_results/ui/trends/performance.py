"""The large chart with the details of a point beside it, and the cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from outreach_results import metrics, results
from outreach_results.models import Annotation
from outreach_results.models.metric_definitions import COST
from outreach_results.results import Totals, Trends
from outreach_results.ui import cards, charts, clicks, filters, text, url_state
from outreach_results.ui.cache import ask, draw
from outreach_results.ui.cards import Card
from outreach_results.ui.charts import trend_labels
from outreach_results.ui.charts.time_axis import holds
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View
from outreach_results.ui.fragments import fragment_run
from outreach_results.ui.trends import details
from outreach_results.ui.trends.controls import Question

TITLE = "Performance over time"
_UNITS = {True: "Share of emails", False: "Emails"}


@st.fragment
@fragment_run()
def performance(trends: Trends, notes: Sequence[Annotation], question: Question, view: View) -> None:
    """Draw the chart and beside it the details of the selected point. A click redraws these two alone."""
    starts = [start.date() for start in trends.spent["date"].tolist()]
    if len(starts) == 1:
        _single(trends, question, view)
        return
    selected = _read_selected(trends, starts)
    left, right = st.columns([5, 2], gap="small")
    with left, cards.card(TITLE, key="trend") as card:
        _chart(trends, notes, question, view, card, selected)
    with right:
        details.card(trends, starts, selected, question, view)


def _chart(
    trends: Trends, notes: Sequence[Annotation], question: Question, view: View, card: Card, selected: date | None
) -> None:
    starts = {f"{start:%Y-%m-%d}" for start in trends.spent["date"].tolist()}

    def look_at(day: str) -> None:
        if day in starts:
            details.choose(date.fromisoformat(day))

    names = ", ".join(charts.LABELS[name] for name in question.names)
    st.caption(text.escape(_legend(trends, question, view)))
    chart_with_data(
        draw(
            charts.trend_chart,
            trends,
            notes,
            with_mean=question.with_mean,
            selected=selected,
            unfinished=_unfinished(view),
        ),
        partial(Trends.table, trends, with_mean=question.with_mean),
        view.filters,
        key="trend",
        alt=f"{names} by {trends.every}; a click on a point shows its details",
        on_click=clicks.on_chart_click(look_at),
        card=card,
    )
    for remark in _remarks(trends, question, ask(results.totals, view.filters)):
        st.caption(text.escape(remark))


def _single(trends: Trends, question: Question, view: View) -> None:
    """The values of a single day, week or month, of which a line would show nothing."""
    with cards.card(view.days(), key="trend") as card:
        card.offer(Table("trend", partial(Trends.table, trends, with_mean=question.with_mean), view.filters))
        details.single(trends, view)
        for remark in _remarks(trends, question, ask(results.totals, view.filters)):
            st.caption(text.escape(remark))


def cost(trends: Trends, view: View) -> None:
    """Draw the cost by component in a card of its own."""
    with cards.card("Cost", key="trend-cost") as card:
        spent = trends.spent["cost_usd"]
        is_known = ~np.isnan(spent)
        frame = partial(pd.DataFrame, trends.spent)
        if not is_known.any():
            card.offer(Table("cost", frame, view.filters))
            st.caption("Cost is not tracked in these campaigns.")
            return
        if len(spent) == 1:
            card.offer(Table("cost", frame, view.filters))
            details.cost_parts(trends)
            return
        st.caption(text.escape(f"{text.money(float(spent[is_known].sum()))} spent, by {trends.every}"))
        chart_with_data(
            draw(charts.cost_chart, trends, unfinished=_unfinished(view)),
            frame,
            view.filters,
            key="cost",
            alt=f"Cost by component and {trends.every}",
            card=card,
        )


def _unfinished(view: View) -> datetime | None:
    return view.unfinished(ask(filters.as_of))


def is_quiet(trends: Trends) -> bool:
    """Whether every count and every cost is 0 or unknown."""
    return not any(np.nan_to_num(numbers).any() for numbers in (_column(trends, "count"), trends.spent["cost_usd"]))


def _column(trends: Trends, name: str) -> NDArray[Any]:
    """A column of all series, one after the other."""
    return np.concatenate([series.columns[name] for series in trends.series])


def _is_known(trends: Trends, name: str) -> NDArray[np.bool_]:
    return np.concatenate([series.known(name) for series in trends.series])


def _legend(trends: Trends, question: Question, view: View) -> str:
    """What is drawn, and the marks that occur: Emails per day · dashed: Jan 31 – Feb 27, 2026 · ◆ unusual."""
    parts = [f"{_UNITS[trends.series[0].is_rate]} per {trends.every}"]
    if question.with_mean and _is_known(trends, "mean").any():
        parts[0] += ", bold: 7-day average"
    if _is_known(trends, "compared").any():
        parts.append(f"dashed: {view.compared_with}")
    if _is_known(trends, "usual_low").any():
        parts.append("gray band: usual range")
    for column, sign in (
        ("is_unusual", "◆ unusual"),
        ("is_immature", "dotted: still collecting"),
        ("is_partial", f"□ part of a {trends.every}"),
    ):
        if (_column(trends, column) & _is_known(trends, "value")).any():
            parts.append(sign)
    unfinished = _unfinished(view)
    first = trends.series[0].columns
    if any(holds(start, trends.every, unfinished) for start in first["date"][~first["is_partial"]].tolist()):
        parts.append(f"○ {trends.every} not over")
    return " · ".join(parts)


def _remarks(trends: Trends, question: Question, totals: Totals) -> list[str]:
    """What else has to be known of the chart: what is still to come, and what is not in it."""
    remarks = [*_explanation(trends, question, totals.undated), *_partly_tracked(question, totals)]
    return [" ".join(remarks)] if remarks else []


def _explanation(trends: Trends, question: Question, undated: Collection[str]) -> list[str]:
    lines = []
    if _column(trends, "is_immature").any():
        lines.append(trend_labels.lag_sentence(trends.maturity_curves.by_count, list(question.names)))
    if _column(trends, "is_small").any():
        lines.append(f"The lines leave out {trends.every}s with fewer than 20 emails.")
    without_dates = [series.metric for series in trends.series if metrics.counted(series.metric) in undated]
    if without_dates:
        names = ", ".join(charts.LABELS[name].lower() for name in without_dates)
        lines.append(f"Dates not in this export: counted by send date in totals, and not shown here ({names}).")
    unknown = [series.metric for series in trends.series if series.is_unknown and series.metric not in without_dates]
    if unknown:
        names = ", ".join(charts.LABELS[name].lower() for name in unknown)
        lines.append(f"Not shown, because not every campaign tracks it: {names}.")
    if question.with_comparison and not _is_known(trends, "compared").any():
        lines.append("No activity in the comparison period.")
    return [line for line in lines if line]


def _partly_tracked(question: Question, totals: Totals) -> list[str]:
    """Of which part of the campaigns the lines are, where not all of them track what is drawn."""
    parts = [
        (charts.LABELS[name], totals.tracked[name]) for name in (*question.names, COST.name) if name in totals.tracked
    ]
    return [
        f"{label}: not tracked."
        if part.is_none
        else f"{label}: of {text.number(part.emails)} tracked emails."
        if part.emails is not None
        else f"{label}: in {part.campaigns} of {part.of_campaigns} campaigns."
        for label, part in parts
    ]


def _read_selected(trends: Trends, starts: Sequence[date]) -> date | None:
    """The first day of the point that holds the day in the URL; None for none."""
    written = url_state.text("at")
    if not written:
        return None
    day = trend_labels.day_written(written)
    lasts = [last.date() for last in trends.series[0].columns["last"].tolist()]
    for start, last in zip(starts, lasts, strict=True):
        if day is not None and start <= day <= last:
            return start
    url_state.correct("at")
    if url_state.chosen("at") is None:  # a point chosen here goes without a notice: another period hid it
        url_state.notice(f"This link asks for a {trends.every} that is not shown.")
    return None
