"""The menu of saved views: save what is shown under a name, open, rename and delete.

A view is its page and its parameters as the URL has them, so that a period such as "Last 28 days" stays relative. Only
known pages and known parameters are kept, and they are looked at again before they are followed: a view leads nowhere
else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from outreach_results.errors import NotAllowedError, OutreachError
from outreach_results.models.team import Role
from outreach_results.store import saved_views
from outreach_results.store.engine import Store
from outreach_results.store.saved_views import SHARED, SavedView
from outreach_results.ui import campaign_codes, text, url_state
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import may, person, snapshot_value, store_for
from outreach_results.ui.url_parameters import PARAMETERS

_NAME, _FOR_ALL, _CHOSEN, _NEW_NAME, _PROBLEM = (
    *("saved-view-name", "saved-view-shared", "saved-view-chosen", "saved-view-new-name"),
    "saved-view-problem",
)
_POSITION = frozenset({"page", "reply"})
"""Parameters that say where in a list somebody is, which is no part of a view."""

PAGES = frozenset({url_state.HOME, *(one.page for one in PARAMETERS.values() if one.page)})
"""The pages that a view can be of."""


def menu(page: str, known: Collection[str]) -> None:
    """Draw the item of the filter bar.

    Args:
        page: what is shown now.
        known: the ids of all campaigns that the person may see.
    """
    with st.popover("Saved", key="saved-views", help="Saved views"), st.container(key="saved-views-content"):
        views = _views()
        problem: str = st.session_state.pop(_PROBLEM, "")
        if problem:
            st.warning(text.escape(problem))
        for view in views:
            st.button(
                text.escape(_label(view, known)),
                key=f"saved-view-{view.id}",
                type="tertiary",
                width="stretch",
                on_click=_open,
                args=(view,),
            )
        _save_form(page)
        _changes([view for view in views if _may_change(view)])


def address_of(view: SavedView) -> str | None:
    """Where a view leads; None where there is no such page (any more)."""
    if view.page not in PAGES:
        return None
    query = urlencode(_kept(dict(parse_qsl(view.query)), view.page))
    path = "/" if view.page == url_state.HOME else f"/{view.page}"
    return f"{path}?{query}" if query else path


def missing_campaigns(view: SavedView, known: Collection[str]) -> bool:
    """Whether a view asks for campaigns that are not there any more."""
    written = dict(parse_qsl(view.query)).get("campaigns", "")
    if campaign_codes.is_short(written):
        return campaign_codes.read(written, known)[1]
    return not set(filter(None, url_state.split(written))) <= set(known)


def _kept(parameters: Mapping[str, str], page: str) -> dict[str, str]:
    return {
        name: parameters[name]
        for name, parameter in PARAMETERS.items()
        if parameters.get(name) and parameter.page in ("", page) and name not in _POSITION
    }


def _label(view: SavedView, known: Collection[str]) -> str:
    parts = [view.name, view.page.capitalize()]
    if view.is_shared and person().address:
        parts.append("shared")
    if missing_campaigns(view, known):
        parts.append("a campaign of it was deleted")
    return " · ".join(parts)


def _views() -> list[SavedView]:
    return snapshot_value(_read)


def _read(_limited: Store) -> list[SavedView]:
    # Names of shared views may be those of clients, which somebody who sees one of them only must not learn.
    owners = (person().address,) if person().limit is not None else (person().address, SHARED)
    return saved_views.saved_views_of(_whole_store(), owners)


def _whole_store() -> Store:
    """The store in which one's own views are; no campaign is read or changed with it."""
    return store_for(Role.VIEWER, campaigns=())


def _may_share() -> bool:
    return may(Role.EDITOR) and person().limit is None


def _may_change(view: SavedView) -> bool:
    return _may_share() if view.is_shared else view.owner == person().address


def _save_form(page: str) -> None:
    with st.form("saved-view-form", border=False):
        st.text_input("Save this view as", key=_NAME, max_chars=saved_views.LONGEST_NAME, placeholder="Name")
        if person().address and _may_share():
            st.toggle("Shared with everyone", key=_FOR_ALL)
        st.form_submit_button("Save view", on_click=_attempt, args=(lambda: _save(page),), width="stretch")


def _changes(views: list[SavedView]) -> None:
    """Draw how those that the person may change are renamed and deleted."""
    if not views:
        return
    with st.expander("Rename or delete"), st.container(key="saved-view-changes"):
        by_id = {view.id: view for view in views}
        if st.session_state.get(_CHOSEN) not in by_id:
            st.session_state.pop(_CHOSEN, None)  # it was deleted meanwhile
        st.selectbox("View", list(by_id), format_func=lambda one: by_id[one].name, key=_CHOSEN)
        st.text_input("New name", key=_NEW_NAME, max_chars=saved_views.LONGEST_NAME)
        with st.container(horizontal=True):
            st.button("Rename", key="saved-view-rename", on_click=_attempt, args=(lambda: _rename(by_id),))
            st.button("Delete view", key="saved-view-delete", on_click=_attempt, args=(lambda: _remove(by_id),))


def _attempt(change: Callable[[], None]) -> None:
    try:
        change()
    except OutreachError as error:
        st.session_state[_PROBLEM] = str(error)


def _save(page: str) -> None:
    is_shared = not person().address or bool(st.session_state.get(_FOR_ALL))
    if is_shared and not _may_share():
        raise NotAllowedError("Shared views are saved by editors and admins. Save it for yourself.")
    # The text fields of the URL hold what callbacks of this run have not changed.
    query = urlencode(_kept(url_state.parameters({}), page))
    owner = SHARED if is_shared else person().address
    saved_views.save(_whole_store(), owner, str(st.session_state.get(_NAME) or ""), page, query, by=author_name())
    st.session_state[_NAME] = ""


def _rename(by_id: Mapping[str, SavedView]) -> None:
    view = _changeable(by_id)
    saved_views.rename(_whole_store(), view, str(st.session_state.get(_NEW_NAME) or ""), by=author_name())
    st.session_state[_NEW_NAME] = ""


def _remove(by_id: Mapping[str, SavedView]) -> None:
    saved_views.remove(_whole_store(), _changeable(by_id), by=author_name())


def _changeable(by_id: Mapping[str, SavedView]) -> SavedView:
    """The chosen view, if the person may change it now: a callback can come from a page that was drawn long ago."""
    view = by_id[st.session_state[_CHOSEN]]
    if not _may_change(view):
        raise NotAllowedError("Shared views are changed by editors and admins.")
    return view


def _open(view: SavedView) -> None:
    address = address_of(view)
    if address is None:
        st.session_state[_PROBLEM] = f"“{view.name}” is of a page that is no longer there. Delete it."
    else:
        url_state.turn_to(address)
