"""What a style sheet of the inbox needs to know of the theme."""

from __future__ import annotations

import streamlit as st

_PAGE = {"dark": "#11161d", "light": "#ffffff"}  # backgroundColor of each theme in .streamlit/config.toml


def on_page(style: str) -> str:
    """A style sheet with the color of the page in place of BACKGROUND."""
    return style.replace("BACKGROUND", _PAGE["dark" if st.context.theme.type == "dark" else "light"])
