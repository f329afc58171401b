"""What every page shows while the database holds no campaign: one's own data first, then the sample."""

from __future__ import annotations

import streamlit as st

from outreach_results import sample
from outreach_results.models.team import Role
from outreach_results.ui import imports, sources
from outreach_results.ui.cache import may, store_for
from outreach_results.ui.settings.deleted import deleted


def ways_in() -> None:
    """Draw the cards that bring in data side by side, and below them what becomes of files that were dropped."""
    if not may(Role.EDITOR):
        return
    files, platform = st.columns(2)
    with files:
        imports.card()
    if may(Role.ADMIN):
        with platform:
            sources.card()
    imports.review()


def welcome() -> None:
    """Draw the ways in, then the offer of the sample."""
    if not may(Role.EDITOR):
        st.info("There are no results yet. They show here as soon as an editor has imported some.")
        return
    st.title("Bring in your results", anchor=False)
    st.caption("Import a file or connect your outreach platform. Your data stays on this machine.")
    ways_in()
    deleted()  # the last campaign may have been deleted by mistake
    if imports.is_busy():
        return  # what is dropped is looked at first
    with st.container(horizontal=True, vertical_alignment="center", key="sample-offer"):
        st.markdown("**Just looking?** Explore a dozen made-up campaigns. One click removes them again.")
        if st.button("Load sample data"):
            with st.spinner("Loading sample data …"):
                sample.load_sample(store_for(Role.EDITOR))
            st.rerun()


def without_activity() -> None:
    """Draw what every page shows while nothing is known to have happened: the ways in, and the deleted campaigns."""
    st.info("Your campaigns are here, but nothing has been sent yet. Results show here once something has.")
    ways_in()
    deleted()
