"""Days, weeks and months, held against the calendar of the standard library."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.metrics import Every, bucket_start
from outreach_results.metrics.buckets import Buckets

DATES = st.dates(date(1995, 1, 1), date(2095, 1, 1))


def bucketed(first, count, n, every):
    """The buckets of so many days with a number on each, as a frame with the sums."""
    buckets = Buckets(pd.date_range(first, periods=count).to_numpy(), every)
    return pd.DataFrame(buckets.columns() | {"n": buckets.sum(np.array(n, dtype=np.float64))})


def whole(start, every):
    """The days of the bucket that begins on this day."""
    length = {
        Every.DAY: 1,
        Every.WEEK: 7,
        Every.MONTH: calendar.monthrange(start.year, start.month)[1],
    }[every]
    return {start + timedelta(days=n) for n in range(length)}


@given(first=DATES, count=st.integers(1, 100), every=st.sampled_from(Every))
def test_each_day_is_in_one_calendar_bucket(first, count, every):
    frame = bucketed(first, count, np.ones(count), every)
    requested = {first + timedelta(days=n) for n in range(count)}
    seen = set()
    bucket: Any  # its columns are known to pandas only
    for bucket in frame.itertuples():
        start, of_bucket = bucket.date.date(), whole(bucket.date.date(), every)
        assert bucket_start(bucket.first.date(), every) == start
        assert every != Every.WEEK or start.isocalendar().weekday == 1
        assert every != Every.MONTH or start.day == 1
        inside = requested & of_bucket
        assert (bucket.first.date(), bucket.last.date()) == (min(inside), max(inside))
        assert bucket.is_partial == (inside != of_bucket)
        assert bucket.n == len(inside)
        seen |= inside
    assert seen == requested
    assert frame["date"].is_monotonic_increasing


def test_week_is_labeled_by_its_monday():
    frame = bucketed("2026-03-18", 10, range(10), Every.WEEK)
    assert list(frame["date"]) == [pd.Timestamp("2026-03-16"), pd.Timestamp("2026-03-23")]
    assert list(frame["first"]) == [pd.Timestamp("2026-03-18"), pd.Timestamp("2026-03-23")]
    assert list(frame["is_partial"]) == [True, True]
    assert list(frame["n"]) == [0 + 1 + 2 + 3 + 4, 5 + 6 + 7 + 8 + 9]


def test_week_with_unknown_day_is_unknown():
    frame = bucketed("2026-03-16", 14, [1, 2, np.nan, *range(4, 15)], Every.WEEK)
    assert np.isnan(frame["n"][0])
    assert frame["n"][1] == sum(range(8, 15))


@pytest.mark.parametrize("every", Every)
def test_no_days_make_no_buckets(every):
    assert bucketed("2026-03-16", 0, [], every).empty
