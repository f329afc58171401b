"""The section of the data page where what files lack is entered."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from outreach_results.models import Campaign, Plan, dollars
from outreach_results.store.account_entries import enter_plan, entered_plan
from outreach_results.store.engine import Store
from outreach_results.store.entries import CostPer, Entries, checked, enter, entries_of
from outreach_results.ui import filters, text
from outreach_results.ui.cache import ask, store

_PER = {CostPer.EMAIL: "each email sent", CostPer.CAMPAIGN: "the whole campaign", CostPer.MONTH: "each month"}


def what_files_lack(campaigns: list[Campaign]) -> None:
    """Draw the form that enters a campaign's name, type and cost."""
    st.subheader("Settings", anchor=False)
    st.caption("Enter what your files lack. Neither an import nor a sync changes it; an empty field uses the source's.")
    labels = filters.distinct(campaigns)
    chosen = st.selectbox("Campaign", list(labels), format_func=lambda own: labels.get(own, own), key="settings-of")
    if chosen is None:
        return
    known = ask(_entries, chosen)
    with st.form(f"settings-{chosen}", border=True):
        name = st.text_input("Name", known.name or "", placeholder="From the source")
        mcp = st.text_input(
            "Type (mcp)", known.mcp or "", placeholder="From the source", help="Benchmarks compare by it."
        )
        with st.container(horizontal=True):
            cost = st.number_input(
                "Cost in dollars",
                min_value=0.0,
                value=None if known.cost is None else dollars(known.cost),
                format="%.4f",
                placeholder="From the source",
            )
            per = st.selectbox(
                "Cost for",
                list(_PER),
                index=list(_PER).index(known.cost_per or CostPer.EMAIL),
                format_func=lambda each: _PER[each],
            )
        if st.form_submit_button("Save settings", type="primary"):
            amount = None if cost is None else Decimal(str(cost))
            enter(store(), chosen, checked(name, mcp, amount, per))
            st.rerun()
    if known != Entries():
        values = {"name": known.name, "type": known.mcp, "cost": known.cost}
        entered = ", ".join(label for label, value in values.items() if value is not None)
        st.caption(text.escape(f"Entered by hand: {entered}. It is used instead of the source's."))


def plan() -> None:
    """Draw the form that enters the plan."""
    known = ask(_entered_plan)
    with st.form("settings-plan", border=True):
        name = st.text_input("Plan", "" if known is None else known.name, placeholder="From the source")
        with st.container(horizontal=True):
            limit = st.number_input("Emails a month", min_value=0, value=None if known is None else known.email_limit)
            price = st.number_input(
                "Dollars a month", min_value=0.0, value=None if known is None else known.price_usd, format="%.2f"
            )
        if st.form_submit_button("Save plan", type="primary"):
            given = (name.strip() or None, limit, price)
            if None in given and any(value is not None for value in given):
                st.error("Enter the name, the emails and the dollars of the plan, or clear all three.")
                return
            enter_plan(store(), None if limit is None else Plan(name=name.strip(), email_limit=limit, price_usd=price))
            st.rerun()
    if known is not None:
        st.caption("The plan was entered by hand. It is used instead of the source's.")


def _entered_plan(opened: Store) -> Plan | None:
    with opened.read() as connection:
        return entered_plan(connection)


def _entries(opened: Store, campaign_id: str) -> Entries:
    return entries_of(opened, campaign_id)
