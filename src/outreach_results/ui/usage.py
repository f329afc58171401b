"""The larger pieces of the usage page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from outreach_results.models import Basis, Filters, Usage
from outreach_results.results import next_month
from outreach_results.ui import charts, text
from outreach_results.ui.components import DEFINITIONS, chart


def month_chooser(months: pd.DataFrame) -> str:
    """The month to look at, the newest of the data first."""
    known = [f"{month:%Y-%m}" for month in reversed(list(months["month"]))]
    return st.selectbox("Month", known, key="month", bind="query-params", width=200)


def month_filters(filters: Filters, month: str) -> Filters:
    """The shared filters, for a whole month and by sending day: the day on which cost arises."""
    first = date.fromisoformat(f"{month}-01")
    return replace(filters, start=first, end=next_month(first) - timedelta(days=1), basis=Basis.SEND)


def quota_cards(used: Usage, last_day: date | None) -> None:
    """Quota, time and money of a month."""
    first = date.fromisoformat(f"{used.period}-01")
    days = (next_month(first) - first).days
    today = min(last_day or first, first + timedelta(days=days - 1))
    gone = max(0, (today - first).days + 1)
    numbers = used.usage
    if used.plan is not None:
        share = numbers.emails_sent / used.plan.email_limit if used.plan.email_limit else None
        st.markdown(
            f"**{numbers.emails_sent:,}** of {used.plan.email_limit:,} e-mails of the plan "
            f"**{text.plain(used.plan.name)}** are used ({text.percent(share)})."
        )
        expected = used.plan.email_limit * gone / days if gone < days else None
        chart(
            charts.quota(numbers.emails_sent, used.plan.email_limit, expected),
            key="quota",
            alt=f"{numbers.emails_sent} of {used.plan.email_limit} e-mails used",
        )
    else:
        st.info("The plan is not known, so there is no quota to compare with.")
    with st.grid(4):
        st.metric("E-mails sent", text.number(numbers.emails_sent), border=True, help=DEFINITIONS["emails_sent"])
        remaining = None if numbers.emails_remaining is None else float(numbers.emails_remaining)
        st.metric("E-mails left", text.number(remaining), border=True, help="Until the plan's limit is reached.")
        st.metric(
            "Days left",
            text.number(days - gone),
            border=True,
            help=f"Of {days} days, counted from the last day of the data, {today:%-d %B %Y}.",
        )
        st.metric(
            "Cost of own keys",
            text.money(numbers.byok_cost_usd),
            border=True,
            help=DEFINITIONS["cost"]
            + (f" The plan itself costs {text.money(used.plan.price_usd)}." if used.plan else ""),
        )


def month_table(months: pd.DataFrame) -> None:
    """All months as numbers."""
    st.dataframe(
        months.iloc[::-1],
        hide_index=True,
        key="month-table",
        column_config={
            "month": st.column_config.DateColumn("Month", format="MMMM YYYY"),
            "emails_sent": st.column_config.NumberColumn("Sent", format="localized"),
            **{
                f"{name}_usd": st.column_config.NumberColumn(charts.LABELS.get(name, "Cost"), format="dollar")
                for name in ("cost", "cost_ai_generation", "cost_lead_enrichment", "cost_email_sending")
            },
        },
        alt="E-mails sent and cost by month",
    )
