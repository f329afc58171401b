"""What the frame does in the browser: it follows links between pages, and in a narrow window folds filters and menu."""

from __future__ import annotations

from collections.abc import Mapping

from outreach_results.server.streamlit_internals import MENU_CLOSER
from outreach_results.ui import parts, url_state

_component = parts.component("frame")


def fold(label: str, page: str, parameters: Mapping[str, str]) -> None:
    """Draw the button that unfolds the filters on a phone. The style sheet of the page hides it elsewhere.

    Args:
        label: of the button; empty on a page without filters, where the button is not shown.
        page: a switch to another one folds the filters and closes the menu.
        parameters: of the URL in this run, by name.
    """
    _component(
        key="frame",
        data={
            "label": label,
            "page": page,
            "menu_closer": MENU_CLOSER,
            "parameters": dict(parameters),
            "turn_to": url_state.turned_to(),
        },
        height="content",
    )
