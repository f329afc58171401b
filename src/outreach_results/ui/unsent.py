"""The card of the data page that lists events of emails which no source says were sent."""

from __future__ import annotations

import streamlit as st

from outreach_results import results
from outreach_results.results import UnsentEvents
from outreach_results.ui import cards, charts, downloads, tables, text

_AT_FIRST, _ALL = 10, "unsent-all"
_COLUMNS = (
    tables.Column("campaign_name", "Campaign", is_wide=True),
    tables.Column("recipient", "Recipient"),
    tables.Column("event", "Event"),
    tables.Column("occurred_at", "When", descending=True, write=tables.moment),
)


def unsent(found: UnsentEvents) -> None:
    """Draw the card, where there are such events."""
    if not found.outcomes:
        return
    with cards.card("Without a sent record", key="unsent", downloads=downloads.Unsent()):
        st.caption(text.escape(_sentence(found)))
        frame = found.events.assign(event=[_words(kind) for kind in found.events["type"]])
        if not st.session_state.get(_ALL):
            frame = frame.head(_AT_FIRST)
        tables.show_frame(frame, _COLUMNS, key="unsent", alt="Events of emails that were never seen as sent")
        if len(found.events) > _AT_FIRST:
            st.toggle(f"Show {len(found.events)}", key=_ALL)


def _sentence(found: UnsentEvents) -> str:
    n, campaigns = sum(found.outcomes.values()), len(found.outcomes)
    outcomes = f"{text.counted(n, 'outcome')} {'belongs' if n == 1 else 'belong'}"
    where = "one campaign" if campaigns == 1 else text.counted(campaigns, "campaign")
    listed = len(found.events)
    rest = f" {listed} events can be listed here; the download has all." if listed == results.UNSENT_SHOWN else ""
    return (
        f"{outcomes} to emails of {where} that your data never shows as sent. They count by event date, but not by "
        f"send date, until the sent emails are imported or synced too.{rest}"
    )


def _words(kind: str) -> str:
    return charts.LABELS.get("meetings_booked" if kind == "meeting_booked" else kind, kind)
