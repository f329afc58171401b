"""The parts of the inbox that are redrawn by themselves, and what a change of each kind redraws."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from outreach_results.ui import url_state

CONTROLS, DESK, CHART = "inbox-controls", "inbox-desk", "inbox-chart"


def redraw_all() -> NoReturn:
    """Redraw the inbox without the frame around it: others are listed, or replies changed. For the end of callbacks."""
    url_state.keep_in_fragment()
    st.rerun([CONTROLS, DESK, CHART])
