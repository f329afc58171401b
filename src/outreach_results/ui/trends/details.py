"""The details of one day, week or month, beside the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from outreach_results import metrics, results
from outreach_results.models import COUNTS
from outreach_results.models.metric_definitions import COST, METRICS
from outreach_results.results import Totals, Trends
from outreach_results.ui import cards, charts, tables, text, url_state
from outreach_results.ui.cache import ask
from outreach_results.ui.charts import trend_labels
from outreach_results.ui.filters import View
from outreach_results.ui.tables import Cell, Column, Kind, Row
from outreach_results.ui.trends.controls import Question
from outreach_results.ui.trends.links import point_links


def choose(day: date | None) -> None:
    """Show the details of the point that begins on this day, or of none. For callbacks of the fragment."""
    url_state.change_in_fragment("at", "" if day is None else day.isoformat())


def card(trends: Trends, starts: Sequence[date], selected: date | None, question: Question, view: View) -> None:
    """Draw the card: the choice of a point, and its values, else those of the whole period."""
    with cards.card(f"Inspect a {trends.every}", key="looked-at"):
        chosen = st.selectbox(
            f"Inspect a {trends.every}",
            starts,
            index=None,
            format_func=lambda start: trend_labels.bucket_name(start, trends.every),
            placeholder=f"Click the chart or pick a {trends.every}",
            key=url_state.control("at", selected),
            on_change=lambda: choose(url_state.chosen("at")),
            label_visibility="collapsed",
        )
        if chosen is None:
            _whole_period(question, view)
        else:
            values(trends, starts.index(chosen), question, view)


def values(trends: Trends, place: int, question: Question, view: View) -> None:
    """Draw the values of one point, the remarks on them, and links to other pages.

    Args:
        place: of the point in the series.
    """
    points = [series.rows()[place] for series in trends.series]
    drawn = {}
    for series, point in zip(trends.series, points, strict=True):
        value, compared = (trend_labels.shown(series, point[column]) for column in ("value", "compared"))
        drawn[series.metric] = _row(series.metric, Cell(value, note=trend_labels.shares(series, point)), compared)
    begins = points[0]["compared_first"]
    first, last = points[0]["first"].date(), points[0]["last"].date()
    now = ask(results.totals, replace(view.filters, start=first, end=last))
    has_compared = question.with_comparison and not pd.isna(begins)
    then = None
    if has_compared and view.comparison is not None:
        until = begins.date() + (last - first)
        then = ask(results.totals, replace(view.comparison, start=begins.date(), end=until))
    others = _totals_rows(_alike(question), now, then)
    spent = {COST.name: _row(COST.name, tables.dollars(trends.spent["cost_usd"][place]), "")}
    rows = list((others | drawn | spent).values())
    _table(
        f"This {trends.every}",
        text.days(points[0]["first"].date(), points[0]["last"].date()),
        trend_labels.bucket_name(begins, trends.every) if has_compared else "",
        rows,
    )
    _remarks_and_links(trends, place)


def single(trends: Trends, view: View) -> None:
    """Draw the values of the only point in large figures, beside those of what it is compared with."""
    then = None if view.comparison is None else ask(results.totals, view.comparison)
    with st.grid(4):
        for series in trends.series:
            point = series.rows()[0]
            before = "" if then is None else _cell(series.metric, then.value(METRICS[series.metric])).text
            notes = [trend_labels.shares(series, point), f"{before} on {view.compared_with}" if before else ""]
            _figure(series.metric, trend_labels.shown(series, point["value"]), notes)
        before = "" if then is None else tables.dollars(then.value(COST)).text
        spent = tables.dollars(trends.spent["cost_usd"][0]).text
        _figure(COST.name, spent, [f"{before} on {view.compared_with}" if before else ""])
    _remarks_and_links(trends, 0)


def cost_parts(trends: Trends) -> None:
    """Draw the cost of the only point by component."""
    spent = {name: float(column[0]) for name, column in trends.spent.items() if name.endswith("_usd")}
    parts = [name for name in charts.COST_PARTS if spent[f"{name}_usd"]]
    tables.show(
        [Column("part", "Component"), Column("spent", "Cost", Kind.NUMBER)],
        [{"part": Cell(charts.LABELS[name]), "spent": tables.dollars(spent[f"{name}_usd"])} for name in parts],
        key="cost-parts",
        alt="Cost by component",
        totals={"part": Cell("All"), "spent": tables.dollars(spent["cost_usd"])},
    )


def _figure(name: str, value: str, notes: Sequence[str]) -> None:
    with st.container(gap=None):
        st.metric(charts.LABELS[name], text.escape(value))
        st.caption(text.escape(" · ".join(filter(None, notes))))


def _remarks_and_links(trends: Trends, place: int) -> None:
    points = [series.rows()[place] for series in trends.series]
    sentences = [
        f"{charts.LABELS[series.metric]}: {remark[0].lower()}{remark[1:]}"
        for series, point in zip(trends.series, points, strict=True)
        if (remark := trend_labels.remarks(series, point))
    ]
    if points[0]["is_partial"]:
        sentences.append(trend_labels.partial_sentence(points[0], trends.every))
    if sentences:
        st.text("\n".join(sentences))
    point_links(points[0]["first"].date(), points[0]["last"].date(), trends.every)


def _whole_period(question: Question, view: View) -> None:
    """The values of the period, beside those of what it is compared with."""
    now = ask(results.totals, view.filters)
    then = None if view.comparison is None else ask(results.totals, view.comparison)
    rows = _totals_rows([*_alike(question), COST.name], now, then)
    _table("This period", view.days(), view.compared_with if then else "", list(rows.values()))


def _alike(question: Question) -> Sequence[str]:
    """The metrics of the kind that is drawn: all counts, or all rates. Those that are not drawn fill the card."""
    return COUNTS if question.names[0] in COUNTS else list(metrics.RATES)


def _totals_rows(names: Sequence[str], now: Totals, then: Totals | None) -> dict[str, Row]:
    """The rows of these metrics, by name."""
    rows = {}
    for name in names:
        before = "" if then is None else _cell(name, then.value(METRICS[name])).text
        rows[name] = _row(name, _cell(name, now.value(METRICS[name])), before)
    return rows


def _cell(name: str, value: float | None) -> Cell:
    if name == COST.name:
        return tables.dollars(value)
    return tables.share(value) if METRICS[name].numerator else tables.number(value)


def _row(name: str, value: Cell, before: str) -> Row:
    return {"metric": Cell(charts.LABELS[name]), "value": value, "compared": Cell(before, is_quiet=True)}


def _table(label: str, days: str, compared_with: str, rows: Sequence[Row]) -> None:
    columns = [Column("metric", "Metric"), Column("value", label, Kind.NUMBER, help=days)]
    if compared_with:
        columns.append(Column("compared", "Comparison", Kind.NUMBER, help=compared_with))
    tables.show(columns, rows, key="point-values", alt=f"Values of {days}")
