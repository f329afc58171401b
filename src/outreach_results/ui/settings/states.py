"""Which interest states of a source count as positive replies or meetings."""

from __future__ import annotations

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.ingest.registry import FORMATS_WITH_STATES
from outreach_results.models.team import Role
from outreach_results.store.engine import Store
from outreach_results.store.interests import APPLIES_LATER, InterestStates, choose_interest_states, interest_states
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for

_WIDTH = 420


def form() -> None:
    """Draw the choice of a source and of its states."""
    st.caption(
        "Tools mark leads with states such as Interested. Choose those that count as a meeting or a positive reply."
    )
    source = st.selectbox(
        "Files",
        list(FORMATS_WITH_STATES),
        format_func=lambda key: FORMATS_WITH_STATES[key].name,
        key="states-of",
        width=_WIDTH,
    )
    entry = FORMATS_WITH_STATES[source]
    default = entry.states
    assert default is not None
    chosen = ask(_chosen).get(source, InterestStates())
    with st.form(f"states-{source}", border=False):
        meetings = _words("Meetings", default.words, chosen.meetings, default.meetings)
        positives = (
            _words("Positive replies", default.words, chosen.positives, default.positives)
            if entry.has_positives
            else []
        )
        st.caption(f"Empty uses the source's own. {APPLIES_LATER}")
        if st.form_submit_button("Save states", type="primary"):
            try:
                choose_interest_states(
                    store_for(Role.ADMIN), source, meetings=meetings, positives=positives, by=author_name()
                )
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()


def _words(label: str, words: tuple[str, ...], chosen: tuple[str, ...], default: tuple[str, ...]) -> list[str]:
    by_source = f"From the source: {', '.join(default)}" if default else "From the source: unknown"
    picked: list[str] = st.multiselect(
        label,
        list(dict.fromkeys((*words, *chosen))),
        default=list(chosen),
        accept_new_options=True,
        placeholder=by_source,
        help=text.escape(f"{by_source}. Type a state that is missing."),
    )
    return picked


def _chosen(opened: Store) -> dict[str, InterestStates]:
    with opened.read() as connection:
        return interest_states(connection)
