"""The sections of the data page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results.models import Filters
from outreach_results.ui import cards, charts, tables, text, url_state
from outreach_results.ui.downloads import Table

_ALL = Filters()


def reconciliation(frame: pd.DataFrame) -> None:
    """Draw the platform's own numbers next to those counted here."""
    if frame.empty:
        with cards.card("Reconciliation", key="reconciliation"):
            st.caption("Once a platform reports its own totals, they are compared here with the events counted.")
        return
    offered = Table("reconciliation", with_whole_counts(frame), _ALL)
    with cards.card("Reconciliation", key="reconciliation", downloads=offered):
        _differences(frame)


def _differences(frame: pd.DataFrame) -> None:
    only = st.toggle(
        "Only what differs",
        key=url_state.control("differs", url_state.is_on("differs", default=True)),
        on_change=url_state.writes_switch("differs", default=True),
    )
    shown = frame[frame["difference"].fillna(0) != 0] if only else frame
    if shown.empty:
        st.caption("Everything agrees.")
    else:
        tables.show_frame(shown, _RECONCILED, key="reconciliation", alt="Reported and counted numbers side by side")


def _number(name: str) -> tables.Cell:
    """A metric by its name on pages, of a month where one follows: Sent in Jan 2026."""
    metric, _, month = name.partition(" in ")
    label = charts.LABELS.get(metric) or charts.LABELS.get(metric.removesuffix("_usd"), metric)
    return tables.Cell(f"{label} in {text.short_month(date.fromisoformat(f'{month}-01'))}" if month else label)


def _counted(value: Any) -> tables.Cell:
    """A count or, with a fraction, a cost."""
    return tables.number(value) if pd.isna(value) or value == int(value) else tables.Cell(f"{value:,.4g}", value)


_RECONCILED = (
    tables.Column("campaign", "Campaign", is_wide=True),
    tables.Column("metric", "Number", write=_number),
    tables.Column("reported", "Platform says", tables.Kind.NUMBER, write=_counted),
    tables.Column("counted", "Counted here", tables.Kind.NUMBER, write=_counted),
    tables.Column("difference", "Difference", tables.Kind.NUMBER, write=_counted),
    tables.Column("explanation", "Why", is_wide=True),
)


def with_whole_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """`reconciliation` with counts as integers, beside the costs in the same columns."""

    def cells(name: str) -> pd.Series:
        values = [
            value if pd.isna(value) or metric.endswith("_usd") else int(value)
            for metric, value in zip(frame["metric"], frame[name], strict=True)
        ]
        return pd.Series(values, frame.index, dtype=object)

    return frame.assign(**{name: cells(name) for name in ("reported", "counted", "difference")})
