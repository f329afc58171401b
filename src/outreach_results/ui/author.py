"""Whose name is recorded with changes: who is signed in, else what was entered among the view's options."""

from __future__ import annotations

import streamlit as st

from outreach_results.ui import filters
from outreach_results.ui.cache import person

SOMEONE = "someone"
LONGEST_NAME = 80
_WHO = "inbox-who"


def name_field() -> None:
    """Show the field for the name that is recorded with changes, where nobody signs in."""
    if person().address:
        return
    with filters.options():
        st.text_input(
            "Your name",
            placeholder=SOMEONE,
            max_chars=LONGEST_NAME,
            key=_WHO,
            persist_state="session",
            autocomplete="name",
            help="Shown beside what you mark, so that others know whom to ask.",
        )


def author_name() -> str:
    """Whose name is recorded with changes; "someone" where none is known."""
    return own_name() or SOMEONE


def own_name() -> str:
    """The name under which replies are assigned to whoever looks; empty where none is known."""
    return person().address or " ".join(str(st.session_state.get(_WHO) or "").split())
