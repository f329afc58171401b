"""The answers that a crowd got, compared with the database at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select, text

from outreach_results.ingest.records import EmailRecord, EventRecord, MarkRecord, ReplyRecord
from outreach_results.models import Sentiment
from outreach_results.store import schema
from outreach_results.store.engine import Store, open_store
from support.crowd import Crowd
from support.records import MARKED
from support.recount import days_of, hours_of, lags_of, stored_days, stored_hours, stored_lags

Mark = tuple[str | None, bool, bool, int]
"""The corrected sentiment, whether it is handled, whether it led to a meeting, and the version."""


def records_held_against(crowd: Crowd) -> list[str]:
    """What is missing, too much or counted wrongly; nothing, where every acknowledged record is there once."""
    store = open_store(crowd.url)
    reported: dict[Table, set[tuple[str, str]]] = {
        schema.emails: {(r.campaign_id, r.email_id) for r in crowd.records if isinstance(r, EmailRecord)},
        schema.replies: {(r.campaign_id, r.reply_id) for r in crowd.records if isinstance(r, ReplyRecord)},
    }
    reported[schema.events] = reported[schema.replies] | {
        (r.campaign_id, r.event_id) for r in crowd.records if isinstance(r, EventRecord)
    }
    expected = _expected_marks(crowd)
    reported[schema.events] |= {
        (own[0], f"{own[1]}{schema.MARKED_MEETING}") for own, mark in expected.items() if mark[2]
    }
    result = [
        difference
        for table, keys in reported.items()
        for difference in _difference(table.name, keys, _rows(store, *list(table.primary_key.columns)[:2]))
    ]
    marks = [
        MarkRecord(*reply, sentiment, None, None, MARKED, meeting_marked_at=MARKED if has_meeting else None)
        for reply, (sentiment, _, has_meeting, _) in expected.items()
    ]
    everything = [*marks, *crowd.records]
    for name, stored, recounted in (
        ("daily_stats", stored_days(store), days_of(everything)),
        ("hourly_stats", stored_hours(store), hours_of(everything)),
        ("lag_stats", stored_lags(store), lags_of(everything)),
    ):
        result += [
            f"{name} {day}: {stored.get(day)} instead of {recounted.get(day)}"
            for day in sorted(stored.keys() | recounted.keys())
            if stored.get(day) != recounted.get(day)
        ]
    with store.read() as connection:
        intact = connection.execute(text("PRAGMA integrity_check")).scalar()
    result += [] if intact == "ok" else [f"integrity: {intact}"]
    store.close()
    return result


def marks_held_against(crowd: Crowd) -> list[str]:
    """Which marks are not as the last acknowledged change left them, and which changes were not noted."""
    store = open_store(crowd.url)
    mark = schema.reply_marks.c
    states = (mark.sentiment, mark.handled_at.is_not(None), mark.meeting_marked_at.is_not(None), mark.version)
    rows = _rows(store, mark.campaign_id, mark.reply_id, *states)
    stored = {(row[0], row[1]): (row[2], bool(row[3]), bool(row[4]), row[5]) for row in rows}
    expected = _expected_marks(crowd)
    noted = _rows(store, func.count(schema.mark_changes.c.version))[0][0]
    store.close()
    changed = sum(version for *_, version in expected.values())
    return [
        *_difference("reply_marks", expected.items(), stored.items()),
        *([] if noted == changed else [f"{noted} changes were noted instead of {changed}"]),
    ]


def _expected_marks(crowd: Crowd) -> dict[tuple[str, str], Mark]:
    """The marks that the acknowledged changes lead to, one after the other."""
    sentiments = {(r.campaign_id, r.reply_id): r.sentiment for r in crowd.records if isinstance(r, ReplyRecord)}
    marks: dict[tuple[str, str], Mark] = {}
    for campaign_id, reply_id, change, version in crowd.marks:
        own = (campaign_id, reply_id)
        sentiment, handled, has_meeting, before = marks.get(own, (None, False, False, 0))
        if version == before:
            continue  # it was so already
        if change in set(Sentiment):
            sentiment = change if change != sentiments[own] else None
        elif change == "taken_back":
            sentiment = None
        elif change in ("meeting_booked", "meeting_removed"):
            has_meeting = change == "meeting_booked"
        elif change in ("handled", "reopened"):
            handled = change == "handled"
        # Who answers and until when it is put off are other columns: only the version says that they changed.
        marks[own] = (sentiment, handled, has_meeting, version)
    return marks


def _rows(store: Store, *columns: ColumnElement[Any]) -> Sequence[Any]:
    with store.read() as connection:
        return connection.execute(select(*columns)).all()


def _difference(what: str, reported: Iterable[Any], stored: Iterable[Any]) -> list[str]:
    wanted, there = {repr(tuple(row)) for row in reported}, {repr(tuple(row)) for row in stored}
    missing, unknown = sorted(wanted - there), sorted(there - wanted)
    return [f"{what}: {row} is missing" for row in missing] + [f"{what}: {row} is unknown" for row in unknown]
