"""Cards: a border, a heading, and beside it the buttons that download what the card shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from outreach_results.export import FORMATS
from outreach_results.ui import downloads, parts, png_export, text
from outreach_results.ui.downloads import Offer

_BUTTONS = ("csv", "json")
"""The formats with a button of their own; all others are in the menu."""

_component = parts.component("actions")


@dataclass(slots=True)
class Card:
    """A card that is being drawn."""

    title: str
    key: str
    _place: DeltaGenerator = field(repr=False)

    def offer(self, offered: Offer) -> None:
        """Draw the download buttons in the header of the card, where what they hold is known only now."""
        with self._place:
            actions(self.title, offered, key=f"{self.key}-data")


@contextmanager
def card(title: str, *, key: str, help: str | None = None, downloads: Offer | None = None) -> Iterator[Card]:  # noqa: A002 -- as in Streamlit
    """A bordered container with a heading, as high as its neighbors in a row; what is drawn within is its content.

    Args:
        title: the heading, without markup.
        key: distinct on the page. The card has the class ``st-key-card-`` and the key.
        help: a tooltip of the heading, in Markdown.
        downloads: what the buttons of the header hold; `Card.offer` takes it as well, later.
    """
    with st.container(border=True, height="stretch", key=f"card-{key}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"card-heading-{key}"):
            st.subheader(text.escape(title), anchor=False, help=help)
            place = st.container(width="content")
        drawn = Card(title, key, place)
        if downloads is not None:
            drawn.offer(downloads)
        yield drawn


def actions_at_right(title: str, offered: Offer, *, key: str) -> None:
    """Draw `actions` at the right edge, for what is no card."""
    with st.container(horizontal=True):
        st.space("stretch")
        with st.container(width="content"):
            actions(title, offered, key=key)


def actions(title: str, offered: Offer, *, key: str) -> None:
    """Draw the buttons that download what is offered: CSV, JSON, and a menu with the other formats, PNG and a link.

    Args:
        title: what is downloaded, as the heading calls it; for the names of the buttons.
    """
    files = [
        {"label": FORMATS[fmt].label, "href": href, "in_menu": fmt not in _BUTTONS}
        for fmt, href in offered.addresses(key).items()
    ]
    _component(
        key=key,
        data={"title": title, "files": files, "has_picture": isinstance(offered, downloads.Table)},
        width="content",
        on_picture_change=lambda: png_export.ask_for(key),
    )
