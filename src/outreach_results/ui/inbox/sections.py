"""The sections of the inbox as one fragment, in which those that change by themselves are fragments of their own."""

from __future__ import annotations

import streamlit as st

from outreach_results.ui.filters import View
from outreach_results.ui.fragments import fragment_run
from outreach_results.ui.inbox import keys, watch
from outreach_results.ui.inbox.filter_bar import controls
from outreach_results.ui.inbox.pane import desk
from outreach_results.ui.inbox.sentiment_chart import over_time


# One fragment around all that the controls filter: fragments side by side would need a second run after each click.
@st.fragment(key=keys.INBOX)
def sections(view: View) -> None:
    """Draw the controls, the list beside the reply that is read, and the chart over time."""
    with fragment_run() as is_alone:
        watch.note_drawn(keys.INBOX)
        controls(view.filters)
        desk(view, is_opened=not is_alone)
        over_time(view)
