"""The name, the color and the logo of a read-only link in the place of the product's."""

from __future__ import annotations

import base64
import re

import streamlit as st

from outreach_results.store.links import Link
from outreach_results.store.logos import size_of_png

_LINE, _WIDEST = 1.25, 8.0  # rem


def brand(link: Link | None) -> None:
    """Show the brand of the link by which somebody came; without one, the page stays as it is."""
    if link is not None:
        st.html(f"<style>{style_of(link)}</style>")


def style_of(link: Link) -> str:
    """The style sheet of a link's brand."""
    own, rules = link.brand, []
    if own.name:
        rules.append(f"content: {_quoted(own.name)}")
    if own.logo is not None:
        picture = base64.b64encode(own.logo).decode("ascii")
        # As wide as its height of a line makes it, so that the name stands beside it.
        width_px, height_px = size_of_png(own.logo)
        width = min(_LINE * (width_px / height_px), _WIDEST)
        rules += [
            f'background-image: url("data:image/png;base64,{picture}")',
            f"background-size: {width:.2f}rem auto",
            f"padding-inline-start: calc(var(--margin) + {width + 0.5:.2f}rem)",
        ]
    elif own.name:  # the product's mark does not belong beside another name
        rules.append("background-image: none; padding-inline-start: var(--margin)")
    # By one more attribute than the style sheet of every page, which stands after this one.
    header = "[data-testid=stApp] [data-testid=stHeader]"
    head = f"{header}::before {{ {'; '.join(rules)} }}" if rules else ""
    return f"{head} {header} {{ border-top: 3px solid {own.color} }}"


def _quoted(text: str) -> str:
    """The text as a CSS string, in which nothing but letters and digits stands for itself."""
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'
