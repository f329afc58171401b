"""The parts of the inbox that are redrawn by themselves, and what a change of each kind redraws."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from outreach_results.ui import url_state

INBOX, DESK = "inbox", "inbox-desk"
"""The fragment of the whole inbox, and the one within it of the list and the reading pane."""


def redraw_all() -> NoReturn:
    """Redraw the inbox without the frame around it: replies changed, in the desk. For the end of callbacks.

    Callbacks of what stands outside of the desk need it not: a click there redraws the whole inbox anyway, and a rerun
    on top of that would have the browser draw everything twice.
    """
    url_state.keep_in_fragment()
    st.rerun([INBOX])
