"""Notes on days: list, add, delete and restore them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from outreach_results.errors import OutreachError, QueryError
from outreach_results.models import Annotation
from outreach_results.store.annotations import MAX_LENGTH, add, remove, restore
from outreach_results.ui import text, url_state
from outreach_results.ui.cache import store
from outreach_results.ui.filters import View

ALL_CAMPAIGNS = "All campaigns"
_TAKEN = "annotation-taken-away"
_REFUSED = "annotation-refused"


def notes(annotations: Sequence[Annotation], label_of: Mapping[str, str], view: View) -> None:
    """The notes of the period, and the form that adds one. Campaigns are called as `filters.campaign_labels` says."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Notes", anchor=False)
        st.space("stretch")
        _form(label_of, view)
    _undo()
    if not annotations:
        st.caption("No notes in this period. A note such as “new subject line” shows on every chart over time.")
    with st.container(gap=None):
        for note in reversed(annotations):
            _row(note, label_of)


def _form(label_of: Mapping[str, str], view: View) -> None:
    with st.popover("Add a note"), st.form("add-note", border=False, clear_on_submit=True):
        st.text_input("What happened?", max_chars=MAX_LENGTH, placeholder="New subject line", key="note-text")
        selected_day = url_state.chosen("at")
        st.date_input("On", selected_day or view.last, key="note-date", format="YYYY-MM-DD")
        st.selectbox(
            "In",
            ["", *label_of],
            format_func=lambda campaign_id: label_of.get(campaign_id, ALL_CAMPAIGNS),
            key="note-campaign",
        )
        st.form_submit_button("Add", type="primary", on_click=_add)
    refused = st.session_state.pop(_REFUSED, None)
    if refused:
        st.error(text.escape(refused))


def _add() -> None:
    state = st.session_state
    try:
        if not isinstance(state["note-date"], date):
            raise QueryError("date", "Choose a day first.")
        add(store(), state["note-date"], state["note-text"], campaign_id=state["note-campaign"], author=_author())
    except OutreachError as error:
        state[_REFUSED] = str(error)


def _author() -> str | None:
    """The name of the signed-in person, where sign-in is configured."""
    email = st.user.to_dict().get("email")
    return str(email) if email else None


def _row(note: Annotation, label_of: Mapping[str, str]) -> None:
    about = label_of.get(note.campaign_id, note.campaign_id) if note.campaign_id else ALL_CAMPAIGNS
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"note-{note.annotation_id}"):
        st.text(f"{note.date:%a %-d %b %Y}  {note.text}", width="content")
        st.caption(text.escape(" · ".join(filter(None, (about, note.author)))), width="content")
        st.button(
            "Delete",
            key=f"delete-note-{note.annotation_id}",
            help="Takes this note off the charts; it can be brought back",
            type="tertiary",
            on_click=_take_away,
            args=(note,),
        )


def _take_away(note: Annotation) -> None:
    if remove(store(), note):
        st.session_state[_TAKEN] = note


def _undo() -> None:
    taken: Annotation | None = st.session_state.get(_TAKEN)
    if taken is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="note-undo"):
        st.text(f"Deleted: {taken.text}")
        st.space("stretch")
        st.button("Bring it back", on_click=_bring_back, args=(taken,), key="bring-note-back")


def _bring_back(note: Annotation) -> None:
    del st.session_state[_TAKEN]
    restore(store(), note)
