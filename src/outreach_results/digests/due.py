"""Which period a digest is about, and from when on it is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach_results.digests.kept import Digest, Every

PERIOD = {Every.DAILY: "yesterday", Every.WEEKLY: "last_week", Every.MONTHLY: "last_month"}
"""The code of the period that each kind is about."""

LATEST = {Every.DAILY: timedelta(hours=20), Every.WEEKLY: timedelta(days=5), Every.MONTHLY: timedelta(days=20)}
"""How long after its hour a digest is still sent, where the dashboard did not run: later it would be old news."""


def due_since(digest: Digest, now: datetime, zone: ZoneInfo) -> tuple[datetime, date] | None:
    """Since when the newest digest is due, and the day on which it is sent; None while none is.

    One whose hour was before the digest was set up is not due: nobody expects it.
    """
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)) if digest.every == Every.DAILY else (_first(digest.every, today),):
        # In UTC, because the hour may not exist on the day on which clocks are set forward.
        at = datetime.combine(day, time(digest.hour), zone).astimezone(UTC)
        if at <= now:
            is_expected = at >= digest.created_at and now - at <= LATEST[digest.every]
            return (at, day) if is_expected else None
    return None


def _first(every: Every, today: date) -> date:
    """The day of the newest digest: this week's Monday, or the first of the month."""
    return today - timedelta(days=today.weekday()) if every == Every.WEEKLY else today.replace(day=1)
