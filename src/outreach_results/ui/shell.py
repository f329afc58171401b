"""The frame of every page: the filters, the notices, the empty state and error handling."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from outreach_results.errors import OutreachError
from outreach_results.store import admin
from outreach_results.sync.run import sync_status
from outreach_results.ui import cache, filters, imports, styles, text, url_state
from outreach_results.ui.cache import ask, snapshot_value, store
from outreach_results.ui.components import glossary
from outreach_results.ui.filters import View
from outreach_results.ui.welcome import welcome

_log = logging.getLogger(__name__)

_VIEW = "outreach-view"


def open_view(page: str) -> None:
    """Draw the filters and the notices. Called by app.py on every run, before the page."""
    st.session_state.pop(_VIEW, None)
    styles.apply("page")
    label_of = ask(filters.campaign_labels)  # first, so that nothing is drawn if the database cannot be opened
    url_state.begin_run(page)
    if not label_of:
        welcome()
        st.stop()
    view = filters.sidebar(label_of)
    if view is None:
        st.info("The campaigns are here, but nothing has been sent yet. As soon as it has, it shows here.")
        st.stop()
    _sync_line()
    url_state.keep_place()
    imports.notice(page)
    if ask(admin.has_sample):
        _sample_notice()
    st.session_state[_VIEW] = view


def current_view() -> View:
    """The view of this run; stops a page that runs without app.py."""
    view = st.session_state.pop(_VIEW, None)  # removed, so that a run without app.py does not find an old one
    if not isinstance(view, View):
        st.info("Open the dashboard at its front page.")
        st.link_button("To the front page", "/")
        st.stop()
    return view


def begin(title: str, question: str, *, by_period: bool = True) -> View:
    """Draw the title of a page, the question it answers and, if it is about a period, the chosen filters."""
    view = current_view()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(title, anchor=False)
        st.space("stretch")
        glossary()
    st.caption(f"{question} {view.sentence()}." if by_period else question)
    return view


@contextmanager
def show_errors() -> Iterator[None]:
    """Show an `OutreachError` as its message instead of a traceback."""
    try:
        yield
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")


def unexpected(error: Exception) -> bool:
    """Show a general message for an unexpected error, and log the error. For `st.App`."""
    _log.error("A page failed.", exc_info=error)
    st.error("Something went wrong here. Reload the page; if it stays, the log of the server says why.", icon="⚠️")
    return True


def _sync_line() -> None:
    """Draw when the platform was last synced, below the filters."""
    status = snapshot_value(sync_status)
    if status.last is None or status.last.finished_at is None:
        return
    when = text.moment(status.last.finished_at, cache.zone())
    is_fine = status.last.is_complete and status.start_failure is None
    trouble = "" if is_fine else " Not everything arrived: see the page Data."
    st.sidebar.caption(text.escape(f"Last synced {when}.{trouble}"))


def _sample_notice() -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="sample-notice", border=True):
        st.markdown("**This is sample data**, made up to show what the dashboard can do.")
        st.space("stretch")
        if st.button("Remove it", help="Removes the sample campaigns, plan and benchmarks. Your own results stay."):
            admin.remove_sample(store())
            st.rerun()
