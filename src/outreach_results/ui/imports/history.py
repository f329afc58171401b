"""The imports so far: what each did, the rows it could not use, and undo."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.ingest.history import LoadKind
from outreach_results.ingest.report import counted
from outreach_results.ingest.undo import undo_load
from outreach_results.models import Filters
from outreach_results.models.team import Role
from outreach_results.results import ImportEntry, history_table, import_details
from outreach_results.ui import cards, tables, text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, derive, may, store_for
from outreach_results.ui.downloads import Table
from outreach_results.ui.imports import rejects

_UNDONE, _CHOSEN = "import-undone", "import-chosen"
_AT_FIRST = 10
_COLUMNS = (
    tables.Column("source", "Source", is_wide=True),
    tables.Column("finished_at", "When", descending=True),
    tables.Column("loaded_by", "By"),
    tables.Column("inserted", "New", tables.Kind.NUMBER),
    tables.Column("duplicate", "Already known", tables.Kind.NUMBER),
    tables.Column("rejected", "Rejected", tables.Kind.NUMBER),
    tables.Column("state", "State"),
)
_TOGETHER = {LoadKind.WEBHOOK: "deliveries", LoadKind.SYNC: "updates"}
_KINDS = {LoadKind.WEBHOOK: "Webhook", LoadKind.SYNC: "Sync", LoadKind.SAMPLE: "Sample"}


def history(entries: Sequence[ImportEntry]) -> None:
    """Draw the imports, newest first; a click on one shows what it did."""
    with cards.card("History", key="loads", downloads=Table("loads", derive(history_table, entries), Filters())):
        if (done := st.session_state.pop(_UNDONE, None)) is not None:
            st.success(text.escape(done))
        shown = entries
        if len(entries) > _AT_FIRST and not st.session_state.get("loads-all"):
            shown = entries[:_AT_FIRST]
        tables.show(
            _COLUMNS,
            [_row(entry) for entry in shown],
            key="load-history",
            alt="What was imported, newest first; a click on a source shows what it did",
            on_click=_choose,
        )
        if len(entries) > _AT_FIRST:
            st.toggle(f"Show all {len(entries)}", key="loads-all")
    chosen = next((entry for entry in entries if entry.load_ids[0] == st.session_state.get(_CHOSEN)), None)
    if chosen is not None:
        st.session_state.pop(_CHOSEN)  # it opens once
        _details(chosen)


def _choose(click: tables.Click) -> None:
    st.session_state[_CHOSEN] = click.value


def _row(entry: ImportEntry) -> tables.Row:
    n = len(entry.load_ids)
    several = f"{n:,} {_TOGETHER.get(LoadKind(entry.kind), 'imports')}" if n > 1 and entry.kind else ""
    cells = {
        "source": tables.Cell(entry.source, entry.source.casefold(), value=entry.load_ids[0], note=several),
        "finished_at": tables.Cell(_time_span(entry), entry.finished_at.isoformat()),
        "loaded_by": tables.plain(entry.loaded_by or _KINDS.get(LoadKind(entry.kind)) if entry.kind else None),
        "state": _state(entry),
    }
    if entry.problem is None:
        cells |= {name: tables.number(getattr(entry, name)) for name in ("inserted", "duplicate", "rejected")}
    return cells


def _time_span(entry: ImportEntry) -> str:
    """One moment, or from when to when: Mar 9, 2026, 10:00 AM – 2:23 PM."""
    first, last = entry.first_at, entry.finished_at
    if first.date() != last.date():
        return text.days(first.date(), last.date())
    clock, end = text.clock(first), text.clock(last)
    return f"{text.day(last.date())}, {clock if clock == end else f'{clock} – {end}'}"


def _state(entry: ImportEntry) -> tables.Cell:
    if entry.problem is not None:
        return tables.Cell("Failed", title=entry.problem, tone=tables.Tone.WORSE, sign="✕")
    if entry.undone_at is not None:
        return tables.Cell("Undone", is_quiet=True)
    return tables.Cell("")


@st.dialog("Import", width="large")
def _details(entry: ImportEntry) -> None:
    by = f", by {entry.loaded_by}" if entry.loaded_by else ""
    st.markdown(f"**{text.escape(entry.source)}**  \n{text.escape(_time_span(entry) + by)}")
    if entry.problem is not None:
        st.error(text.escape(entry.problem), icon="⚠️")
        return
    for sentence in _report(entry):
        st.text(sentence)
    if entry.rejected:
        st.markdown(f"**{rejects.sentence(entry.rejected)}.**")
        rejects.rejected_table(rejects.rejected_of(entry.load_ids), key=f"rejected-of-{entry.load_ids[0]}")
        rejects.rejected_button(entry.load_ids)
    if entry.undone_at is not None:
        st.caption(f"Undone on {text.day(entry.undone_at.date())}.")
    elif entry.kind == LoadKind.FILE and may(Role.EDITOR):
        st.caption("Undo removes what this import added. Replies that someone has worked on since then stay.")
        if st.button("Undo this import", key=f"undo-{entry.load_ids[0]}"):
            _undo(entry.load_ids[0])


def _report(entry: ImportEntry) -> list[str]:
    """What the import did, and what there is to say of it; of several together, their sums and the newest's notes."""
    details = ask(import_details, entry.load_ids[0])
    if len(entry.load_ids) > 1:
        imports = text.counted(len(entry.load_ids), "import")
        sums = f"{entry.inserted:,} new, {entry.duplicate:,} already known in {imports}."
        return [sums, *details.notes]
    new = ", ".join(counted(n, kind) for kind, n in details.inserted.items() if n) or "nothing"
    known = ", ".join(counted(n, kind) for kind, n in details.duplicate.items() if n) or "nothing"
    return [f"New: {new}. Already known: {known}.", *details.notes]


def _undo(load_id: str) -> None:
    try:
        report = undo_load(store_for(Role.EDITOR), load_id, by=author_name())
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    st.session_state[_UNDONE] = report.sentence()
    st.rerun()
