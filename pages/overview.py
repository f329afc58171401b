"""Overview: how the chosen campaigns are doing, what they cost, and each of them beside the others."""

import streamlit as st

from outreach_results import results
from outreach_results.metrics import RATES
from outreach_results.ui import charts, components, downloads, shell, text
from outreach_results.ui.cache import ask
from outreach_results.ui.overview import campaign_table, kpi_grid

view = shell.begin("Overview", "How are the campaigns doing?")
totals = ask(results.totals, view.filters)
before = ask(results.totals, view.previous) if view.previous else None
days = ask(results.daily_stats, view.filters)

if not totals.stats.emails_sent and days.empty:
    st.info("Nothing happened in this period. Choose a longer one on the left.")
    st.stop()

kpi_grid(totals, before, days)

left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("From sent to meeting", anchor=False)
    components.chart(charts.funnel(totals.stats), key="funnel", alt="Funnel from e-mails sent to meetings booked")
with right:
    st.subheader("What it cost", anchor=False)
    breakdown = {f"cost_{name}": value for name, value in totals.costs.breakdown.model_dump().items()}
    components.chart(charts.costs_by_component(breakdown), key="costs", alt="Cost by component in dollars")
    cost = totals.costs.total_byok_usd
    per_reply, per_meeting = st.columns(2)
    per_reply.metric("Cost per reply", text.money(results.cost_per(cost, totals.stats.replied)))
    per_meeting.metric("Cost per meeting", text.money(results.cost_per(cost, totals.stats.meetings_booked)))

st.subheader("Campaigns", anchor=False)
campaigns = ask(results.campaign_totals, view.filters)
chosen = campaign_table(campaigns, list(RATES))
downloads.table_buttons("campaigns", campaigns, view.filters, key="campaigns")
if chosen is None:
    st.caption("Select a row to download everything that is known about a campaign.")
else:
    st.text(chosen["name"])
    downloads.campaign_links(chosen["campaign_id"], humans_only=view.filters.humans_only)
