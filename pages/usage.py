"""Usage: how much of the plan is used, and what it costs."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import charts, components, downloads, shell, usage
from outreach_results.ui.cache import ask

view = shell.begin("Usage", "How much of the plan is used, and what does it cost?", by_period=False)
months = ask(results.usage_by_month)
month = usage.month_chooser(months)
used = ask(results.usage, month)

usage.quota_cards(used, ask(results.last_day))

st.subheader("What the month cost", anchor=False)
of_month = usage.month_filters(view.filters, month)
by_component, by_campaign = st.columns(2, gap="large")
with by_component:
    st.caption("By component")
    costs = ask(results.totals, of_month).costs.breakdown.model_dump()
    components.chart(
        charts.costs_by_component({f"cost_{name}": value for name, value in costs.items()}),
        key="month-components",
        alt="Cost of the month by component",
    )
with by_campaign:
    st.caption("By campaign")
    campaigns = ask(results.campaign_totals, of_month)
    components.chart(charts.costs_by_campaign(campaigns), key="month-campaigns", alt="Cost of the month by campaign")

st.subheader("Month by month", anchor=False)
components.chart(charts.costs_over_time(months, "month", monthly=True), key="months", alt="Cost by month")
usage.month_table(months)
downloads.table_buttons("usage", months, view.filters, key="usage")
