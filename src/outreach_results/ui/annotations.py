"""Notes on days: list, add, delete and restore them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from outreach_results.errors import OutreachError, QueryError
from outreach_results.models import Annotation
from outreach_results.models.team import Role
from outreach_results.store.annotations import MAX_LENGTH, add, remove, restore
from outreach_results.ui import cards, tables, text, url_state
from outreach_results.ui.cache import may, person, store_for
from outreach_results.ui.filters import View
from outreach_results.ui.tables import Cell, Click, Column, Row, Sort

ALL_CAMPAIGNS = "All campaigns"
_TAKEN = "annotation-taken-away"
_REFUSED = "annotation-refused"
_SUGGESTED = "annotation-suggested-day"
_SHOWN = "annotations-shown"
_COLUMNS = (
    Column("date", "Date", descending=True),
    Column("note", "Note", is_wide=True),
    Column("campaign", "Campaign"),
    Column("delete", ""),
)


def notes(annotations: Sequence[Annotation], label_of: Mapping[str, str], view: View) -> None:
    """The notes of the period, and the form that adds one. Campaigns are called as `filters.campaign_labels` says."""
    with cards.card("Notes", key="notes"):
        if may(Role.EDITOR):
            _form(label_of, view)
            _undo()
        if not annotations:
            st.caption("No notes in this period. A note such as “new subject line” shows on every chart over time.")
            return
        st.session_state[_SHOWN] = {note.annotation_id: note for note in annotations}
        tables.show(
            _COLUMNS,
            [_row(note, label_of) for note in reversed(annotations)],
            key="notes-table",
            alt="Notes in this period",
            sort=Sort("date", descending=True),
            on_click=_remove,
        )


def _form(label_of: Mapping[str, str], view: View) -> None:
    with st.popover("Add a note", on_change="rerun", key="add-note-open"), st.form("add-note", border=False):
        st.text_input("What happened?", max_chars=MAX_LENGTH, placeholder="New subject line", key="note-text")
        suggested = url_state.chosen("at") or view.last
        if st.session_state.get(_SUGGESTED) != suggested:
            st.session_state[_SUGGESTED] = st.session_state["note-date"] = suggested
        st.date_input("Date", key="note-date", format="YYYY-MM-DD")
        st.selectbox(
            "Campaign",
            # A note on all campaigns is one on those of others too.
            [*([] if person().limit else [""]), *label_of],
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
        add(
            store_for(Role.EDITOR, [state["note-campaign"]]),
            state["note-date"],
            state["note-text"],
            campaign_id=state["note-campaign"],
            author=_author(),
        )
    except OutreachError as error:
        state[_REFUSED] = str(error)
        return
    state["note-text"] = ""
    if person().limit is None:  # else there is no choice of all campaigns to go back to
        state["note-campaign"] = ""
    state["add-note-open"] = False


def _author() -> str | None:
    """Who is signed in, where people sign in."""
    return person().address or None


def _row(note: Annotation, label_of: Mapping[str, str]) -> Row:
    about = label_of.get(note.campaign_id, note.campaign_id) if note.campaign_id else ALL_CAMPAIGNS
    return {
        "date": tables.day(note.date),
        "note": Cell(note.text, note=note.author or ""),
        "campaign": Cell(about, is_quiet=True),
        "delete": Cell("Delete", value=note.annotation_id, title="Takes this note off the charts")
        if may(Role.EDITOR)
        else Cell(""),
    }


def _remove(click: Click) -> None:
    note: Annotation | None = st.session_state.get(_SHOWN, {}).get(click.value)
    if note is not None and remove(store_for(Role.EDITOR, [note.campaign_id]), note, by=_author()):
        st.session_state[_TAKEN] = note


def _undo() -> None:
    taken: Annotation | None = st.session_state.get(_TAKEN)
    if taken is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="note-undo"):
        st.text(f"Deleted: {taken.text}")
        st.space("stretch")
        st.button("Undo", on_click=_bring_back, args=(taken,), key="bring-note-back")


def _bring_back(note: Annotation) -> None:
    del st.session_state[_TAKEN]
    restore(store_for(Role.EDITOR, [note.campaign_id]), note, by=_author())
