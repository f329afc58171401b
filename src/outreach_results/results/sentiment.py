"""Sentiments of replies over time."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from outreach_results.models import Filters, Sentiment
from outreach_results.results.inbox_filters import EVERYTHING, InboxFilters
from outreach_results.results.query import check_period
from outreach_results.results.reply_counts import count_days
from outreach_results.store.engine import Store

DAILY_UP_TO = 21
DAY = timedelta(days=1)


def sentiment_over_time(store: Store, filters: Filters, inbox_filters: InboxFilters = EVERYTHING) -> pd.DataFrame:
    """The number of replies of each sentiment by week, oldest first and without gaps.

    Columns: first and last (dates; a week begins on Monday and ends with the period), then one count a sentiment,
    after corrections. In a period of up to three weeks a row is a day. The period is that of the filters, or where they
    are open that of the replies. Of the inbox's filters only those on single replies count, such as the search.

    Raises:
        QueryError: the period starts after its end.
    """
    check_period(filters)
    with store.read() as connection:
        days = list(count_days(connection, filters, inbox_filters))
    columns = ["first", "last", *Sentiment]
    start = filters.start or min((day for day, *_ in days), default=None)
    end = filters.end or max((day for day, *_ in days), default=None)
    if start is None or end is None:
        return pd.DataFrame(columns=columns)
    row_days = 1 if (end - start).days < DAILY_UP_TO else 7
    rows = {first: dict.fromkeys(Sentiment, 0) for first in _row_starts(start, end, row_days)}
    for day, sentiment, n in days:
        rows[_row_start(day, start, row_days)][sentiment] += n
    return pd.DataFrame(
        (
            {
                "first": first,
                # From the true beginning of the week, which may lie before the period.
                "last": min(_row_start(first, date.min, row_days) + timedelta(days=row_days - 1), end),
                **counts,
            }
            for first, counts in rows.items()
        ),
        columns=columns,
    )


def _row_start(day: date, start: date, row_days: int) -> date:
    """The first day of the row that a day is counted in: itself, or the Monday of its week; not before ``start``."""
    return max(day - (day.weekday() if row_days == 7 else 0) * DAY, start)


def _row_starts(start: date, end: date, row_days: int) -> list[date]:
    first = _row_start(start, date.min, row_days)
    return [max(first + n * DAY, start) for n in range(0, (end - first).days + 1, row_days)]
