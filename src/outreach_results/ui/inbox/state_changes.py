"""Change the state of one reply, or of all that the filters show; a status message then offers to undo it.

The name recorded with a change comes from a field among the view's options until there is a sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from outreach_results.errors import ConflictError, OutreachError
from outreach_results.models import Filters, InboxReply, Sentiment
from outreach_results.results import InboxFilters, ReplyKey, ReplyStatus, chosen_replies, key_of
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.state_changes import Action, Batch, Change, Preview
from outreach_results.ui import cache, filters, styles, text
from outreach_results.ui.cache import store
from outreach_results.ui.filters import View
from outreach_results.ui.inbox import inbox_url, labels

SOMEONE = "someone"
LONGEST_NAME = 80
_WHO, _STATUS, _PENDING = "inbox-who", "inbox-status", "inbox-pending"

_BULK: dict[str, Change] = {
    "Mark as handled": Action.HANDLED,
    "Open again": Action.REOPENED,
    **{f"Set to {sentiment}": sentiment for sentiment in Sentiment},
    "Take corrections back": Action.CORRECTION_CLEARED,
}


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """The result of the last change. ``batch`` can be undone, after which ``reply`` is shown again."""

    sentence: str
    is_warning: bool = False
    batch: Batch | None = None
    reply: ReplyKey | None = None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A bulk change that waits for confirmation; dropped as soon as other filters are chosen."""

    filters: Filters
    inbox_filters: InboxFilters
    change: Change
    preview: Preview


def who_field() -> None:
    """Show the field for the name that is recorded with changes."""
    with filters.options():
        st.text_input(
            "Your name",
            placeholder=SOMEONE,
            max_chars=LONGEST_NAME,
            key=_WHO,
            persist_state="session",
            autocomplete="name",
            help="Stands beside what you mark, so that others know whom to ask.",
        )


def who() -> str:
    """The name that is recorded with changes, or "someone" where none is given."""
    return " ".join(str(st.session_state.get(_WHO) or "").split()) or SOMEONE


def change_shown_reply(reply: InboxReply, change: Change, goes_on_to: ReplyKey | None = None) -> None:
    """Change one reply, unless it was changed since it was shown, and show ``goes_on_to`` next. For callbacks."""

    def change_it() -> StatusMessage:
        key, subject = key_of(reply), f"The reply of {labels.sender(reply)}"
        try:
            batch = state_changes.change_reply(store(), *key, change, by=who(), seen_version=reply.mark_version)
        except ConflictError as error:
            inbox_url.read(key)  # keep showing it, with its new state, even where it is no longer listed
            raise ConflictError(f"{subject}: {error}") from error
        inbox_url.read(goes_on_to or key)
        return StatusMessage(labels.done_sentence(batch, subject), batch=batch, reply=key)

    _try(change_it)


def leaves_the_list(change: Action, inbox_filters: InboxFilters) -> bool:
    """Whether a reply no longer matches the filters once it is handled or opened again."""
    return {Action.HANDLED: ReplyStatus.OPEN, Action.REOPENED: ReplyStatus.HANDLED}.get(change) == inbox_filters.status


def show_status() -> None:
    """Show what the last change did, with an undo button, at the bottom of the window whatever the scroll position."""
    status: StatusMessage | None = st.session_state.get(_STATUS)
    if status is None:
        return
    styles.apply("inbox_status", extra=styles.page_background())
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        border=True,
        key="inbox-warning" if status.is_warning else "inbox-done",
    ):
        st.text(status.sentence)
        st.space("stretch")
        if status.batch is not None and status.batch.changed:
            st.button("Undo", key="inbox-undo", shortcut="Z", on_click=_undo, args=(status,))
        st.button("Close", key="inbox-close", type="tertiary", on_click=_set_status, args=(None,))


def bulk_menu(filters: Filters, inbox_filters: InboxFilters, total: int) -> None:
    """Show the menu of changes to all replies that match the filters, on every page of the list."""

    def choose() -> None:
        change = _BULK[st.session_state["inbox-bulk"]]
        _set_status(None)
        _try(lambda: _propose(filters, inbox_filters, change))

    st.menu_button(
        f"All {labels.replies(total)} …" if total > 1 else "This one reply …",
        list(_BULK),
        key="inbox-bulk",
        on_click=choose,
        help="Does the same to every reply of this list, on all its pages. It is asked for a confirmation first.",
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
        st.text(f"These are: {labels.filters_sentence(inbox_filters)} · {view.sentence()}.")
        with st.container(horizontal=True):
            st.button(
                labels.button_label(pending.change, pending.preview.changed),
                key="inbox-confirmed",
                type="primary",
                on_click=_confirmed,
                args=(pending,),
            )
            st.button("Cancel", key="inbox-cancel", on_click=_drop)


def _propose(filters: Filters, inbox_filters: InboxFilters, change: Change) -> StatusMessage | None:
    preview = state_changes.preview(store(), chosen_replies(filters, inbox_filters), change)
    if not preview.changed:
        return StatusMessage("Nothing to do: all of these replies are so already.")
    st.session_state[_PENDING] = _Pending(filters, inbox_filters, change, preview)
    return None


def _confirmed(pending: _Pending) -> None:
    def change_them() -> StatusMessage:
        conditions = chosen_replies(pending.filters, pending.inbox_filters)
        batch = state_changes.change_replies(store(), conditions, pending.change, by=who(), seen=pending.preview.seen)
        inbox_url.start_over()
        return StatusMessage(labels.done_sentence(batch), batch=batch)

    _drop()
    _try(change_them)


def _undo(status: StatusMessage) -> None:
    def take_back() -> StatusMessage:
        assert status.batch is not None
        undone = state_changes.undo(store(), status.batch, by=who())
        if status.reply is not None:
            inbox_url.read(status.reply)
        return StatusMessage(labels.undone_sentence(undone, cache.zone()), is_warning=undone.changed_since_total > 0)

    _try(take_back)


def _try(action: Callable[[], StatusMessage | None]) -> None:
    """Run an action and set its status message; where it is refused, the reason. The rerun shows the current state."""
    try:
        _set_status(action())
    except OutreachError as error:
        _set_status(StatusMessage(str(error), is_warning=True))


def _set_status(status: StatusMessage | None) -> None:
    st.session_state[_STATUS] = status


def _drop() -> None:
    st.session_state.pop(_PENDING, None)
