"""The tab of the settings where the goals of a month are entered."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.errors import OutreachError
from outreach_results.models.metric_definitions import METRICS
from outreach_results.models.team import Role
from outreach_results.store.engine import Store
from outreach_results.store.goals import GOAL_METRICS, MAX_GOAL, goals_in, set_goals
from outreach_results.ui import text
from outreach_results.ui.cache import ask, store_for
from outreach_results.ui.who import who


def form() -> None:
    """Draw the form that enters the goals, and how the month stands beside them."""
    st.caption("What all campaigns together should reach in a month. Empty fields have no goal.")
    known = ask(_goals)
    with st.form("settings-goals", border=False):
        columns = st.columns(len(GOAL_METRICS))
        entered = {
            name: column.number_input(
                f"{METRICS[name].label} per month", min_value=1, max_value=MAX_GOAL, value=known.get(name)
            )
            for name, column in zip(GOAL_METRICS, columns, strict=True)
        }
        if st.form_submit_button("Save goals", type="primary"):
            try:
                set_goals(store_for(Role.ADMIN), entered, by=who())
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()
    for pace in ask(results.paces):
        st.text(pace.sentence())


def _goals(opened: Store) -> dict[str, int]:
    with opened.read() as connection:
        return goals_in(connection)
