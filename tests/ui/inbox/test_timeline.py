"""The timeline of a contact."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outreach_results.models import EventType, Sentiment
from outreach_results.results import Timeline, TimelineEvent
from outreach_results.ui.inbox import timeline
from support.hostile import HOSTILE

NOW = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


def event(kind="opened", *, hours=0, **fields):
    at = NOW + timedelta(hours=hours)
    usual: dict[str, Any] = {"type": EventType(kind), "at": at, "last_at": at, "count": 1, "email": 1}
    return TimelineEvent(**usual | fields)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (event("sent"), "Sent · email 1"),
        (event(count=3, last_at=NOW + timedelta(hours=2)), "Opened 3 times, last on Mar 27, 2026, 11:00 PM · email 1"),
        (event(is_machine=True), "Opened by a bot (privacy proxy or link scanner) · email 1"),
        (event("clicked", url="https://example.com/a"), "Clicked https://example.com/a · email 1"),
        (event("replied", sentiment=Sentiment.AUTOMATIC, is_machine=True), "Replied (auto-reply) · email 1"),
        (event("meeting_booked", email=None), "Meeting booked"),
        (event("meeting_booked", marked_by="Ana"), "Meeting booked, marked by Ana · email 1"),
    ],
)
def test_an_entry_says_what_happened_to_which_email(event, expected):
    assert timeline.sentence(event, 2, TOKYO) == expected


def test_with_one_email_it_is_not_numbered():
    assert timeline.sentence(event("sent"), 1, TOKYO) == "Sent"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_link_in_the_timeline_is_plain_text(hostile, monkeypatch):
    drawn = []
    monkeypatch.setattr(timeline.st, "html", drawn.append)
    timeline.timeline(Timeline([event("clicked", url=hostile)], 1, is_cut=False), "r1", TOKYO)
    (entries,) = drawn
    ours = {"h3", "/h3", "ol", "li", "time", "/time", "span", "/span", "/li", "/ol"}
    assert set(re.findall(r"<(/?\w+)", entries)) == ours
    assert f"Clicked {hostile}" in unescape(entries)
