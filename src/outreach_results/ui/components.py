"""Components that several pages use."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from outreach_results import metrics
from outreach_results.models import Filters
from outreach_results.models.metric_definitions import GLOSSARY
from outreach_results.results import HeadlineRate
from outreach_results.ui import cards, charts, text
from outreach_results.ui.cards import Card
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View

DEFINITIONS: dict[str, str] = {metric.name: metric.definition for metric in GLOSSARY}
"""The definition of each metric, for tooltips."""

FULL = 0.9995
"""From this share of outcomes on, as good as everything is in."""


def glossary() -> None:
    """Draw the definitions of all metrics, one a line."""
    with st.popover("Definitions", type="tertiary", key="definitions"):
        lines = [f"**{metric.label}**: {metric.definition}" for metric in GLOSSARY]
        lines += [
            "**Counts** are emails, not events: one opened five times counts once.",
            "**–** means: not tracked, or nothing to divide by. It never means 0.",
            "**Intervals** (95%, Wilson) say how far chance alone could have moved a rate.",
            "**Exclude bots & auto-replies** leaves out machine opens, machine clicks and automatic replies.",
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))


def chart_with_data(
    figure: go.Figure,
    frame: pd.DataFrame,
    filters: Filters,
    *,
    key: str,
    alt: str,
    name: str | None = None,
    pictured: pd.DataFrame | None = None,
    on_click: charts.Clicked | None = None,
    reports: bool = False,
    card: Card | None = None,
) -> list[charts.Point]:
    """Draw a figure, and the buttons that download its data; the points that were clicked, as `charts.show` has them.

    The buttons stand in the header of the ``card``, else below the figure.

    ``name`` is that of the files, where the key changes with what is shown; ``pictured`` is the table that the page
    shows beside the figure, if it does: the PNG has it too.
    """
    file = f"outreach-{name or key}"
    points = charts.show(figure, key=key, alt=alt, name=file, on_click=on_click, reports=reports)
    offered = Table(name or key, frame, filters, figure, pictured)
    if card is not None:
        card.offer(offered)
    else:
        cards.actions_at_right(offered.title, offered, key=f"{key}-data")
    return points


def kpi(
    label: str,
    value: str,
    definition: str,
    *,
    change: metrics.Change | None,
    view: View,
    spark: Sequence[float],
    is_rate: bool = False,
    per: str = "",
    neutral: bool = False,
    note: str = "",
    only_machines: bool = False,
) -> None:
    """Draw a number with its sparkline and its change, which is gray where it is not significant.

    A rate's change is in percentage points; that of a count may be ``per`` something, written with a comma and a space
    at its end. ``neutral`` where more is neither good nor bad, such as for what was sent and spent. ``note`` stands
    beside the value. ``only_machines`` where the change does not hold without machines, so that it is not a success.
    """
    is_noise = change is not None and change.is_noise
    if is_noise:
        definition += (
            f" The change from {text.escape(view.compared_with)} is not statistically significant: "
            "with numbers this small, chance alone moves them as much."
        )
    elif only_machines:
        definition += " Without bots and auto-replies, the change is not statistically significant."
    remark = "not significant" if is_noise else "machines only" if only_machines else f"{per}vs. {view.versus}"
    with st.container(border=True, height="stretch", gap="xsmall", vertical_alignment="distribute"):
        st.metric(
            label,
            f"{value} :gray[:small[{note}]]" if note else value,
            delta=None if change is None else _moved(change, is_rate=is_rate),
            delta_color="off" if neutral or is_noise or only_machines else "normal",
            delta_description=None if change is None else remark,
            help=definition,
        )
        if line := charts.sparkline(spark):
            st.html(charts.as_image(line))


def _moved(change: metrics.Change, *, is_rate: bool) -> str:
    return text.points(change.difference) if is_rate else text.change(change.relative)


def rate_with_interval(definition: str, rate: HeadlineRate) -> str:
    """The tooltip of a rate: its definition, its interval, and how much of it is in."""
    sentences = [definition]
    if rate.interval is not None:
        low, high = (text.percent(end) for end in rate.interval)
        sentences.append(f"With 95% confidence between {low} and {high}.")
    if rate.share_in is not None and rate.share_in < FULL:
        result = "too early to tell" if rate.rate is None else "this is the rate expected in the end"
        sentences.append(f"{text.percent(rate.share_in)} of its outcomes are in; {result}.")
    return " ".join(sentences)


def spark(frame: pd.DataFrame, column: str) -> list[float]:
    """The values of a column for a sparkline, without unknown ones: drawn as 0 they would be wrong."""
    return [float(value) for value in frame[column].astype("float64").dropna()]
