"""A secret that was just made: shown until the person is done with it, because only its hash is kept."""

from __future__ import annotations

import streamlit as st


def keep(kind: str, name: str, secret: str) -> None:
    """Have it shown from the next run on.

    Args:
        kind: what it is, key or link.
    """
    st.session_state[_slot(kind)] = name, secret


def show(kind: str, sentence: str) -> None:
    """Draw the secret of this kind, if one was just made.

    Args:
        sentence: what stands above it; ``{}`` becomes its name.
    """
    made: tuple[str, str] | None = st.session_state.get(_slot(kind))
    if made is None:
        return
    name, secret = made
    with st.container(border=True, key=f"shown-once-{kind}"):
        st.text(sentence.format(name))
        st.code(secret, language=None, wrap_lines=True)
        st.button("Done", key=f"team-{kind}-done", on_click=_forget, args=(kind,))


def _forget(kind: str) -> None:
    st.session_state.pop(_slot(kind), None)


def _slot(kind: str) -> str:
    return f"team-{kind}-new"
