"""Simulated accounts: a year and more of daily e-mails of many kinds, to see whether forecasts hold.

Written from what sending accounts are like and not from what the forecast assumes: weekday rhythms, levels that
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
}


@dataclass(frozen=True, slots=True)
class Account:
    """E-mails and dollars a day, from `START` on."""

    kind: str
    sent: NDArray[np.float64]
    cost: NDArray[np.float64]

    def index(self, day: date) -> int:
        """The place of a day in both."""
        return (day - START).days


def account(kind: str, random: np.random.Generator) -> Account:
    """One account of this kind."""
    base = random.uniform(30, 600)
    weekdays = _weekdays(random)
    day = np.arange(DAYS)
    weekday = (START.weekday() + day) % 7
    if kind == "campaigns":
        level = _campaigns(base, random)
    else:
        step, noise, growth = _LEVELS[kind]
        weeks = DAYS // 7 + 1
        log_level = np.cumsum(random.normal(growth, step, weeks)) + random.normal(0, noise, weeks)
        level = base * np.exp(log_level)[day // 7]
    mean = level * 7 * weekdays[weekday]
    if kind == "with holidays":
        mean[_holidays(random)] = 0
    scatter = random.uniform(8, 40)
    sent = random.poisson(random.gamma(scatter, mean / scatter)).astype("float64")
    return Account(kind, sent, sent * _price(random))


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


def _holidays(random: np.random.Generator) -> NDArray[np.bool_]:
    """Single days off, and a few breaks of one to two weeks."""
    off = random.random(DAYS) < 10 / 250
    for _ in range(random.poisson(2.2)):
        first = random.integers(0, DAYS - 12)
        off[first : first + random.integers(4, 13)] = True
    return off


def _price(random: np.random.Generator) -> NDArray[np.float64]:
    """Dollars an e-mail: drifts from week to week and scatters from day to day."""
    weeks = DAYS // 7 + 1
    weekly = np.cumsum(random.normal(0, 0.04, weeks)) + random.normal(0, 0.03, weeks)
    return np.asarray(0.02 * np.exp(weekly)[np.arange(DAYS) // 7] * random.lognormal(0, 0.1, DAYS))
