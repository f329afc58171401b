"""Trends: how the chosen metrics move from day to day, and what was spent."""

import streamlit as st

from outreach_results import metrics, results
from outreach_results.models import COUNTS
from outreach_results.ui import charts, components, downloads, shell
from outreach_results.ui.cache import ask

view = shell.begin("Trends", "How does it move from day to day?")
days = ask(results.daily_stats, view.filters)
if days.empty:
    st.info("Nothing happened in this period. Choose a longer one on the left.")
    st.stop()

as_rates = (
    st.segmented_control("Show", ["Counts", "Rates"], default="Counts", required=True, key="show", bind="query-params")
    == "Rates"
)
offered = list(metrics.RATES) if as_rates else list(COUNTS)
default = ["open_rate", "reply_rate"] if as_rates else ["emails_sent", "opened", "replied"]
chosen = st.pills(
    "Metrics",
    offered,
    format_func=lambda name: charts.LABELS[name],
    selection_mode="multi",
    default=default,
    key="rates" if as_rates else "counts",
    bind="query-params",
)
if not chosen:
    st.info("Choose at least one metric.")
    st.stop()

frame = days.join(metrics.daily_rates(days)) if as_rates else days
if as_rates:
    components.chart(charts.daily_rates(frame, chosen), key="daily-rates", alt="Rates by day")
else:
    components.chart(charts.daily_counts(frame, chosen), key="daily-counts", alt="Counts by day")

st.subheader("Cost", anchor=False)
components.chart(charts.costs_over_time(days, "date"), key="daily-cost", alt="Cost by day and component")

shown = frame[["date", *chosen, "cost_usd"]]
downloads.table_buttons("daily", shown, view.filters, key="daily")
