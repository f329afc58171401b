"""Simulated accounts: a year and more of daily emails of many kinds, to see whether forecasts hold.

Written from what sending accounts are like and not from what the forecast assumes: weekday seasonality, levels that
drift, weeks that stand out, growth, holidays, campaigns that start and stop, and days that scatter more than chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

START = date(2024, 1, 1)
DAYS = 366 + 31

KINDS = ("steady", "drifting", "jumpy", "noisy", "growing", "shrinking", "with holidays", "campaigns", "growing fast")

SPECIAL_KINDS = ("bulk", "month end")
"""Kinds that only some tests need."""

# Per week: how far the level steps, how far single weeks stand out, and how much it grows.
_LEVELS = {
    "steady": (0.0, 0.0, 0.0),
    "drifting": (0.1, 0.0, 0.0),
    "jumpy": (0.25, 0.0, 0.0),
    "noisy": (0.05, 0.2, 0.0),
    "growing": (0.03, 0.08, 0.03),
    "growing fast": (0.03, 0.08, 0.05),
    "shrinking": (0.03, 0.08, -0.02),
    "with holidays": (0.07, 0.08, 0.0),
    "month end": (0.05, 0.08, 0.0),
}


@dataclass(frozen=True, slots=True)
class Account:
    """Emails and dollars a day, from `START` on."""

    kind: str
    sent: NDArray[np.float64]
    cost: NDArray[np.float64]
    days_off: frozenset[date] = frozenset()

    def index(self, day: date) -> int:
        """The place of a day in both."""
        return (day - START).days


def account(kind: str, random: np.random.Generator) -> Account:
    """One account of this kind."""
    base = random.uniform(30, 600)
    weekdays = _weekdays(random)
    day = np.arange(DAYS)
    weekday = (START.weekday() + day) % 7
    days_off: frozenset[date] = frozenset()
    if kind == "bulk":
        sent = _sendings(base, random)
        return Account(kind, sent, sent * _price(random))
    if kind == "campaigns":
        level = _campaigns(base, random)
    else:
        step, noise, growth = _LEVELS[kind]
        weeks = DAYS // 7 + 1
        log_level = np.cumsum(random.normal(growth, step, weeks)) + random.normal(0, noise, weeks)
        level = base * np.exp(log_level)[day // 7]
    mean = level * 7 * weekdays[weekday]
    if kind == "with holidays":
        is_off = _holidays(random)
        mean[is_off] = 0
        days_off = frozenset(START + timedelta(days=int(n)) for n in np.flatnonzero(is_off))
    if kind == "month end":
        mean *= _month_ends(random)
    scatter = random.uniform(8, 40)
    sent = random.poisson(random.gamma(scatter, mean / scatter)).astype("float64")
    return Account(kind, sent, sent * _price(random), days_off)


def months() -> Iterator[tuple[date, date]]:
    """First and last day of every other month, once there is a month of history."""
    for month in range(2, 13, 2):
        first = date(START.year, month, 1)
        yield first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _weekdays(random: np.random.Generator) -> NDArray[np.float64]:
    """The shares of a week: most accounts rest at weekends, some do not."""
    shares = np.array([1, 1.1, 1.1, 1.05, 0.8, 0.03, 0.02]) if random.random() < 0.8 else np.ones(7)
    shares = shares * random.lognormal(0, 0.15, 7)
    return np.asarray(shares / shares.sum())


def _campaigns(base: float, random: np.random.Generator) -> NDArray[np.float64]:
    """One to three campaigns at a time, each three to seven weeks long; sometimes there is none."""
    level = np.zeros(DAYS)
    at_a_time, start = random.uniform(1, 3), -60.0
    while (start := start + random.exponential(35 / at_a_time)) < DAYS:
        first, days = int(start), int(random.uniform(20, 50))
        level[max(0, first) : max(0, first + days)] += random.lognormal(np.log(base), 0.5)
    return level


def _sendings(base: float, random: np.random.Generator) -> NDArray[np.float64]:
    """A newsletter: one or two sendings a week or a fortnight, now and then a day early or late, or left out."""
    sent = np.zeros(DAYS)
    every, left_out, size = int(random.choice([7, 7, 14])), random.uniform(0, 0.2), random.uniform(0.05, 0.4)
    weekdays = random.choice(5, random.integers(1, 3), replace=False)
    for monday in range(int(random.integers(0, 2)) * 7 % every, DAYS - 7, every):
        for weekday in weekdays:
            if random.random() >= left_out:
                moved = int(np.clip(weekday + random.choice([-1, 0, 0, 0, 0, 1]), 0, 4))
                sent[monday + moved] += base * 10 * random.lognormal(0, size)
    return np.round(sent)


def _month_ends(random: np.random.Generator) -> NDArray[np.float64]:
    """A factor a day: the last two to four workdays of a month bring far more, or far less, than others."""
    usual = random.choice([random.uniform(1.6, 3), random.uniform(0.2, 0.5)])
    length, factor = int(random.integers(2, 5)), np.ones(DAYS)
    day = START
    while (day := (day.replace(day=28) + timedelta(days=4)).replace(day=1)) <= START + timedelta(days=DAYS):
        workdays = [n for n in range(1, 8) if (day - timedelta(days=n)).weekday() < 5][:length]
        for n in workdays:
            factor[(day - timedelta(days=n) - START).days] = usual * random.lognormal(0, 0.15)
    return factor


def _holidays(random: np.random.Generator) -> NDArray[np.bool_]:
    """Single days off, and a few breaks of one to two weeks."""
    off = random.random(DAYS) < 10 / 250
    for _ in range(random.poisson(2.2)):
        first = random.integers(0, DAYS - 12)
        off[first : first + random.integers(4, 13)] = True
    return off


def _price(random: np.random.Generator) -> NDArray[np.float64]:
    """Dollars an email: drifts from week to week and scatters from day to day."""
    weeks = DAYS // 7 + 1
    weekly = np.cumsum(random.normal(0, 0.04, weeks)) + random.normal(0, 0.03, weeks)
    return np.asarray(0.02 * np.exp(weekly)[np.arange(DAYS) // 7] * random.lognormal(0, 0.1, DAYS))
