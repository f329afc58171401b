"""What the frame does in a narrow window: the filters fold into a button, and the menu of pages closes by itself."""

from __future__ import annotations

import streamlit as st

from outreach_results.server.streamlit_internals import MENU_CLOSER
from outreach_results.ui import styles

_component = st.components.v2.component(
    "outreach_frame",
    html=styles.read("frame.html"),
    css=styles.read("frame.css"),
    js=styles.read("frame.js"),
)


def fold(label: str, page: str) -> None:
    """Draw the button that unfolds the filters on a phone. The style sheet of the page hides it elsewhere.

    Args:
        label: of the button; empty on a page without filters, where the button is not shown.
        page: a switch to another one folds the filters and closes the menu.
    """
    _component(key="frame", data={"label": label, "page": page, "menu_closer": MENU_CLOSER}, height="content")
