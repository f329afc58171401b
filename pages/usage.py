"""Usage: how much of the plan is used, whether it will last, and what it all costs."""

import streamlit as st

from outreach_results import results
from outreach_results.ui import cards, shell, text, usage
from outreach_results.ui.cache import ask

view = shell.begin("Usage", "How much of the plan is used, will it last, and what does it cost?")
months = ask(results.usage_by_month)
if months.empty:
    st.info("Nothing has been sent yet. Usage and cost show here once something has.")
    st.stop()

first = usage.month_chooser(months)
month = ask(results.outlook, first)
used = ask(results.usage, f"{first:%Y-%m}")

of_month = usage.month_filters(view.filters, first)
costs = ask(results.campaign_costs, of_month)

quota, costs_of_month = st.columns([7, 4])
with quota, cards.card("Quota", key="quota") as card:
    usage.quota(month)
    usage.of_accounts(used)
    usage.month_progress(month, view.filters, card)
with costs_of_month:
    with cards.card(f"Cost of {text.month(first)}", key="month-costs"):
        usage.month_costs(month, used.usage)
        per_email = usage.cost_mode()
    if not costs.empty:
        usage.by_component(costs, of_month, per_email=per_email)

usage.history(months, month.plan, per_email=per_email)
if costs.empty:
    st.info("Nothing was sent in this month.")
else:
    usage.by_campaign(costs, of_month, per_email=per_email)
