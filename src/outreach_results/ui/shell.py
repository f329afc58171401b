"""The frame of every page: the filters, the notices, the empty state and error handling."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

import streamlit as st

from outreach_results import results
from outreach_results.config import settings
from outreach_results.errors import OutreachError
from outreach_results.models.team import Role
from outreach_results.store import admin
from outreach_results.sync.status import sync_status
from outreach_results.ui import branding, filters, fold, gate, imports, png_export, report, saved_views, text, url_state
from outreach_results.ui.cache import ask, may, person, snapshot_value, store_for
from outreach_results.ui.components import glossary, only_in_print
from outreach_results.ui.filters import View
from outreach_results.ui.fragments import show_errors as show_errors
from outreach_results.ui.sign_in import carries_link
from outreach_results.ui.welcome import welcome, without_activity

_log = logging.getLogger(__name__)

NO_ACTIVITY = "No activity in this period. Try a longer date range."

_VIEW, _TITLE = "outreach-view", "outreach-title"

WITHOUT_FILTERS = frozenset({"usage", "data"})
"""The pages to which the filters do not apply. They are not shown there, and keep their values."""


OF_ACCOUNT = {
    "usage": "Usage, plan and quota are those of the whole account, and you see a part of its campaigns only.",
    "data": "Imports and settings are those of the whole account, and you see a part of its campaigns only. Ask an "
    "admin to import a file for you; what it holds of your campaigns then shows on your pages.",
}
"""The pages about the account as a whole, and what they say to who sees a part of it."""


NOT_SHARED = "This page isn't part of what was shared with you."


def shown_pages(pages: Collection[str]) -> set[str]:
    """The pages in the navigation. Where it is not known who is there, those that everybody has."""
    try:
        if settings().sign_in is None and not carries_link():
            return set(pages)
        there = person()
    except OutreachError:
        return set(pages) - OF_ACCOUNT.keys()
    if there.link is not None:
        return set(pages) & set(there.link.pages)
    return set(pages) - (OF_ACCOUNT.keys() if there.limit is not None else set())


def _refusal(page: str) -> str | None:
    """Why who is there may not see a page; None if they may."""
    there = person()
    if there.link is not None and page not in there.link.pages:
        return NOT_SHARED
    return OF_ACCOUNT.get(page) if there.limit is not None else None


def open_view(page: str) -> None:
    """Draw the bar with the filters, and the notices. Called by app.py on every run, before the page."""
    for kept in (_VIEW, _TITLE):
        st.session_state.pop(kept, None)
    gate.pass_gate()
    gate.account_menu()
    branding.brand(person().link)
    if (refusal := _refusal(page)) is not None:
        st.title(page.capitalize(), anchor=False)
        st.info(refusal)
        st.stop()
    label_of = ask(filters.campaign_labels)  # first, so that nothing is drawn if the database cannot be opened
    url_state.begin_run(page)
    png_export.place()
    if not label_of:
        if person().link is not None:
            st.info("There are no results here yet.")
        elif person().limit is not None:
            st.info("There are no campaigns for you to see yet. An admin can give you clients on Data → Team.")
        else:
            welcome()
        st.stop()
    view = _bar(label_of, page)
    if view is None:
        without_activity()
        st.stop()
    url_state.keep_place()
    imports.notice(page)
    if ask(results.shows_sample):
        _sample_notice()
    if view.filters.campaigns == ():
        assign = "Choose others, or assign some in Data → Settings → Clients & tags."
        st.info(text.escape(f"No campaign matches {view.labels}. {assign}"))
        st.stop()
    st.session_state[_VIEW] = view


def _bar(label_of: dict[str, str], page: str) -> View | None:
    """Draw the row under the navigation: the page's title, the filters, and what they come to."""
    has_filters = page not in WITHOUT_FILTERS
    glossary()
    with st.container(horizontal=True, vertical_alignment="center", key="filter-bar"):
        title = st.container(horizontal=True, vertical_alignment="center", width="content")
        title.title(page.capitalize(), anchor=False, width="content")
        st.session_state[_TITLE] = title
        folded = st.container(key="filter-fold")
        if has_filters:
            with st.container(horizontal=True, vertical_alignment="center", key="filter-controls", width="content"):
                view = filters.bar(label_of, page)
                if view is not None:
                    report.menu(view)
                    if person().link is None:  # saving a view would be a change
                        saved_views.menu(page, label_of)
        else:
            view = filters.unfiltered()
        if view is None:
            return None
        with folded:
            fold.fold(view.summary() if has_filters else "", page, url_state.parameters({}))
        if has_filters:
            caption = view.caption(ask(filters.as_of))
            st.caption(text.escape(" · ".join([caption, *_sync_trouble()])), text_alignment="right")
    account = settings().brand_name or "Outreach Results"  # as on reports: a printed page is one that can be sent
    only_in_print(" · ".join([account, _printed(view, label_of, has_filters=has_filters)]), key="head")
    return view


def _printed(view: View, label_of: Mapping[str, str], *, has_filters: bool) -> str:
    """What a printed page says instead of the filters; without them, until when its data reaches."""
    return view.in_print(label_of) if has_filters else f"data through {text.day(view.last)}"


def current_view() -> View:
    """The view of this run; stops a page that runs without app.py."""
    view = st.session_state.pop(_VIEW, None)  # removed, so that a run without app.py does not find an old one
    if not isinstance(view, View):
        st.info("Open the dashboard at its front page.")
        st.link_button("To the front page", "/")
        st.stop()
    return view


def begin(title: str, question: str = "") -> View:
    """Begin a page below the bar, which has its title already; without a bar, draw the title.

    Args:
        question: what the page answers; shown beside the title where no filters are.
    """
    view = current_view()
    place = st.session_state.pop(_TITLE, None)
    if place is None:
        st.title(title, anchor=False, width="content")
    elif question and not view.label:
        place.caption(question, width="content")
    return view


def unexpected(error: Exception) -> bool:
    """Show a general message for an unexpected error, and log the error. For `st.App`.

    Of a callback also an expected one comes here: that somebody may not do this, for one.
    """
    if isinstance(error, OutreachError):
        st.error(text.escape(str(error)), icon="⚠️")
        return True
    _log.error("A page failed.", exc_info=error)
    st.error("Something went wrong here. Reload the page; if it stays, the log of the server says why.", icon="⚠️")
    return True


def _sync_trouble() -> list[str]:
    """The warning about the last sync, as a list of one; empty where nothing is wrong with it."""
    status = snapshot_value(sync_status)
    is_fine = all(account.is_fine for account in status.accounts.values())
    return [] if is_fine else ["the last sync is incomplete: see Data"]


def _sample_notice() -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="sample-notice"):
        st.markdown("This is sample data.", width="content")
        if may(Role.ADMIN) and st.button(
            "Remove sample data",
            type="tertiary",
            help="Removes the sample campaigns, plan and benchmarks. Your own results stay.",
        ):
            admin.remove_sample(store_for(Role.ADMIN), by=person().address)
            st.rerun()
