"""The address of the page: what it asks for in vain is said, not silently dropped."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

_NOTICES = "address-notices"
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
    """Say something about the address on this page."""
    noticed = st.session_state.setdefault(_NOTICES, [])
    if sentence not in noticed:
        noticed.append(sentence)


def reserve_place() -> None:
    """Keep the place for the notices: what is drawn after it may note something too."""
    st.session_state[_PLACE] = st.container()


def show_notices() -> None:
    """Show what was noted, until it is closed: in the place kept for it, else here."""
    place = st.session_state.pop(_PLACE, None)
    noticed: list[str] = st.session_state.get(_NOTICES, [])
    if not noticed:
        return
    with (
        place or st.container(),
        st.container(horizontal=True, vertical_alignment="center", border=True, key="address-notices-box"),
    ):
        st.text("\n".join(noticed))
        st.space("stretch")
        st.button("Close", key="close-address-notices", on_click=noticed.clear)
