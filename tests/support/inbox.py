"""What the inbox's tables have to hold, worked out from the replies and marks that are stored, in plain Python."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import select

from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.replies import inbox_table
from support.databases import rows_of


def _state(mark: Any, ended_on: date) -> str:
    if mark is not None and mark.handled_at is not None:
        return "handled"
    is_asleep = mark is not None and mark.snoozed_until is not None and mark.snoozed_until > ended_on
    return "snoozed" if is_asleep else "open"


def check_inbox(store: Store) -> int:
    """Assert that what the inbox is filtered, counted and searched by is what the replies say; how many there are."""
    with store.read() as connection:
        replies = connection.execute(select(schema.replies)).mappings().all()
        marks = {row[:2]: row for row in connection.execute(select(schema.reply_marks))}
        listed = {row[:2]: row[2:] for row in rows_of(connection, schema.inbox)}
        ended_on = inbox_table.snoozes_ended_on(connection)
        counted = connection.execute(select(schema.inbox_stats)).mappings().all()
    expected: dict[tuple[str, str], Any] = {}
    days: dict[tuple[str, Any], Counter[str]] = {}
    for reply in replies:
        key = (reply["campaign_id"], reply["reply_id"])
        mark = marks.get(key)
        sentiment = mark.sentiment if mark is not None and mark.sentiment is not None else reply["sentiment"]
        state = _state(mark, ended_on)
        expected[key] = (
            reply["received_at"],
            reply["received_on"],
            sentiment,
            state,
            None if mark is None else mark.assignee,
        )
        for campaign_id in (key[0], ""):
            counts = days.setdefault((campaign_id, reply["received_on"]), Counter())
            counts[f"{sentiment}_{state}"] += 1
    assert {key: row[:-1] for key, row in listed.items()} == expected
    for reply in replies:
        # Of plain words, which most texts of the tests are made of, there is no doubt.
        texts = [reply[name] or "" for name in ("name", "address", "company", "preview", "body")]
        plain = {word for text in texts if text.isascii() for word in re.findall("[a-z0-9]{1,40}", text.lower())}
        assert plain <= listed[reply["campaign_id"], reply["reply_id"]][-1]
    cells = set(schema.INBOX_CELLS.values())
    stored = {
        (row["campaign_id"], row["date"]): {name: n for name, n in row.items() if name in cells and n}
        for row in counted
    }
    assert stored == days
    return len(expected)
