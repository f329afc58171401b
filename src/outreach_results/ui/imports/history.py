"""The imports so far: what each brought, the rows it could not use, and undo."""

from __future__ import annotations

import io
from functools import partial

import pandas as pd
import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.ingest.history import LoadKind, rejected_rows, write_rejected
from outreach_results.ingest.undo import undo_load
from outreach_results.models import Filters
from outreach_results.ui import cards, tables, text
from outreach_results.ui.cache import store
from outreach_results.ui.downloads import Table
from outreach_results.ui.inbox.state_changes import who

_UNDONE, _CHOSEN = "import-undone", "import-chosen"
_COLUMNS = (
    tables.Column("source", "Source", is_wide=True),
    tables.Column("finished_at", "When", descending=True, write=tables.moment),
    tables.Column("loaded_by", "By"),
    tables.Column("inserted", "New", tables.Kind.NUMBER, write=tables.number),
    tables.Column("duplicate", "Already known", tables.Kind.NUMBER, write=tables.number),
    tables.Column("rejected", "Rejected", tables.Kind.NUMBER, write=tables.number),
    tables.Column("state", "State"),
)


def history(frame: pd.DataFrame) -> None:
    """Draw the imports, newest first; the chosen one can be undone, and its rejected rows downloaded."""
    with cards.card("History", key="loads", downloads=Table("loads", frame, Filters())):
        _table(frame)


def _table(frame: pd.DataFrame) -> None:
    if (done := st.session_state.pop(_UNDONE, None)) is not None:
        st.success(text.escape(done))
    shown = frame.assign(state=frame["undone_at"].notna().map({True: "Undone", False: ""}))
    tables.show_frame(
        shown,
        _COLUMNS,
        key="load-history",
        alt="What was imported, newest first; a click on a source offers to undo it",
        links=[tables.Link(load_id) for load_id in shown["load_id"]],
        on_click=_choose,
    )
    chosen = frame[frame["load_id"] == st.session_state.get(_CHOSEN)]
    if chosen.empty:
        st.caption("Click an import to undo it or to download the rows it could not use.")
    else:
        _chosen(chosen.iloc[0])


def _choose(click: tables.Click) -> None:
    st.session_state[_CHOSEN] = click.value


def _chosen(row: pd.Series) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{row['source']}, {text.day(row['finished_at'])}, {text.clock(row['finished_at'])}")
        if row["rejected"]:
            rejected_button(row["load_id"])
        if row["kind"] == LoadKind.FILE and pd.isna(row["undone_at"]):
            with st.popover("Undo this import"):
                st.write("What this import added is removed. Replies that someone has worked on since then stay.")
                if st.button("Undo", type="primary", key=f"undo-{row['load_id']}"):
                    _undo(row["load_id"])


def _undo(load_id: str) -> None:
    try:
        report = undo_load(store(), load_id, by=who())
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    st.session_state[_UNDONE] = report.sentence()
    st.rerun()


def rejected_button(load_id: str) -> None:
    """Draw the download of the rows that a load could not use, ready to be corrected and dropped again."""
    st.download_button(
        "Download these rows",
        partial(_rejected_csv, load_id),
        f"rejected-{load_id}.csv",
        "text/csv",
        on_click="ignore",
        key=f"rejected-rows-{load_id}",
        help="The rows with their own columns and the reason. Mend them and drop the file again.",
    )


def _rejected_csv(load_id: str) -> bytes:
    written = io.StringIO()
    write_rejected(written, rejected_rows(store(), load_id))
    return written.getvalue().encode("utf-8-sig")
