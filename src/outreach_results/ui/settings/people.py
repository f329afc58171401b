"""People's rights: the data that is held about a person, and forgetting them."""

from __future__ import annotations

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.models.team import Role
from outreach_results.store import audit
from outreach_results.store.admin.forgetting import checked_address, forget
from outreach_results.store.admin.person import PERSON, as_json, person_data
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for

_WIDTH = 420
_ADDRESS, _TO_CONFIRM, _DONE = "person-address", "person-to-confirm", "person-done"


def person() -> None:
    """Draw the field for an address, and what can be done with the person."""
    st.caption("Someone asks which data you hold about them, or wants it removed: enter their email address.")
    with st.form("person", border=False):
        address = st.text_input("Email address", key=_ADDRESS, width=_WIDTH, placeholder="ada@acme.example")
        st.form_submit_button("Find", type="primary")
    if done := st.session_state.pop(_DONE, None):
        st.success(text.escape(done))
    if not address.strip():
        return
    try:
        _offered(checked_address(address))
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")


def _offered(key: str) -> None:
    store_for(Role.ADMIN)  # refuses everybody else, whatever their browser sent
    data = ask(person_data, key)
    st.text(_held(data))
    with st.container(horizontal=True):
        # Named by the address, because the button may otherwise serve the file of somebody else.
        st.download_button(
            "Download their data",
            as_json(data),
            file_name=f"{key}.json",
            mime="application/json",
            key=f"person-{key}",
            on_click=_note_export,
        )
        if st.button("Forget this person", key="person-forget"):
            st.session_state[_TO_CONFIRM] = key
    if st.session_state.get(_TO_CONFIRM) == key:
        _confirmation(key)


def _note_export() -> None:
    audit.note(store_for(Role.ADMIN), audit.Action.EXPORTED, PERSON, by=author_name())


def _held(data: dict[str, list[object]]) -> str:
    """What is held, in one line."""
    if data["was_forgotten"]:
        return "This person was forgotten. What comes in for them is counted without them."
    counts = {"emails": "email", "replies": "reply", "contacts": "row of contacts", "mentions": "other text"}
    plurals = {"reply": "replies", "row of contacts": "rows of contacts"}
    held = [
        f"{len(data[name]):,} {one if len(data[name]) == 1 else plurals.get(one, f'{one}s')}"
        for name, one in counts.items()
        if data[name]
    ]
    return f"Held: {', '.join(held)}." if held else "Nothing is held about this person."


def _confirmation(key: str) -> None:
    with st.container(border=True):
        st.text(
            f"Remove {key} for good? Names, addresses and texts are deleted here. Counts stay, and no later import, "
            "sync or webhook brings the person back. There is no undo."
        )
        with st.container(horizontal=True):
            if st.button("Forget for good", key="person-confirmed", type="primary"):
                with st.spinner("Removing the person everywhere …"):
                    report = forget(store_for(Role.ADMIN), key, by=author_name())
                st.session_state[_DONE] = report.sentence()
                del st.session_state[_TO_CONFIRM]
                st.rerun()
            if st.button("Cancel", key="person-cancelled"):
                del st.session_state[_TO_CONFIRM]
                st.rerun()
