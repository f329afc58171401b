"""A prospect's timeline as an HTML list; text from outside is escaped."""

from __future__ import annotations

from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from outreach_results.models import COUNT_OF, EventType
from outreach_results.results import Timeline, TimelineEvent
from outreach_results.ui import text
from outreach_results.ui.charts import COLORS, SENTIMENT_NAMES

_COLOR = {kind: COLORS[count] for kind, count in COUNT_OF.items()}
_MACHINE = "by a bot (privacy proxy or link scanner)"
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


def timeline(history: Timeline, reply_id: str, zone: ZoneInfo) -> None:
    """Show all events of the campaign's emails to this prospect, oldest first."""
    if not history.events:
        st.caption("Nothing else is known about this contact.")
        return
    entries = "".join(_entry(event, history.emails, reply_id, zone) for event in history.events)
    st.html(f'<h3 class="timeline-heading">Timeline</h3><ol class="timeline" aria-label="Timeline">{entries}</ol>')
    if history.is_cut:
        st.caption(f"Only the first {text.counted(len(history.events), 'entry')} are shown.")


def sentence(event: TimelineEvent, emails: int, zone: ZoneInfo) -> str:
    """An event as a text: Opened 3 times, last on Feb 2, 2026, 9:11 AM · email 2."""
    words = _HAPPENED[event.type]
    if event.url:
        words += f" {event.url}"
    if event.sentiment is not None:
        words += f" ({SENTIMENT_NAMES[event.sentiment].lower()})"
    elif event.is_machine:
        words += f" {_MACHINE}"
    if event.marked_by is not None:
        words += f", marked by {event.marked_by}"
    if event.count > 1:
        words += f" {event.count:,} times, last on {text.moment(event.last_at, zone)}"
    return f"{words} · email {event.email}" if emails > 1 and event.email else words


def _entry(event: TimelineEvent, emails: int, reply_id: str, zone: ZoneInfo) -> str:
    own = ' class="this"' if event.reply_id == reply_id else ""
    return (
        f'<li style="--dot:{_COLOR[event.type]}"{own}><time>{text.moment(event.at, zone)}</time>'
        f"<span>{escape(sentence(event, emails, zone))}</span></li>"
    )
