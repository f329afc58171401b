"""Pieces that more than one page is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import metrics
from outreach_results.models import Stats
from outreach_results.ui import text

CHART_CONFIG = {"displayModeBar": False, "responsive": True}

DEFINITIONS: dict[str, str] = {
    "emails_sent": "E-mails sent.",
    "delivered": "E-mails that reached a mailbox.",
    "bounced": "E-mails that came back.",
    "opened": "E-mails opened at least once.",
    "clicked": "E-mails in which a link was clicked at least once.",
    "replied": "E-mails that got a reply.",
    "unsubscribed": "E-mails whose recipient unsubscribed.",
    "meetings_booked": "E-mails that led to a booked meeting.",
    "delivery_rate": "Delivered, as a share of all e-mails sent.",
    "open_rate": "Opened, as a share of delivered e-mails.",
    "click_rate": "Clicked, as a share of delivered e-mails.",
    "reply_rate": "Replied, as a share of delivered e-mails.",
    "conversion_rate": "Meetings booked, as a share of delivered e-mails.",
    "cost": "What your own keys were charged: AI generation, lead enrichment and sending.",
    "avg_cost_per_email_usd": "Cost divided by e-mails sent.",
}


def chart(figure: Any, *, key: str, alt: str) -> None:
    """A figure with its description for those who do not see it."""
    st.plotly_chart(figure, key=key, config=CHART_CONFIG, alt=alt)


def kpi(
    label: str,
    value: str,
    definition: str,
    *,
    now: float | None,
    before: float | None,
    spark: Sequence[float],
    neutral: bool = False,
) -> None:
    """A number with its course and its change against the previous period.

    ``neutral`` where more is neither good nor bad, such as for what was sent and spent.
    """
    change = metrics.change(now, before)
    st.metric(
        label,
        value,
        delta=None if change is None else f"{change:+.0%}".replace("%", " %"),
        delta_color="off" if neutral else "normal",
        delta_description=None if change is None else "vs. previous",
        help=definition,
        border=True,
        chart_data=list(spark) if len(spark) > 1 else None,
        chart_type="area",
    )


def rate_with_interval(stats: Stats, name: str) -> str:
    """A rate, its definition and how sure it is, in words."""
    of = metrics.RATES[name]
    interval = metrics.wilson(getattr(stats, of.numerator), getattr(stats, of.denominator))
    if interval is None:
        return DEFINITIONS[name]
    return (
        f"{DEFINITIONS[name]} With 95 % confidence between {text.percent(interval.low)} and "
        f"{text.percent(interval.high)}."
    )


def spark(frame: pd.DataFrame, column: str) -> list[float]:
    """A column as a sparkline draws it."""
    return [float(value) for value in frame[column].astype("float64").fillna(0)]
