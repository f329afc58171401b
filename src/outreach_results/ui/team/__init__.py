"""The card of the data page that says who may come in, for admins.

people  who may sign in, and as what
keys    the keys of programs
links   read-only links, for people without a sign-in
"""

from __future__ import annotations

import streamlit as st

from outreach_results.models.team import Role
from outreach_results.ui import cards
from outreach_results.ui.cache import may
from outreach_results.ui.team import keys, links, people

__all__ = ["section"]


def section() -> None:
    """Draw the card, for admins."""
    if not may(Role.ADMIN):
        return
    with cards.card("Team", key="team"):
        drawn = {"People": people.tab, "API keys": keys.tab, "Links": links.tab}
        for tab, draw in zip(st.tabs(list(drawn)), drawn.values(), strict=True):
            with tab:
                draw()
