"""Name, type and cost of a campaign, and whose value is used."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import streamlit as st

from outreach_results import results
from outreach_results.errors import OutreachError
from outreach_results.models import Campaign, dollars
from outreach_results.models.campaign_types import type_name, type_names, type_of
from outreach_results.models.team import Role
from outreach_results.store.engine import Store
from outreach_results.store.entries import (
    CostPer,
    Entries,
    SourceValues,
    checked,
    enter,
    entered_by,
    entries_of,
    source_values,
)
from outreach_results.ui import filters, text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for, zone
from outreach_results.ui.settings import deleted

_PER = {CostPer.EMAIL: "per email sent", CostPer.CAMPAIGN: "for the whole campaign", CostPer.MONTH: "per month"}
_UNKNOWN = "unknown"
_WIDTH = 680


def form(campaigns: list[Campaign]) -> None:
    """Draw the form that enters a campaign's name, type and cost."""
    labels = filters.distinct(campaigns)
    chosen = st.selectbox(
        "Campaign", list(labels), format_func=lambda own: labels.get(own, own), key="settings-of", width=_WIDTH
    )
    if chosen is None:
        deleted.deleted()
        return
    known, source = ask(_entries, chosen), ask(_source, chosen)
    of_source = source_texts(source)
    with st.form(f"settings-{chosen}", border=False):
        left, right = st.columns(2)
        name = left.text_input("Name", known.name or "", placeholder=of_source["name"])
        types = _types(campaigns)
        typed = right.text_input(
            "Campaign type",
            types.get(known.mcp, known.mcp) if known.mcp else "",
            placeholder=of_source["type"],
            help=" ".join(["Benchmarks compare by it.", *_offered(types)]),
        )
        cost = left.number_input(
            "Cost in dollars",
            min_value=0.0,
            value=None if known.cost is None else dollars(known.cost),
            format="%.4f",
            placeholder=of_source["cost"],
        )
        per = right.selectbox(
            "Cost is",
            list(_PER),
            index=list(_PER).index(known.cost_per or CostPer.EMAIL),
            format_func=lambda each: _PER[each],
        )
        st.caption(text.escape(" ".join([*used_values(known, source), *_origin(ask(_entered_by, chosen))])))
        if st.form_submit_button("Save campaign", type="primary", help="An empty field uses the source's value."):
            amount = None if cost is None else Decimal(str(cost))
            try:
                mcp = type_of(typed, types)
                enter(store_for(Role.ADMIN), chosen, checked(name, mcp, amount, per), by=author_name())
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()
    deleted.delete_button(chosen)
    deleted.deleted()


def _types(campaigns: list[Campaign]) -> dict[str, str]:
    """The names, by code, of the types that campaigns or benchmarks have."""
    return type_names(sorted({*(one.mcp for one in campaigns if one.mcp), *filter(None, ask(results.benchmark_mcps))}))


def _offered(types: dict[str, str]) -> list[str]:
    return [f"Known: {', '.join(map(text.escape, types.values()))}."] if types else []


def source_texts(source: SourceValues) -> dict[str, str]:
    """What the source says of each field, in words."""
    cost = _UNKNOWN if source.cost is None else f"{text.money(dollars(source.cost))} in total"
    return {"name": source.name, "type": type_name(source.mcp) if source.mcp else _UNKNOWN, "cost": cost}


def used_values(known: Entries, source: SourceValues) -> list[str]:
    """A sentence for each field that says whose value is used."""
    cost = None if known.cost is None else f"{text.unit_price(dollars(known.cost))} {_PER[known.cost_per]}"  # type: ignore[index]
    entered = {"name": known.name, "type": known.mcp and type_name(known.mcp), "cost": cost}
    of_source = source_texts(source)
    return [
        f"{field.capitalize()}: from the source, {of_source[field]}."
        if value is None
        else f"{field.capitalize()}: entered by hand, {value}, instead of {of_source[field]}."
        for field, value in entered.items()
    ]


def _origin(entered: tuple[str | None, datetime] | None) -> list[str]:
    """Who entered it and when."""
    if entered is None:
        return []
    by, at = entered
    return [f"Entered{f' by {by}' if by else ''} on {text.day(at.astimezone(zone()).date())}."]


def _entered_by(opened: Store, campaign_id: str) -> tuple[str | None, datetime] | None:
    return entered_by(opened, campaign_id)


def _entries(opened: Store, campaign_id: str) -> Entries:
    return entries_of(opened, campaign_id)


def _source(opened: Store, campaign_id: str) -> SourceValues:
    return source_values(opened, campaign_id)
