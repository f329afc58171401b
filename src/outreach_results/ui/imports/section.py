"""The card where files are dropped, and the progress of their import."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.ingest.registry import EXTENSIONS
from outreach_results.ingest.template import TEMPLATE_COLUMNS, template_csv, template_xlsx
from outreach_results.models.team import Role
from outreach_results.ui import cards, tables, text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import store_for
from outreach_results.ui.imports import session
from outreach_results.ui.imports.job import ImportJob, start_import
from outreach_results.ui.imports.uploads import Uploads
from outreach_results.ui.watched_jobs import redraw_after_jobs, watch


def card() -> None:
    """Draw the card where files are dropped; while they are imported, the progress."""
    with cards.card("Import files", key="import"):
        job = session.job()
        is_running = job is not None and not job.is_done
        redraw_after_jobs()
        if job is not None and is_running:
            progress(job)
        else:
            _drop()
        _template()


def start(uploads: Uploads) -> None:
    """Begin to import the uploaded files, and empty the uploader."""
    job = start_import(store_for(Role.EDITOR), uploads, loaded_by=author_name())
    session.begin(job)
    watch(job)
    st.rerun()


@st.fragment(run_every="500ms")
def progress(job: ImportJob) -> None:
    """Draw how far an import is, with a button that cancels it."""
    if job.is_done:
        st.rerun()
    st.text(f"{job.doing}: {job.records:,} records so far …")
    if st.button("Cancel", key="import-cancel", disabled=job.is_cancelled):
        job.cancel()


def _drop() -> None:
    files = st.file_uploader(
        "CSV, Excel or JSON exports of your sending tool, or any table with email addresses or dates",
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key=f"upload-{session.place()}",
        width="stretch",
    )
    if not files:
        session.forget_uploads()
        return
    try:
        _keep(files)
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")


def _keep(files: list[Any]) -> None:
    """Copy the uploaded files to disk, once."""
    ids = tuple(file.file_id for file in files)
    if session.uploads_of(ids) is None:
        session.keep_uploads(ids, Uploads([(file.name, file) for file in files]))


def _template() -> None:
    with st.expander("Which columns does a table need?"):
        st.write(
            "A list of contacts or emails needs a column of email addresses and at least one of what became of them; a "
            "log of events needs an email address, an event type and a date; a daily report needs a date and counts. "
            "All other columns are optional, in any order and language: you can say what each one means."
        )
        tables.show_frame(
            pd.DataFrame(TEMPLATE_COLUMNS, columns=["Column", "What it holds", "Needed"]),
            key="template-columns",
            alt="The columns of the template",
        )
        with st.container(horizontal=True):
            st.download_button("Template as CSV", template_csv(), "template.csv", "text/csv", on_click="ignore")
            st.download_button(
                "Template as Excel",
                template_xlsx(),
                "template.xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                on_click="ignore",
            )
