"""The import as the pages draw it: drop files, look at what they are, import, read the report."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.ingest.mapping.saved import save_mapping
from outreach_results.ingest.preview import Preview
from outreach_results.ingest.records import Record
from outreach_results.ingest.registry import EXTENSIONS
from outreach_results.ingest.template import TEMPLATE_COLUMNS, template_csv, template_xlsx
from outreach_results.ui import text
from outreach_results.ui.cache import store
from outreach_results.ui.imports.form import answered
from outreach_results.ui.imports.history import rejected_button
from outreach_results.ui.imports.job import ImportJob, start_import
from outreach_results.ui.imports.uploads import PREVIEWED, Upload, Uploads
from outreach_results.ui.inbox.state_changes import who

_JOB, _UPLOADS, _ROUND = "import-job", "import-uploads", "import-round"


def upload() -> None:
    """Draw the upload of files, what they are understood as, and the progress and report of their import."""
    with st.container(key="import"):  # the key is for the print style sheet, which hides it
        st.subheader("Import files", anchor=False)
        job: ImportJob | None = st.session_state.get(_JOB)
        if job is not None and not job.is_done:
            _progress(job)
            return
        if job is not None:
            _outcome(job)
        _choose()


def _choose() -> None:
    place = st.session_state.get(_ROUND, 0)  # a new number empties the uploader after an import
    files = st.file_uploader(
        "CSV, Excel or JSON files of your sending tool, or any table with email addresses or dates",
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key=f"upload-{place}",
        width="stretch",
    )
    _template()
    if not files:
        st.session_state.pop(_UPLOADS, None)
        return
    uploads = _kept(files)
    if uploads is None:
        return
    ready = [_understood(each, f"import-{place}-{n}") for n, each in enumerate(uploads.files)]
    if st.button("Import", type="primary", disabled=not all(ready), key="import-now"):
        _remember_mappings(uploads)
        st.session_state[_JOB] = start_import(store(), uploads, loaded_by=who())
        st.session_state[_ROUND] = place + 1
        st.session_state.pop(_UPLOADS, None)
        st.rerun()


def _kept(files: list[Any]) -> Uploads | None:
    """The uploaded files on disk, copied once."""
    ids = tuple(file.file_id for file in files)
    kept: tuple[tuple[str, ...], Uploads] | None = st.session_state.get(_UPLOADS)
    if kept is not None and kept[0] == ids:
        return kept[1]
    try:
        uploads = Uploads([(file.name, file) for file in files])
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return None
    st.session_state[_UPLOADS] = (ids, uploads)
    return uploads


def _understood(upload: Upload, key: str) -> bool:
    """Draw how a file is understood and what it leaves open; whether it can be imported."""
    with st.container(border=True):
        try:
            views = upload.views(store())
            for view in views:
                kind = " · ".join(filter(None, (view.plan.source, view.plan.description)))
                st.markdown(f"**{text.escape(view.plan.name)}**  \n{text.escape(kind)}")
            answers = answered(upload, views, key)
            if answers != upload.answers:
                upload.answers = answers
                st.rerun()  # an answer can raise the next question, whose widget stands above this line
        except OutreachError as error:
            st.error(text.escape(str(error)), icon="⚠️")
            return False
        for place, view in enumerate(views):
            for question in view.plan.questions:
                if not question.about.startswith("date:"):  # these stand beside their choices already
                    st.warning(text.escape(question.text), icon="❓")
            if view.preview is not None:
                _preview(view.preview, f"{key}-{place}")
        return not any(view.plan.questions for view in views)


def _preview(counted: Preview, key: str) -> None:
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in counted.kinds.items() if n)
    types = ", ".join(f"{n:,} {kind.replace('_', ' ')}" for kind, n in counted.types.items() if n)
    span = "" if counted.first is None else f"{counted.first:%b %-d, %Y} – {counted.last:%b %-d, %Y}"
    campaigns = ", ".join(list(counted.campaigns.values())[:5]) + (" …" if len(counted.campaigns) > 5 else "")
    limit = "" if counted.is_complete else f"The first {PREVIEWED:,} records: "
    st.text("\n".join(filter(None, (limit + kinds, types, span, campaigns and f"Campaign: {campaigns}"))))
    for notice in counted.notices:
        st.caption(text.escape(notice))
    if counted.records:
        with st.expander("First rows as they will be understood", key=f"{key}-rows"):
            st.dataframe(
                pd.DataFrame([_row(record) for record in counted.records]),
                hide_index=True,
                placeholder=text.MISSING,
                key=f"{key}-preview",
                alt="The first rows as they will be understood",
            )
    if counted.problems:
        with st.expander(f"{counted.problems_total:,} rows cannot be used", key=f"{key}-problems"):
            st.dataframe(
                pd.DataFrame([row[1:4] for row in counted.problems], columns=["Row", "Column", "Problem"]),
                hide_index=True,
                placeholder=text.MISSING,
                key=f"{key}-rejected",
                alt="Rows that cannot be used, with the reason",
            )


def _row(record: Record) -> dict[str, Any]:
    """A record with the fields that it has, as words that fit into a table."""
    return {"kind": type(record).__name__.removesuffix("Record").lower()} | {
        name.replace("_", " "): value for name, value in record._asdict().items() if value is not None
    }


def _remember_mappings(uploads: Uploads) -> None:
    for each in uploads.files:
        for view in each.views(store()):
            if view.plan.mapping is not None and view.plan.content is not None:
                save_mapping(store(), view.plan.content.fields, view.plan.mapping)


@st.fragment(run_every="500ms")
def _progress(job: ImportJob) -> None:
    if job.is_done:
        st.rerun()
    st.text(f"{job.doing}: {job.records:,} records so far …")
    if st.button("Cancel", key="import-cancel", disabled=job.is_cancelled):
        job.cancel()


def _outcome(job: ImportJob) -> None:
    for report in job.reports:
        st.text(report.sentence())
        for note in report.notes:
            st.caption(text.escape(note))
        if report.notes_total > len(report.notes):
            st.caption(f"… and {report.notes_total - len(report.notes):,} more.")
        if report.rejected_total:
            st.markdown(f"**{report.rejected_total:,} rows could not be used.** Everything else is in.")
            st.dataframe(
                pd.DataFrame([row[1:4] for row in report.rejected[:200]], columns=["Row", "Column", "Problem"]),
                hide_index=True,
                placeholder=text.MISSING,
                key=f"rejected-{report.load_id}",
                alt="Rows that could not be used, with the reason",
            )
            rejected_button(report.load_id)
    for problem in job.problems:
        st.error(text.escape(problem), icon="⚠️")


def _template() -> None:
    with st.expander("Which columns does a table need?"):
        st.write(
            "A list of contacts or emails needs a column of email addresses and at least one of what became of them; a "
            "log of events needs an email address, an event type and a date; a daily report needs a date and counts. "
            "All other columns are optional, in any order and language: you can say what each one means."
        )
        st.dataframe(
            pd.DataFrame(TEMPLATE_COLUMNS, columns=["Column", "What stands in it", "Needed"]),
            hide_index=True,
            placeholder=text.MISSING,
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
