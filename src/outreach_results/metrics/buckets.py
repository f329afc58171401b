"""Days, weeks and months: daily counts summed into the buckets a chart shows."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import pandas as pd


class Every(StrEnum):
    """How long a bucket is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def bucket_start(day: date, every: Every) -> date:
    """The first day of the bucket a day lies in; weeks are ISO weeks and begin on Monday."""
    if every == Every.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == Every.MONTH else day


def _starts(dates: pd.Series[pd.Timestamp], every: Every) -> pd.Series[pd.Timestamp]:
    if every == Every.WEEK:
        return dates - pd.to_timedelta(dates.dt.weekday, unit="D")
    if every == Every.MONTH:
        return dates - pd.to_timedelta(dates.dt.day - 1, unit="D")
    return dates


def bucketed(days: pd.DataFrame, every: Every) -> pd.DataFrame:
    """Sum numbers by bucket. A bucket in which one day's number is not known does not know it either.

    Args:
        days: a column ``date`` (datetime64, without gaps) and numbers.

    Returns:
        One row a bucket, oldest first: date (its first day, whether or not that is among ``days``), first and last
        (the days among ``days``), is_partial (some of its days are not), and the summed numbers.
    """
    if every == Every.DAY:
        day = days["date"]
        daily = pd.DataFrame({"date": day, "first": day, "last": day, "is_partial": False})
        return pd.concat([daily, days.drop(columns="date")], axis="columns").reset_index(drop=True)
    numbers = days.drop(columns="date")
    groups = days.groupby(_starts(days["date"], every).rename("start"))
    sums = numbers.groupby(_starts(days["date"], every).rename("date")).sum(skipna=False)
    spans = groups["date"].agg(first="min", last="max")
    found = sums.reset_index()
    found.insert(1, "first", spans["first"].to_numpy())
    found.insert(2, "last", spans["last"].to_numpy())
    whole = _end(found["date"], every)
    found.insert(3, "is_partial", (found["first"] > found["date"]) | (found["last"] < whole))
    return found


def _end(starts: pd.Series[pd.Timestamp], every: Every) -> pd.Series[pd.Timestamp]:
    if every == Every.WEEK:
        return starts + pd.Timedelta(days=6)
    if every == Every.MONTH:
        return starts + pd.offsets.MonthEnd(1)
    return starts
