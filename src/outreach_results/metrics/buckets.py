"""Days, weeks and months: daily numbers summed into the buckets a chart shows."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]

_DAY = np.timedelta64(1, "D")


class Every(StrEnum):
    """How long a bucket is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Buckets:
    """Days without gaps, oldest first, put into days, weeks or months.

    All arrays have one entry a bucket: ``start`` is its first day, whether or not that is among the days; ``first``
    and ``last`` are those among them; ``is_partial`` says that some of its days are not.
    """

    def __init__(self, days: Days, every: Every) -> None:
        days = days.astype("datetime64[D]")
        starts = _starts(days, every)
        # The places at which a bucket begins; None without days, where there is no first place.
        self._offsets = np.flatnonzero(np.concatenate([[True], starts[1:] != starts[:-1]])) if len(days) else None
        self.start = starts[self._offsets] if self._offsets is not None else starts
        self.first = days[self._offsets] if self._offsets is not None else days
        self.last = np.concatenate([self.first[1:] - _DAY, days[-1:]])
        self.is_partial = (self.first > self.start) | (self.last < _last_day(self.start, every))

    def sum(self, values: Floats) -> Floats:
        """Sum the numbers of the days by bucket; NaN (unknown) where one of them is NaN."""
        return np.asarray(values if self._offsets is None else np.add.reduceat(values, self._offsets))

    def columns(self) -> dict[str, Any]:
        """date, first, last and is_partial, for a frame of buckets."""
        # Seconds, because pandas knows no dates of days.
        dates = {"date": self.start, "first": self.first, "last": self.last}
        return {name: days.astype("datetime64[s]") for name, days in dates.items()} | {"is_partial": self.is_partial}


def bucket_start(day: date, every: Every) -> date:
    """The first day of the bucket a day lies in; weeks are ISO weeks and begin on Monday."""
    if every == Every.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == Every.MONTH else day


def _starts(days: Days, every: Every) -> Days:
    if every == Every.WEEK:
        return days - ((days.astype(np.int64) + 3) % 7) * _DAY  # 1970 began on a Thursday
    return days.astype("datetime64[M]").astype("datetime64[D]") if every == Every.MONTH else days


def _last_day(starts: Days, every: Every) -> Days:
    if every == Every.WEEK:
        return starts + 6 * _DAY
    if every == Every.MONTH:
        following: Days = (starts.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")
        return following - _DAY
    return starts
