"""Making a change that a person asked for in the settings."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.ui import text


def make(change: Callable[[], object]) -> None:
    """Make the change and draw the page again, or say why it cannot be made."""
    try:
        change()
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    st.rerun()
