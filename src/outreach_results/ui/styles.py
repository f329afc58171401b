"""The style sheets of the pages and the parts of components: files in ``static/``, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent / "static"
_PAGE_BACKGROUND = {"dark": "#11161d", "light": "#ffffff"}  # backgroundColor of each theme in .streamlit/config.toml


@lru_cache
def read(file: str) -> str:
    """The text of a file."""
    return (FOLDER / file).read_text(encoding="utf-8")


def apply(name: str, *, extra: str = "") -> None:
    """Add a style sheet to the page.

    Args:
        extra: rules of this run, after those of the file. Never what a stranger wrote.
    """
    st.html(f"<style>{read(f'{name}.css')}{extra}</style>")


def page_background() -> str:
    """The rule that gives style sheets the background color of the theme as ``--page-background``."""
    color = _PAGE_BACKGROUND["dark" if st.context.theme.type == "dark" else "light"]
    return f":root {{ --page-background: {color} }}"
