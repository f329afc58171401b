"""What concerns the account as a whole: plan, days off and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import available_timezones

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.models import Plan
from outreach_results.models.team import Role
from outreach_results.store import admin
from outreach_results.store.account_entries import days_off as entered_days_off
from outreach_results.store.account_entries import enter_days_off, enter_plan, entered_plan, source_plan
from outreach_results.store.engine import Store
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for, zone

_WIDTH = 420
MOST_DAYS = 366
"""So many days can be added at once: more are a mistake."""


def plan() -> None:
    """Draw the form that enters the plan."""
    known, source = ask(_entered_plan), ask(_source_plan)
    with st.form("settings-plan", border=False):
        columns = st.columns(3)
        name = columns[0].text_input(
            "Plan", "" if known is None else known.name, placeholder="unknown" if source is None else source.name
        )
        limit = columns[1].number_input(
            "Emails per month",
            min_value=0,
            value=None if known is None else known.email_limit,
            placeholder="unknown" if source is None else text.number(source.email_limit),
        )
        price = columns[2].number_input(
            "Dollars per month",
            min_value=0.0,
            value=None if known is None else known.price_usd,
            format="%.2f",
            placeholder="unknown" if source is None else text.money(source.price_usd),
        )
        st.caption(text.escape(_used_plan(known, source)))
        if st.form_submit_button("Save plan", type="primary", help="Empty fields use the source's plan."):
            given = (name.strip() or None, limit, price)
            if None in given and any(value is not None for value in given):
                st.error("Enter the name, the emails and the dollars of the plan, or clear all three.", icon="⚠️")
                return
            entered = None if limit is None else Plan(name=name.strip(), email_limit=limit, price_usd=price)
            try:
                enter_plan(store_for(Role.ADMIN), entered, by=author_name())
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()


def _used_plan(known: Plan | None, source: Plan | None) -> str:
    if known is None:
        return (
            "The plan is not known." if source is None else f"The plan comes from the source: {_plan_summary(source)}."
        )
    instead = "the source's, which is unknown" if source is None else _plan_summary(source)
    return f"The plan was entered by hand: {_plan_summary(known)}, instead of {instead}."


def _plan_summary(plan: Plan) -> str:
    return f"{plan.name}, {text.counted(plan.email_limit, 'email')} for {text.money(plan.price_usd)} a month"


def days_off() -> None:
    """Draw the days off, and what adds and removes some."""
    st.caption("Forecasts expect no emails on these days.")
    known = ask(_days_off)
    for first, last in ranges(known):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(text.days(first, last), width="content")
            if st.button("Remove", key=f"days-off-{first}", type="tertiary"):
                remaining = [day for day in known if not first <= day <= last]
                enter_days_off(store_for(Role.ADMIN), remaining, by=author_name())
                st.rerun()
    with st.form("days-off", border=False, clear_on_submit=True):
        chosen = st.date_input("First and last day", value=[], format="YYYY-MM-DD", width=_WIDTH)
        if st.form_submit_button("Add days off", type="primary"):
            days = _between(chosen)
            if not days:
                st.error("Choose a day, or the first and the last one.", icon="⚠️")
            elif len(days) > MOST_DAYS:
                st.error(f"At most {MOST_DAYS} days can be added at once.", icon="⚠️")
            else:
                enter_days_off(store_for(Role.ADMIN), {*known, *days}, by=author_name())
                st.rerun()


def _between(chosen: date | tuple[date, ...]) -> list[date]:
    ends = chosen if isinstance(chosen, tuple) else (chosen,)
    if not ends:
        return []
    return [ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1)]


def ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days as ranges of consecutive ones, each by its first and last."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def time_zone() -> None:
    """Draw the choice of the reporting time zone."""
    present = zone().key
    zones = sorted({*_zones(), present})
    chosen = st.selectbox("Reporting time zone", zones, index=zones.index(present), key="settings-zone", width=_WIDTH)
    st.caption("It decides on which day and at which hour something happened. Changing it recalculates everything.")
    if st.button("Change time zone", type="primary", disabled=chosen == present, key="change-zone"):
        try:
            with st.spinner("Recalculating all days and hours …"):
                admin.change_time_zone(store_for(Role.ADMIN), chosen, by=author_name())
        except OutreachError as error:
            st.error(text.escape(str(error)), icon="⚠️")
            return
        st.rerun()


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    # It walks through a folder of files, which change with an upgrade of the system only.
    return tuple(sorted(available_timezones()))


def _entered_plan(opened: Store) -> Plan | None:
    with opened.read() as connection:
        return entered_plan(connection)


def _source_plan(opened: Store) -> Plan | None:
    with opened.read() as connection:
        return source_plan(connection)


def _days_off(opened: Store) -> frozenset[date]:
    with opened.read() as connection:
        return entered_days_off(connection)
