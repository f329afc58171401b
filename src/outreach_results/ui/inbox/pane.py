"""The reading pane: one reply in full, its controls, and the prospect's timeline."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from outreach_results import results
from outreach_results.models import Campaign, Filters, InboxReply, Sentiment
from outreach_results.results import Inbox, InboxFilters, Neighbors, ReplyKey, key_of
from outreach_results.store.replies.state_changes import Action
from outreach_results.ui import cache, styles, text
from outreach_results.ui.cache import ask, store
from outreach_results.ui.inbox import inbox_url, labels
from outreach_results.ui.inbox.state_changes import change_shown_reply, leaves_the_list
from outreach_results.ui.inbox.timeline import timeline


def shown_reply(inbox_page: Inbox) -> InboxReply | None:
    """The reply that the URL names, listed or not; without one the first of the list; None if it is empty."""
    key = inbox_url.reply()
    listed = next((reply for reply in inbox_page.replies if key_of(reply) == key), None)
    if key is None or listed is not None:
        return listed or (inbox_page.replies[0] if inbox_page.replies else None)
    other = ask(results.reply, *key)
    if other is None:
        inbox_url.refuse_reply()
        return inbox_page.replies[0] if inbox_page.replies else None
    return other


def reading_pane(
    reply: InboxReply | None,
    inbox_page: Inbox,
    filters: Filters,
    inbox_filters: InboxFilters,
    campaigns: Sequence[Campaign],
) -> None:
    """Draw one reply in full, with all text from outside shown literally."""
    if reply is None:
        return
    is_listed = key_of(reply) in map(key_of, inbox_page.replies)
    around = _around(reply, inbox_page) if is_listed else ask(results.neighbors, filters, inbox_filters, reply)
    styles.apply("inbox_pane", extra=styles.page_background())
    with (
        st.container(key="inbox-chosen" if inbox_url.reply() else "inbox-first"),
        st.container(border=True, key="inbox-pane"),
    ):
        _navigation(around, inbox_page, filters, inbox_filters)
        if not is_listed:
            st.caption("This reply is not among those listed: the filters or the page leave it out.")
        _message(reply, campaigns)
        _actions(reply, inbox_filters, around)
        st.subheader("Timeline", anchor=False)
        timeline(ask(results.timeline, reply.campaign_id, reply.id), reply.id, cache.zone())


def _around(reply: InboxReply, inbox_page: Inbox) -> Neighbors:
    keys = [inbox_page.before, *map(key_of, inbox_page.replies), inbox_page.after]
    place = keys.index(key_of(reply), 1)
    return Neighbors(keys[place - 1], keys[place + 1])


def _navigation(around: Neighbors, inbox_page: Inbox, filters: Filters, inbox_filters: InboxFilters) -> None:
    """Show the buttons to the list, the previous reply and the next one."""
    with st.container(horizontal=True, vertical_alignment="center", key="inbox-way"):
        st.button("‹ List", key="inbox-back", on_click=inbox_url.read, args=(None,))
        for label, key, shortcut, to in (
            ("Previous", "inbox-previous", "K", around.before),
            ("Next", "inbox-next", "J", around.after),
        ):
            st.button(
                label,
                key=key,
                shortcut=shortcut,
                disabled=to is None,
                on_click=_go,
                args=(to, inbox_page, filters, inbox_filters),
            )


def _go(to: ReplyKey | None, inbox_page: Inbox, filters: Filters, inbox_filters: InboxFilters) -> None:
    if to is not None and to not in map(key_of, inbox_page.replies):
        inbox_url.show_page(results.page_of(store(), filters, inbox_filters, to))
    inbox_url.read(to)


def _message(reply: InboxReply, campaigns: Sequence[Campaign]) -> None:
    zone = cache.zone()
    names = {campaign.id: campaign.name for campaign in campaigns}
    st.subheader(text.escape(labels.sender(reply)), anchor=False)
    st.text(" · ".join(filter(None, (reply.email, reply.company))))
    st.caption(
        f"{text.escape(names.get(reply.campaign_id, reply.campaign_id))} · "
        f"{text.moment(reply.received_at, zone)} ({zone.key})"
    )
    with st.container(border=True, key="inbox-body"):
        words = next((words for words in (reply.body, reply.preview) if words and words.strip()), None)
        if words is None:
            st.caption("No text in this reply")
        else:
            st.text(words)


def _actions(reply: InboxReply, inbox_filters: InboxFilters, around: Neighbors) -> None:
    """Show the controls for sentiment and handling, and who used them before."""
    zone = cache.zone()
    _sentiment(reply)
    corrected = labels.correction(reply, zone)
    if corrected:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(text.escape(corrected))
            st.button(
                "Take it back",
                key="inbox-take-back",
                type="tertiary",
                on_click=change_shown_reply,
                args=(reply, Action.CORRECTION_CLEARED),
            )
    change = Action.HANDLED if reply.handled_at is None else Action.REOPENED
    next_reply = around.after or around.before if leaves_the_list(change, inbox_filters) else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Mark handled" if change == Action.HANDLED else "Open again",
            key="inbox-handle",
            shortcut="E",
            type="primary" if change == Action.HANDLED else "secondary",
            on_click=change_shown_reply,
            args=(reply, change, next_reply),
        )
        st.caption(text.escape(labels.handled(reply, zone) or "Open"))


def _sentiment(reply: InboxReply) -> None:
    key = f"inbox-sounds-{reply.mark_version}-{abs(hash(key_of(reply))):x}"

    def correct() -> None:
        # Unlike handling, a correction does not go on to the next reply: the person may not be done with this one.
        change_shown_reply(reply, Sentiment(st.session_state[key]))

    st.segmented_control(
        "Sentiment",
        [str(sentiment) for sentiment in Sentiment],
        default=str(reply.sentiment),
        format_func=str.capitalize,
        required=True,
        key=key,
        on_change=correct,
        help="Choose another where it is wrong. What the source says is kept beside it.",
    )
