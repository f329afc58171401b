"""What stands below the card at full width: how dropped files are understood, and the report of the last import."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.ingest.load import LoadReport
from outreach_results.ingest.mapping.saved import save_mapping
from outreach_results.ingest.preview import Preview
from outreach_results.ingest.records import Record
from outreach_results.ingest.report import counted
from outreach_results.models.team import Role
from outreach_results.ui import cards, tables, text, url_state
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import store_for
from outreach_results.ui.imports import rejects, section, session
from outreach_results.ui.imports.form import answered
from outreach_results.ui.imports.job import ImportJob
from outreach_results.ui.imports.uploads import PREVIEWED, Upload, Uploads
from outreach_results.ui.settings.deleted import still_deleted
from outreach_results.ui.watched_jobs import redraw_after_jobs

_ROWS = 5


class _State(Enum):
    """What can be done with a file."""

    READY = 1
    OPEN = 2
    """A person has to say something first."""
    UNUSABLE = 3
    ANSWERED = 4
    """An answer can raise the next question, whose widget stands above: the page has to be drawn again."""


def review() -> None:
    """Draw the report of the last import, and how the dropped files are understood."""
    job = session.job()
    is_running = job is not None and not job.is_done
    redraw_after_jobs()
    if job is not None and not is_running:
        _report(job)
    uploads = session.uploads()
    if uploads is None or is_running:
        return
    with cards.card("Check before importing", key="import-review"):
        is_only = len(uploads.files) == 1
        states = [
            _understood(each, f"import-{session.place()}-{n}", is_only=is_only) for n, each in enumerate(uploads.files)
        ]
        if _State.ANSWERED in states:  # once for all files
            st.rerun()
        if st.button(
            "Import",
            type="primary",
            disabled=_State.OPEN in states or _State.READY not in states,
            help="Answer what is asked above first." if _State.OPEN in states else None,
            key="import-now",
        ):
            _remember_mappings(uploads)
            section.start(uploads)


def notice(page: str) -> None:
    """Draw what became of an import where its report is not: on every other page than Data."""
    job = session.job()
    if job is None or page == "data":
        return
    is_running = not job.is_done
    redraw_after_jobs()
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="import-notice"):
        if is_running:
            section.progress(job)
            return
        summary = " ".join(report.sentence() for report in job.reports)
        st.markdown(text.escape(" ".join([f"Imported: {summary}" if summary else "", *job.problems]).strip()))
        st.space("stretch")
        url_state.page_link("See details", "data")
        st.button("Close", key="import-notice-close", on_click=session.close_report)


# --- dropped files -----------------------------------------------------------------------------------------------


def _understood(upload: Upload, key: str, *, is_only: bool) -> _State:
    """Draw how a file is understood and what it leaves open; of the only file at once with its first rows."""
    with st.container(border=True):
        try:
            views = upload.views(store_for(Role.EDITOR))
            for view in views:
                kind = " · ".join(filter(None, (view.plan.source, view.plan.description)))
                st.markdown(f"**{text.escape(view.plan.name)}**  \n{text.escape(kind)}")
            answers = answered(upload, views, key)
            if answers != upload.answers:
                upload.answers = answers
                return _State.ANSWERED
        except OutreachError as error:
            st.error(text.escape(str(error)), icon="⚠️")
            return _State.UNUSABLE
        for place, view in enumerate(views):
            for question in view.questions:
                if not question.about.startswith("date:"):  # these stand beside their choices already
                    st.warning(text.escape(question.text), icon="❓")
            if view.preview is not None:
                _preview(view.preview, f"{key}-{place}", is_open=is_only)
        return _State.OPEN if any(view.questions for view in views) else _State.READY


def _preview(preview: Preview, key: str, *, is_open: bool) -> None:
    kinds = ", ".join(counted(n, kind) for kind, n in preview.kinds.items() if n)
    types = ", ".join(f"{n:,} {kind.replace('_', ' ')}" for kind, n in preview.types.items() if n)
    span = "" if preview.first is None or preview.last is None else text.days(preview.first, preview.last)
    campaigns = ", ".join(list(preview.campaigns.values())[:5]) + (" …" if len(preview.campaigns) > 5 else "")
    limit = "" if preview.is_complete else f"The first {PREVIEWED:,} records: "
    st.text(limit + " · ".join(filter(None, (kinds, types, span, campaigns and f"campaign {campaigns}"))))
    for remark in filter(None, (*preview.notices, still_deleted(preview.campaigns))):
        st.caption(text.escape(remark))
    if preview.records:
        with st.expander("First rows as they will be imported", expanded=is_open, key=f"{key}-rows"):
            tables.show_frame(
                pd.DataFrame([_row(record) for record in preview.records[:_ROWS]]),
                key=f"{key}-preview",
                alt="The first rows as they will be imported",
            )
    if preview.problems:
        with st.expander(rejects.sentence(preview.problems_total), key=f"{key}-problems"):
            rejects.rejected_table(preview.problems, key=f"{key}-rejected")


def _row(record: Record) -> dict[str, Any]:
    """A record with the fields that it has, as words that fit into a table; ids mean nothing to people."""
    return {"kind": type(record).__name__.removesuffix("Record").lower()} | {
        name.replace("_", " "): value
        for name, value in record._asdict().items()
        if value is not None and not name.endswith("_id")
    }


def _remember_mappings(uploads: Uploads) -> None:
    for each in uploads.files:
        try:
            views = each.views(store_for(Role.EDITOR))
        except OutreachError:  # it is shown already, and the import keeps it in the history
            continue
        for view in views:
            if view.plan.mapping is not None and view.plan.content is not None:
                save_mapping(store_for(Role.EDITOR), view.plan.content.fields, view.plan.mapping, by=author_name())


# --- the report --------------------------------------------------------------------------------------------------


def _report(job: ImportJob) -> None:
    with cards.card("Last import", key="import-report"):
        for report in job.reports:
            _report_of(report)
        for problem in job.problems:
            st.error(text.escape(problem), icon="⚠️")
        st.button("Close", key="import-report-close", on_click=session.close_report)


def _report_of(report: LoadReport) -> None:
    st.text(report.sentence())
    for note in report.notes:
        st.caption(text.escape(note))
    if report.notes_total > len(report.notes):
        st.caption(f"… and {report.notes_total - len(report.notes):,} more.")
    if report.rejected_total:
        st.markdown(f"**{rejects.sentence(report.rejected_total)}.** Everything else is in.")
        rejects.rejected_table(report.rejected, key=f"rejected-{report.load_id}")
        rejects.rejected_button([report.load_id])
