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
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for
from outreach_results.ui.campaign_picker import client_labels

_ALL = ""  # no id of a client
_WIDTH = 420


def form() -> None:
    """Draw the form that enters the goals, and how the month stands beside them."""
    st.caption("What all campaigns together, or those of a client, should reach in a month. Empty fields have no goal.")
    client = _choose_client()
    known = ask(_goals, client)
    with st.form(f"settings-goals-{client}", border=False):
        columns = st.columns(len(GOAL_METRICS))
        entered = {
            name: column.number_input(
                f"{METRICS[name].label} per month", min_value=1, max_value=MAX_GOAL, value=known.get(name)
            )
            for name, column in zip(GOAL_METRICS, columns, strict=True)
        }
        if st.form_submit_button("Save goals", type="primary"):
            try:
                set_goals(store_for(Role.ADMIN), entered, client=client, by=author_name())
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()
    for pace in ask(results.paces, client=client):
        st.text(pace.sentence())


def _choose_client() -> str | None:
    """The id of the client whose goals are edited; None for those of all campaigns."""
    names = ask(client_labels)
    if not names:
        return None
    offered = {_ALL: "All campaigns", **names}
    chosen = st.selectbox(
        "Goals of", list(offered), format_func=lambda one: offered.get(one, one), key="goals-of", width=_WIDTH
    )
    return chosen or None


def _goals(opened: Store, client: str | None) -> dict[str, int]:
    with opened.read() as connection:
        return goals_in(connection, client)
