"""First response: how long positive replies wait until somebody marks them done, and which wait too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from outreach_results.metrics.waiting import WaitingTime, waiting_time
from outreach_results.models import Filters, ReplyState, Sentiment
from outreach_results.models.numbers import counted, plural
from outreach_results.results.inbox_filters import InboxFilters, chosen_replies, newest_first
from outreach_results.results.query import check_period
from outreach_results.store.engine import Store
from outreach_results.store.replies.state import same_reply
from outreach_results.store.schema import inbox, reply_marks

LATEST = 2_000
"""The most positive replies that are looked at, the newest ones.

The range of a median of so many spans 4.4 of 100 ranks, and reading each one costs time in every question.
"""

SOON = timedelta(days=1)
_HOUR = timedelta(hours=1)
_POSITIVE = InboxFilters(sentiments=(Sentiment.POSITIVE,))


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The hours from a positive reply to *Done*, and how many positive replies are to do for more than a day.

    Replies that are not done count as waiting until now, snoozed ones too: whoever wrote them still waits.
    """

    hours: WaitingTime
    overdue: int

    def value(self) -> str:
        """The median: 3 hours; empty where it is not known."""
        return "" if self.hours.median is None else lasting(self.hours.median)

    def spread(self) -> str:
        """What stands beside the median: its 95% range, and of how many replies it is known."""
        hours = self.hours
        if hours.median is None:
            return f"not enough yet, {hours.done:,} of {hours.cases:,} positive replies done"
        return f"{_between(hours.low, hours.high)}; {hours.done:,} of {hours.cases:,} done"

    def sentence(self) -> str:
        """The whole of it: First response after 3 hours (2 hours to 5 hours; 12 of 15 done), half of them after …"""
        if self.hours.median is None:
            return f"First response: {self.spread()}"
        half = f", half of them after {_between(self.hours.q1, self.hours.q3)}"
        return f"First response after {self.value()} ({self.spread()}){half if self.hours.q1 is not None else ''}"

    def waiting(self) -> str:
        """How many wait: 2 positive replies are open for more than a day; empty where none does."""
        if not self.overdue:
            return ""
        what = f"{counted(self.overdue, 'positive reply')} {'is' if self.overdue == 1 else 'are'}"
        return f"{what} open for more than a day"


def first_response(store: Store, filters: Filters, now: datetime) -> FirstResponse:
    """The first response to the positive replies that came in during the period.

    Args:
        now: until when replies that are not done have waited.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    positive = chosen_replies(filters, _POSITIVE)
    marked = inbox.outerjoin(reply_marks, same_reply(inbox.c, reply_marks.c))
    newest = select(inbox.c.received_at, inbox.c.state, reply_marks.c.handled_at).select_from(marked).where(*positive)
    overdue = select(func.count()).where(
        *positive, inbox.c.state == ReplyState.OPEN.value, inbox.c.received_at < now - SOON
    )
    with store.read() as connection:
        rows = connection.execute(newest.order_by(*newest_first()).limit(LATEST)).all()
        if len(rows) < LATEST:  # all of them are there, so that nothing has to be asked
            late = sum(row.state == ReplyState.OPEN.value and row.received_at < now - SOON for row in rows)
        else:
            late = int(connection.execute(overdue).scalar_one())
    done = [(row.handled_at - row.received_at) / _HOUR for row in rows if row.handled_at is not None]
    waiting = [(now - row.received_at) / _HOUR for row in rows if row.handled_at is None]
    # A mark from elsewhere may be older than the reply, by a clock that goes wrong: nobody waits less than no time.
    return FirstResponse(waiting_time([max(0.0, one) for one in done], [max(0.0, one) for one in waiting]), late)


def lasting(hours: float) -> str:
    """A time in the unit that fits: 25 minutes, 3.2 hours, 2.4 days."""
    for size, unit in ((48, 24), (1, 1)):
        if hours >= size:
            number = f"{hours / unit:.1f}".removesuffix(".0")
            name = "day" if unit == 24 else "hour"
            return f"{number} {name if number == '1' else plural(name)}"
    minutes = max(1, round(hours * 60))
    return counted(minutes, "minute")


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return "unknown"
    return f"{lasting(low)} or more" if high is None else f"{lasting(low)} to {lasting(high)}"
