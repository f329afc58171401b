"""Changes of many replies at once: of those that are ticked, or of all that the filters show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from outreach_results.errors import ConflictError
from outreach_results.models import Filters, InboxReply
from outreach_results.models.team import Role
from outreach_results.results import InboxFilters, ReplyKey, chosen_replies, key_of, replies_of
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.changes import Change
from outreach_results.store.replies.state_changes import Preview
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import narrowed, store_for
from outreach_results.ui.filters import View
from outreach_results.ui.inbox import inbox_url, keys, labels, watch, work
from outreach_results.ui.inbox.state_changes import StatusMessage, attempt, set_status

_PENDING, _TICKED, _MENU = "inbox-pending", "inbox-ticked", "inbox-bulk"
_NOTHING_TO_DO = "Nothing to change: these replies are marked that way already."


@dataclass(frozen=True, slots=True)
class _Pending:
    """A bulk change that waits for confirmation; dropped as soon as other filters are chosen."""

    filters: Filters
    inbox_filters: InboxFilters
    change: Change
    preview: Preview


def tick(chosen: Sequence[ReplyKey]) -> None:
    """Note which replies are ticked. For callbacks."""
    st.session_state[_TICKED] = frozenset(chosen)


def ticked(listed: Sequence[InboxReply]) -> list[ReplyKey]:
    """The ticked ones of these replies."""
    chosen = st.session_state.get(_TICKED, ())
    return [key_of(reply) for reply in listed if key_of(reply) in chosen]


def menu(filters: Filters, inbox_filters: InboxFilters, total: int, listed: Sequence[InboxReply]) -> None:
    """Show the menu of changes to the ticked replies, or to all on every page of the list where none is ticked."""
    keys_ticked = ticked(listed)
    chosen = [reply for reply in listed if key_of(reply) in keys_ticked]

    def choose() -> None:
        label = st.session_state[_MENU]
        set_status(None)
        if chosen:
            attempt(lambda: _change(chosen, work.bulk_change(label)))
        else:
            attempt(lambda: _propose(filters, inbox_filters, work.bulk_change(label)))
        keys.redraw_all()

    st.menu_button(
        f"Bulk actions ({len(chosen) or total:,})",
        list(work.BULK),
        key=_MENU,
        on_click=choose,
        help="Applies to the selected replies. With none selected, to all of this list, on every page; "
        "you confirm that first.",
    )


def confirmation(view: View, inbox_filters: InboxFilters) -> None:
    """Show the pending bulk change, if there is one, with buttons to confirm and to cancel."""
    pending: _Pending | None = st.session_state.get(_PENDING)
    if pending is None:
        return
    if (pending.filters, pending.inbox_filters) != (view.filters, inbox_filters):
        _drop()
        return
    with st.container(border=True, key="inbox-confirm"):
        st.markdown(
            f"**{text.escape(labels.confirmation(pending.preview, pending.change, pending.preview.seen.replies))}**"
        )
        st.text(f"{labels.filters_sentence(inbox_filters).capitalize()} · {view.sentence()}")
        with st.container(horizontal=True):
            st.button(
                labels.button_label(pending.change, pending.preview.changed),
                key="inbox-confirmed",
                type="primary",
                on_click=_confirmed,
                args=(pending,),
            )
            st.button("Cancel", key="inbox-cancel", on_click=_cancel)


def _change(chosen: Sequence[InboxReply], change: Change) -> StatusMessage:
    """Change the ticked replies, unless one of them was changed since it was shown."""
    conditions = replies_of([key_of(reply) for reply in chosen])
    preview = state_changes.preview(store_for(Role.EDITOR), conditions, change)
    if preview.seen[:2] != (len(chosen), sum(reply.mark_version for reply in chosen)):
        raise ConflictError("Not saved: someone updated these first. Review and retry.")
    tick(())
    if not preview.changed:
        return StatusMessage(_NOTHING_TO_DO)
    opened = store_for(Role.EDITOR, {reply.campaign_id for reply in chosen})
    batch = state_changes.change_replies(opened, conditions, change, by=author_name(), seen=preview.seen)
    return StatusMessage(labels.done_sentence(batch), batch=batch)


def _propose(filters: Filters, inbox_filters: InboxFilters, change: Change) -> StatusMessage | None:
    preview = state_changes.preview(store_for(Role.EDITOR), chosen_replies(filters, inbox_filters), change)
    if not preview.changed:
        return StatusMessage(_NOTHING_TO_DO)
    st.session_state[_PENDING] = _Pending(filters, inbox_filters, change, preview)
    return None


def _confirmed(pending: _Pending) -> None:
    def change_them() -> StatusMessage:
        filters = narrowed(pending.filters)
        batch = state_changes.change_replies(
            store_for(Role.EDITOR, filters.campaigns),
            chosen_replies(filters, pending.inbox_filters),
            pending.change,
            by=author_name(),
            seen=pending.preview.seen,
        )
        inbox_url.start_over()
        watch.forget_read()
        return StatusMessage(labels.done_sentence(batch), batch=batch)

    _drop()
    attempt(change_them)
    keys.redraw_all()


def _cancel() -> None:
    _drop()


def _drop() -> None:
    st.session_state.pop(_PENDING, None)
