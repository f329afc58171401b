"""Components that several pages use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from outreach_results.models import Filters
from outreach_results.models.metric_definitions import GLOSSARY
from outreach_results.models.people import PERSON
from outreach_results.results import HeadlineRate
from outreach_results.ui import cards, charts, text
from outreach_results.ui.cards import Card
from outreach_results.ui.downloads import Table

DEFINITIONS: dict[str, str] = {metric.name: metric.definition for metric in GLOSSARY}
"""The definition of each metric, for tooltips."""

FULL = 0.9995
"""From this share of outcomes on, as good as everything is in."""


def glossary() -> None:
    """Draw the definitions of all metrics, and how things are counted, each in a tab so that a window holds it."""
    with st.popover("Definitions", type="tertiary", key="definitions"):
        metrics, counting = st.tabs(["Metrics", "How counting works"])
        _list(metrics, [f"**{metric.label}**: {metric.definition}" for metric in GLOSSARY])
        _list(
            counting,
            [
                "**Counts** are emails, not events: one opened five times counts once.",
                f"**People**: {PERSON}",
                "**–** means: not tracked, or nothing to divide by. It never means 0.",
                "**Intervals** (95%, Wilson) say how far chance alone could have moved a rate.",
                "**Exclude bots & auto-replies** leaves out machine opens, machine clicks and automatic replies.",
            ],
        )


def only_in_print(words: str, *, key: str) -> None:
    """Draw a line that only a printed page shows: what a control says that is left out there.

    Args:
        words: without markup.
    """
    with st.container(key=f"print-{key}", width="content"):
        st.caption(text.escape(words))


def _list(place: DeltaGenerator, lines: Sequence[str]) -> None:
    place.markdown("\n".join(f"- {line}" for line in lines))


def chart_with_data(
    figure: charts.Drawing,
    frame: pd.DataFrame | Callable[[], pd.DataFrame],
    filters: Filters,
    *,
    key: str,
    alt: str,
    name: str | None = None,
    pictured: pd.DataFrame | None = None,
    on_click: charts.Clicked | None = None,
    links: Mapping[str, str] = charts.NO_LINKS,
    card: Card | None = None,
) -> None:
    """Draw a figure, which `charts.show` says more of, and the buttons that download its data.

    The buttons stand in the header of the ``card``, else below the figure.

    ``name`` is that of the files, where the key changes with what is shown; ``pictured`` is the table that the page
    shows beside the figure, if it does: the PNG has it too.
    """
    file = f"outreach-{name or key}"
    charts.show(figure, key=key, alt=alt, name=file, on_click=on_click, links=links)
    offered = Table(name or key, frame, filters, figure, pictured)
    if card is not None:
        card.offer(offered)
    else:
        cards.actions_at_right(offered.title, offered, key=f"{key}-data")


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
