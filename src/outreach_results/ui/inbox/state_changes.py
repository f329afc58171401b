"""Change the state of one reply, and undo the last change; a status message says what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from outreach_results.errors import ConflictError, OutreachError
from outreach_results.models import InboxReply, Sentiment
from outreach_results.models.team import Role
from outreach_results.results import NOBODY, InboxFilters, ReplyKey, ReplyStatus, key_of
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.changes import Action, Assignment, Change, Snooze
from outreach_results.store.replies.state_changes import Batch
from outreach_results.ui import cache
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import store_for
from outreach_results.ui.inbox import inbox_url, keys, labels

_STATUS = "inbox-status"


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """The result of the last change. ``batch`` can be undone, after which ``reply`` is shown again."""

    sentence: str
    is_warning: bool = False
    batch: Batch | None = None
    reply: ReplyKey | None = None


def change_shown_reply(reply: InboxReply, change: Change, goes_on_to: ReplyKey | None = None) -> None:
    """Change one reply, unless it was changed since it was shown, and show ``goes_on_to`` next. For callbacks."""

    def change_it() -> StatusMessage:
        key, subject = key_of(reply), labels.of_sender(reply)
        try:
            batch = state_changes.change_reply(
                store_for(Role.EDITOR, key[:1]), *key, change, by=author_name(), seen_version=reply.mark_version
            )
        except ConflictError:
            inbox_url.read(key)  # keep showing it, with its new state, even where it is no longer listed
            raise
        inbox_url.read(goes_on_to or key)
        return StatusMessage(labels.done_sentence(batch, subject), batch=batch, reply=key)

    attempt(change_it)
    keys.redraw_all()


def leaves_the_list(change: Change, inbox_filters: InboxFilters) -> bool:
    """Whether a reply no longer matches the filters once it is changed."""
    if isinstance(change, Sentiment):
        return change not in (inbox_filters.sentiments or inbox_url.sentiments_in(inbox_filters.kind))
    if isinstance(change, Assignment) or change == Action.UNASSIGNED:
        now = change.assignee if isinstance(change, Assignment) else NOBODY
        return inbox_filters.assignee not in (None, now)
    left = ReplyStatus.OPEN if isinstance(change, Snooze) else _LEFT.get(change)
    return left == inbox_filters.status


_LEFT = {
    Action.HANDLED: ReplyStatus.OPEN,
    Action.REOPENED: ReplyStatus.HANDLED,
    Action.SNOOZE_ENDED: ReplyStatus.SNOOZED,
}
"""The status that a reply no longer has after an action."""


def attempt(action: Callable[[], StatusMessage | None]) -> None:
    """Run an action and set its status message; where it is refused, the reason. The next run shows what is there."""
    try:
        set_status(action())
    except OutreachError as error:
        set_status(StatusMessage(str(error), is_warning=True))


def set_status(status: StatusMessage | None) -> None:
    """Show this message from the next run on, or none."""
    st.session_state[_STATUS] = status


def show_status() -> None:
    """Show what the last change did, with an undo button, at the bottom of the window whatever the scroll position."""
    status: StatusMessage | None = st.session_state.get(_STATUS)
    if status is None:
        return
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
        st.button("Close", key="inbox-close", type="tertiary", on_click=_close)


def _close() -> None:
    set_status(None)


def _undo(status: StatusMessage) -> None:
    def restore() -> StatusMessage:
        assert status.batch is not None
        undone = state_changes.undo(store_for(Role.EDITOR, status.batch.campaigns), status.batch, by=author_name())
        if status.reply is not None:
            inbox_url.read(status.reply)
        return StatusMessage(labels.undone_sentence(undone, cache.zone()), is_warning=undone.changed_since_total > 0)

    attempt(restore)
    keys.redraw_all()
