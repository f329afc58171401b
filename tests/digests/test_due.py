"""When a digest is due: at its hour of the reporting time zone, and not when it would be old news."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach_results.digests.due import due_since
from outreach_results.digests.kept import Digest, Every

ZURICH = ZoneInfo("Europe/Zurich")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def digest(every: Every, hour: int = 8, created_at: datetime = LONG_AGO) -> Digest:
    return Digest(name="x", every=every, to=("a@example.com",), hour=hour, created_at=created_at)


@pytest.mark.parametrize(
    ("every", "now", "day"),
    [
        (Every.DAILY, datetime(2026, 3, 18, 6, 59, tzinfo=UTC), None),
        (Every.DAILY, datetime(2026, 3, 18, 7, 0, tzinfo=UTC), date(2026, 3, 18)),
        (Every.DAILY, datetime(2026, 3, 18, 23, 30, tzinfo=UTC), date(2026, 3, 18)),
        (Every.WEEKLY, datetime(2026, 3, 16, 7, 0, tzinfo=UTC), date(2026, 3, 16)),
        (Every.WEEKLY, datetime(2026, 3, 18, 12, 0, tzinfo=UTC), date(2026, 3, 16)),
        (Every.WEEKLY, datetime(2026, 3, 22, 12, 0, tzinfo=UTC), None),
        (Every.MONTHLY, datetime(2026, 3, 1, 7, 0, tzinfo=UTC), date(2026, 3, 1)),
        (Every.MONTHLY, datetime(2026, 3, 28, 12, 0, tzinfo=UTC), None),
    ],
)
def test_digest_is_due_from_its_hour_on(every: Every, now: datetime, day: date | None) -> None:
    found = due_since(digest(every), now, ZURICH)
    assert (None if found is None else found[1]) == day


def test_hour_that_the_clock_skips_is_due_all_the_same() -> None:
    found = due_since(digest(Every.DAILY, hour=2), datetime(2026, 3, 29, 3, 0, tzinfo=UTC), ZURICH)
    assert found is not None


def test_digest_set_up_after_its_hour_waits() -> None:
    noon = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
    assert due_since(digest(Every.DAILY, created_at=noon), noon, ZURICH) is None
    assert due_since(digest(Every.DAILY, created_at=noon), datetime(2026, 3, 19, 7, 0, tzinfo=UTC), ZURICH) is not None
