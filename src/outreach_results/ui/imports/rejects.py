"""Rows that an import cannot use: shown with the reason, and downloaded to be corrected and dropped again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

import streamlit as st

from outreach_results.ingest.history import rejected_rows
from outreach_results.ingest.records import Rejected
from outreach_results.ingest.rejects import RejectsForm, form_of, write_rejected
from outreach_results.ingest.report import counted
from outreach_results.models.team import Role
from outreach_results.store.engine import Store
from outreach_results.ui import tables
from outreach_results.ui.cache import store_for

SHOWN = 200
_COLUMNS = (
    tables.Column("row", "Row", tables.Kind.NUMBER),
    tables.Column("column", "Column"),
    tables.Column("problem", "Problem", is_wide=True),
)


def sentence(n: int) -> str:
    """So many rows cannot be used."""
    return f"{counted(n, 'rows')} cannot be used"


def rejected_table(rows: Iterable[Rejected], *, key: str) -> None:
    """Draw the first rejected rows: number, column, reason."""
    cells = [
        {"row": tables.plain(each.row), "column": tables.plain(each.column), "problem": tables.plain(each.reason)}
        for each in islice(rows, SHOWN)
    ]
    tables.show(_COLUMNS, cells, key=key, alt="Rows that cannot be used, with the reason")


def rejected_of(load_ids: Sequence[str]) -> Iterator[Rejected]:
    """The rows that loads could not use."""
    return _rejected_of(store_for(Role.VIEWER), load_ids)


def _rejected_of(opened: Store, load_ids: Sequence[str]) -> Iterator[Rejected]:
    for load_id in load_ids:
        yield from rejected_rows(opened, load_id)


def rejected_button(load_ids: Sequence[str]) -> None:
    """Draw the download of the rows that loads could not use."""
    first = rejected_rows(store_for(Role.VIEWER), load_ids[0], at_most=SHOWN)
    form = form_of(first) if len(load_ids) == 1 else RejectsForm.CSV
    st.download_button(
        "Download these rows",
        partial(_rejected_file, store_for(Role.VIEWER), tuple(load_ids), form),
        f"rejected-{load_ids[0]}.{form.extension}",
        form.media_type,
        on_click="ignore",
        key=f"rejected-rows-{load_ids[0]}",
        help="The rows with their own fields and the reason. Correct them and drop the file again.",
    )


def _rejected_file(opened: Store, load_ids: tuple[str, ...], form: RejectsForm) -> bytes:
    """The file, made when it is asked for, where nobody is known to be signed in: `gate.GUARDED` has asked before."""
    written = io.StringIO()
    write_rejected(written, list(_rejected_of(opened, load_ids)), form)
    # Only Excel needs the mark to know that a file is in UTF-8.
    return written.getvalue().encode("utf-8-sig" if form is RejectsForm.CSV else "utf-8")
