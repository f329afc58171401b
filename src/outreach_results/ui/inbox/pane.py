"""The list and the reading pane beside it: one reply in full, its controls, and the prospect's timeline."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from outreach_results import results
from outreach_results.models import Detail, Filters, InboxReply, Sentiment
from outreach_results.models.team import Role
from outreach_results.results import Inbox, InboxFilters, Neighbors, ReplyKey, Timeline, key_of
from outreach_results.store.replies.changes import Action, Change
from outreach_results.ui import cache, text, url_state
from outreach_results.ui.cache import ask, may, store_for
from outreach_results.ui.filters import View
from outreach_results.ui.fragments import fragment_run
from outreach_results.ui.inbox import inbox_url, keys, labels, listing, watch, work
from outreach_results.ui.inbox.message import message
from outreach_results.ui.inbox.state_changes import change_shown_reply, leaves_the_list, show_status
from outreach_results.ui.inbox.timeline import timeline

_KEYS = {Sentiment.POSITIVE: "1", Sentiment.NEUTRAL: "2", Sentiment.NEGATIVE: "3"}
"""The keyboard shortcuts of sentiments."""


@st.fragment(key=keys.DESK)
def desk(view: View, *, is_opened: bool) -> None:
    """Draw the list of replies, and beside it the one that is read; on a phone one of the two.

    Args:
        is_opened: whether the whole page is drawn, by a link maybe; in a run of the desk alone it is not.
    """
    with fragment_run() as is_alone:
        inbox_filters, inbox_page = listing.find(view.filters, is_link=is_opened and not is_alone)
        listed = (view.filters, inbox_filters, inbox_page.pagination.page)
        shown = shown_reply(inbox_page, read_before=watch.read_before(listed))
        watch.note_drawn(keys.DESK)
        watch.note_read(listed, shown)
        # What comes and goes has places of its own: where elements move, the browser draws those after them again.
        with st.container(horizontal=True, key="inbox-desk"):
            with st.container(border=True, key="inbox-list", gap=None):
                listing.reply_list(view, inbox_filters, inbox_page, shown)
            with st.container(border=True, key="inbox-pane", gap=None):
                if shown is not None:
                    _pane(shown, inbox_page, view.filters, inbox_filters)
        show_status()


def shown_reply(inbox_page: Inbox, *, read_before: ReplyKey | None = None) -> InboxReply | None:
    """The reply that the URL names, else the one ``read_before``, listed or not; else the first of the list, if any."""
    named = inbox_url.reply()
    key = named or read_before
    listed = next((reply for reply in inbox_page.replies if key_of(reply) == key), None)
    if key is None or listed is not None:
        return listed or (inbox_page.replies[0] if inbox_page.replies else None)
    other = ask(results.reply, *key)
    if other is None:
        if named is not None:
            inbox_url.refuse_reply()
        return inbox_page.replies[0] if inbox_page.replies else None
    return other


def _pane(reply: InboxReply, inbox_page: Inbox, filters: Filters, inbox_filters: InboxFilters) -> None:
    is_listed = key_of(reply) in map(key_of, inbox_page.replies)
    around = _neighbors(reply, inbox_page) if is_listed else ask(results.neighbors, filters, inbox_filters, reply)
    history = ask(results.timeline, reply.campaign_id, reply.id)
    campaign = next(one for one in ask(results.all_campaigns) if one.id == reply.campaign_id)
    _toolbar(reply, around, inbox_page, filters, inbox_filters)
    with st.container(key="inbox-text"):
        with st.container(key="inbox-states", gap="xsmall"):
            if not is_listed:
                st.caption(labels.HIDDEN)
            _states(reply, history, counts=campaign.detail == Detail.EVENTS)
        message(reply, campaign.name, history.answered)
        timeline(history, reply.id, cache.zone())
    if may(Role.EDITOR):
        _sentiment(reply, around, inbox_filters)


def _neighbors(reply: InboxReply, inbox_page: Inbox) -> Neighbors:
    keys = [inbox_page.before, *map(key_of, inbox_page.replies), inbox_page.after]
    place = keys.index(key_of(reply), 1)
    return Neighbors(keys[place - 1], keys[place + 1])


def _toolbar(
    reply: InboxReply, around: Neighbors, inbox_page: Inbox, filters: Filters, inbox_filters: InboxFilters
) -> None:
    """Show the buttons to the list, to the previous and the next reply, and those that mark this one."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="inbox-way"):
        for label, key, shortcut, to in (
            ("↑", "inbox-previous", "K", around.before),
            ("↓", "inbox-next", "J", around.after),
        ):
            st.button(
                label,
                key=key,
                shortcut=shortcut,
                disabled=to is None,
                help="Previous reply" if shortcut == "K" else "Next reply",
                on_click=_go,
                args=(to, inbox_page, filters, inbox_filters),
            )
        st.space("stretch")
        if may(Role.EDITOR):
            _marks(reply, around, inbox_filters)
        if inbox_url.reply():  # on a phone it leads from the reply to the list, and shows which of them is seen
            st.button("‹ Replies", key="inbox-back", type="tertiary", on_click=_close_reply)


def _marks(reply: InboxReply, around: Neighbors, inbox_filters: InboxFilters) -> None:
    """Show the buttons that mark the reply."""

    def apply(change: Change) -> None:
        change_shown_reply(reply, change, _next(change, around, inbox_filters))

    work.controls(reply, apply)
    with st.container(key="inbox-work-keys"):  # not displayed: they are there for their keys
        work.keys(reply, apply)
    has_meeting = reply.meeting_marked_at is not None
    st.button(
        "Remove meeting" if has_meeting else "Meeting booked",
        key="inbox-meeting",
        shortcut="M",
        help="Counts a meeting for the email this reply answers, beside what the source reports, and once.",
        on_click=change_shown_reply,
        args=(reply, Action.MEETING_REMOVED if has_meeting else Action.MEETING_BOOKED),
    )
    change = Action.HANDLED if reply.handled_at is None else Action.REOPENED
    st.button(
        "Mark done" if change == Action.HANDLED else "Reopen",
        key="inbox-handle",
        shortcut="E",
        type="primary" if change == Action.HANDLED else "secondary",
        on_click=change_shown_reply,
        args=(reply, change, _next(change, around, inbox_filters)),
    )


def _next(change: Change, around: Neighbors, inbox_filters: InboxFilters) -> ReplyKey | None:
    """The reply that is read after a change of this one; None where this one stays."""
    if isinstance(change, Sentiment):  # labeling goes on to the next one, listed or not
        return around.after or (around.before if leaves_the_list(change, inbox_filters) else None)
    return around.after or around.before if leaves_the_list(change, inbox_filters) else None


def _close_reply() -> None:
    inbox_url.read(None)
    url_state.keep_in_fragment()


def _go(to: ReplyKey | None, inbox_page: Inbox, filters: Filters, inbox_filters: InboxFilters) -> None:
    if to is not None and to not in map(key_of, inbox_page.replies):
        inbox_url.show_page(results.page_of(store_for(Role.VIEWER), filters, inbox_filters, to))
    inbox_url.read(to)
    url_state.keep_in_fragment()


def _states(reply: InboxReply, history: Timeline, *, counts: bool) -> None:
    """Show what people did with the reply before."""
    zone = cache.zone()
    booked = labels.meeting(reply, zone, counts=counts, in_source=history.has_source_meeting)
    of_work = (labels.assigned(reply, zone), labels.snoozed(reply, zone, datetime.now(UTC)))
    sentences = [*filter(None, (labels.done(reply, zone), *of_work, booked))]
    if sentences:  # in one paragraph, so that the reply itself begins near the top
        st.caption(text.escape(" ".join(sentences)))
    corrected = labels.correction(reply, zone)
    if corrected:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(text.escape(corrected), width="content")
            if may(Role.EDITOR):
                st.button(
                    "Undo correction",
                    key="inbox-take-back",
                    type="tertiary",
                    on_click=change_shown_reply,
                    args=(reply, Action.CORRECTION_CLEARED),
                )


def _sentiment(reply: InboxReply, around: Neighbors, inbox_filters: InboxFilters) -> None:
    """Show the choice of sentiments; the next reply opens after it."""
    key = f"inbox-sentiment-{reply.mark_version}-{abs(hash(key_of(reply))):x}"

    def label(sentiment: Sentiment) -> None:
        change_shown_reply(reply, sentiment, _next(sentiment, around, inbox_filters))

    def choose() -> None:
        # After a run that was interrupted, Streamlit reports a control as changed that holds what was drawn.
        if st.session_state[key] not in (None, str(reply.sentiment)):
            label(Sentiment(st.session_state[key]))

    with st.container(horizontal=True, vertical_alignment="center", key="inbox-sentiments"):
        st.segmented_control(
            "Sentiment",
            [str(sentiment) for sentiment in Sentiment],
            default=str(reply.sentiment),
            format_func=_with_key,
            required=True,
            key=key,
            on_change=choose,
            label_visibility="collapsed",
            width="content",
        )
    with st.container(key="inbox-keys"):  # not displayed: they are there for their keys
        for sentiment, shortcut in _KEYS.items():
            st.button(
                labels.SENTIMENTS[sentiment],
                key=f"inbox-key-{shortcut}",
                shortcut=shortcut,
                on_click=label,
                args=(sentiment,),
            )


def _with_key(sentiment: str) -> str:
    of = Sentiment(sentiment)
    return f"{labels.SENTIMENTS[of]} :gray[{_KEYS[of]}]" if of in _KEYS else labels.SENTIMENTS[of]
