"""Days of campaigns that are summed up before they are cut: every part of them adds up to the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np

from outreach_results.models import Basis
from outreach_results.results.day_table import DayTable
from outreach_results.results.own_days import OwnDays, parts_of
from outreach_results.results.seasonality import NO_CURVES

FIRST = date(2026, 1, 5)
NAMES = ("delivered", "emails_sent", "opened", "replied", "cost")
DAYS = 12

# A day without a number is one that does not know it: two campaigns know everything, two never know opens, one loses
# sight of them in the middle, and one has a gap in the deliveries.
LACKING = {
    "complete": {},
    "complete too": {},
    "no opens": {"opened": range(DAYS)},
    "no opens either": {"opened": range(DAYS)},
    "opens until then": {"opened": range(6, DAYS)},
    "a gap": {"delivered": range(3, 4)},
}


def days() -> OwnDays:
    drawn = np.random.default_rng(7)
    dates, columns, starts = [], [], [0]
    for place, lacking in enumerate(LACKING.values()):
        on = np.array([day for day in range(DAYS) if (day + place) % 5])  # none has something on every day
        numbers = drawn.integers(0, 50, (len(NAMES), len(on))).astype(np.float64)
        for name, unknown in lacking.items():
            numbers[NAMES.index(name), np.isin(on, unknown)] = np.nan
        dates.append(np.datetime64(FIRST, "D") + on)
        columns.append(numbers)
        starts.append(starts[-1] + len(on))
    places = {name: place for place, name in enumerate(NAMES)}
    table = DayTable(tuple(LACKING), np.array(starts), np.concatenate(dates), np.concatenate(columns, axis=1), places)
    return OwnDays(table, NO_CURVES, Basis.ACTIVITY, datetime(2026, 2, 1, tzinfo=UTC))


def test_every_part_of_condensed_days_adds_up():
    every = days()
    condensed = every.condensed()
    assert [len(one.table.ids) for one in (every, condensed)] == [6, 4]
    for start, end in product(range(DAYS), repeat=2):
        first, last = FIRST + timedelta(days=start), FIRST + timedelta(days=end)
        whole, short = every.between(first, last), condensed.between(first, last)
        for metric in ("open_rate", "reply_rate", "delivery_rate"):
            assert short.sums(metric) == whole.sums(metric)
            for of_whole, of_short in zip(counts(whole, metric), counts(short, metric), strict=True):
                np.testing.assert_array_equal(of_short, of_whole)


def counts(own: OwnDays, metric: str):
    period = own.of_rate(metric)
    plain = period.plain(*parts_of(metric))
    return plain.count, plain.of


def test_a_single_campaign_is_cut_without_a_copy():
    alone = days().table.of(0)
    part = alone.narrowed(None, FIRST + timedelta(days=2), FIRST + timedelta(days=7))
    assert np.shares_memory(part.numbers, alone.numbers)
    assert part.dates.tolist() == [day for day in alone.dates.tolist() if 2 <= (day - FIRST).days <= 7]
    assert part.starts.tolist() == [0, len(part)]
    assert alone.narrowed(None, FIRST + timedelta(days=DAYS), None).ids == ()
