"""The address of the page: what it asks for in vain is said, not silently dropped."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

_NOTICES = "address-notices"
_WORDS = "address-notices-words"
_PLACE = "address-notices-place"


def asked(key: str) -> list[str]:
    """What the address asks of a bound widget before it is drawn for the first time; later the address follows it."""
    return [] if key in st.session_state else st.query_params.get_all(key)


def check(key: str, allowed: Collection[str], wrong: str) -> None:
    """Before a bound widget is drawn: note it where the address asks for something that is not offered.

    ``wrong`` completes "The address asks for …".
    """
    if any(value and value not in allowed for value in asked(key)):
        notice(f"The address asks for {wrong}; the default is shown.")


def take(key: str) -> list[str]:
    """The values of a parameter that no widget owns; it leaves the address."""
    values = st.query_params.get_all(key)
    if values:
        del st.query_params[key]
    return values


def notice(sentence: str) -> None:
    """Say something about the address, in the place that is kept for it on this page."""
    noticed = st.session_state.setdefault(_NOTICES, [])
    if sentence not in noticed:
        noticed.append(sentence)
        _show(noticed)


def begin_run() -> None:
    """Before anything is drawn: the places of the run before are gone."""
    st.session_state.pop(_PLACE, None)
    st.session_state.pop(_WORDS, None)


def keep_place() -> None:
    """Show here what was noted, until it is closed, and what is noted later in this run too.

    Each is drawn as it is noted: after a page has called ``st.stop`` nothing more can be drawn.
    """
    st.session_state[_PLACE] = st.container()
    _show(st.session_state.get(_NOTICES, []))


def _show(noticed: list[str]) -> None:
    place = st.session_state.get(_PLACE)
    if place is None or not noticed:
        return
    if _WORDS not in st.session_state:
        with place, st.container(horizontal=True, vertical_alignment="center", border=True, key="address-notices-box"):
            st.session_state[_WORDS] = st.empty()
            st.space("stretch")
            st.button("Close", key="close-address-notices", on_click=noticed.clear)
    st.session_state[_WORDS].text("\n".join(noticed))
