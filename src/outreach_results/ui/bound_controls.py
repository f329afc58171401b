"""Controls whose choice is a parameter of the URL: what is in the URL is chosen, and a choice is written there."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.utils import LabelVisibility

from outreach_results.ui import url_state


def one_of(
    name: str,
    label: str,
    default: str,
    *,
    explanation: str | None = None,
    disabled: bool = False,
    label_visibility: LabelVisibility = "visible",
) -> str:
    """Draw the options of a parameter side by side; the label of the chosen one.

    Args:
        default: the label of the option that is chosen where the URL holds none.
    """
    codes = url_state.codes(name)
    written = url_state.one_of(name, codes, default)
    chosen = st.segmented_control(
        label,
        list(codes),
        # A popover draws what it holds only when it is opened. Then a control shows its default unless this run set
        # its value, so that the default has to be what is chosen.
        default=written,
        required=True,
        key=url_state.control(name, written),
        on_change=url_state.writes_one(name, codes, default),
        help=explanation,
        disabled=disabled,
        label_visibility=label_visibility,
    )
    return chosen or default


def switch(name: str, label: str, explanation: str) -> bool:
    """Draw a switch; whether it is on."""
    is_on = url_state.is_on(name)
    return st.toggle(
        label, is_on, key=url_state.control(name, is_on), on_change=url_state.writes_switch(name), help=explanation
    )
