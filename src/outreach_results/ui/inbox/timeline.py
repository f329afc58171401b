"""A prospect's timeline as a list. What strangers wrote stands in it as plain characters."""

from __future__ import annotations

from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from outreach_results.models import COUNT_OF, EventType
from outreach_results.results import Timeline, TimelineEvent
from outreach_results.ui import styles, text
from outreach_results.ui.charts import COLORS

_COLOR = {kind: COLORS[count] for kind, count in COUNT_OF.items()}
_MACHINE = "by a machine (privacy proxy or link scanner)"
_HAPPENED = {
    EventType.SENT: "Sent",
    EventType.DELIVERED: "Delivered",
    EventType.BOUNCED: "Bounced",
    EventType.OPENED: "Opened",
    EventType.CLICKED: "Clicked",
    EventType.REPLIED: "Replied",
    EventType.UNSUBSCRIBED: "Unsubscribed",
    EventType.MEETING_BOOKED: "Meeting booked",
}


def timeline(found: Timeline, reply_id: str, zone: ZoneInfo) -> None:
    """Everything that happened to the campaign's e-mails to this prospect, oldest first."""
    if not found.events:
        st.caption("Nothing else is known of this prospect.")
        return
    entries = "".join(_entry(happening, found.emails, reply_id, zone) for happening in found.events)
    styles.apply("timeline")
    st.html(f'<ol class="timeline" aria-label="Timeline">{entries}</ol>')
    if found.is_cut:
        st.caption(f"Only the first {len(found.events):,} entries are shown.")


def sentence(happening: TimelineEvent, emails: int, zone: ZoneInfo) -> str:
    """What happened, in words: Opened 3 times, last on 2 Feb 2026, 09:11 (e-mail 2)."""
    said = _HAPPENED[happening.type]
    if happening.url:
        said += f" {happening.url}"
    if happening.sentiment is not None:
        said += f" ({happening.sentiment})"
    elif happening.is_machine:
        said += f" {_MACHINE}"
    if happening.count > 1:
        said += f" {happening.count:,} times, last on {text.moment(happening.last_at, zone)}"
    return f"{said} · e-mail {happening.email}" if emails > 1 and happening.email else said


def _entry(happening: TimelineEvent, emails: int, reply_id: str, zone: ZoneInfo) -> str:
    own = ' class="this"' if happening.reply_id == reply_id else ""
    return (
        f'<li style="--dot:{_COLOR[happening.type]}"{own}><time>{text.moment(happening.at, zone)}</time>'
        f"<span>{escape(sentence(happening, emails, zone))}</span></li>"
    )
