"""Rates, intervals and verdicts: pure functions over numbers, no database and no drawing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import pandas as pd

from outreach_results.models import COUNTS, Costs, Distribution, Rates, Stats


@dataclass(frozen=True, slots=True)
class RateDefinition:
    """A share of e-mails: how many of ``denominator`` also count as ``numerator``."""

    numerator: str
    denominator: str
    label: str


RATES: dict[str, RateDefinition] = {
    "delivery_rate": RateDefinition("delivered", "emails_sent", "Delivery rate"),
    "open_rate": RateDefinition("opened", "delivered", "Open rate"),
    "click_rate": RateDefinition("clicked", "delivered", "Click rate"),
    "reply_rate": RateDefinition("replied", "delivered", "Reply rate"),
    "conversion_rate": RateDefinition("meetings_booked", "delivered", "Conversion rate"),
}


def ratio(part: float | None, whole: float | None) -> float | None:
    """``part / whole``, unrounded; None where either is unknown or there is nothing to divide by."""
    if part is None or not whole:
        return None
    return part / whole


def rates(stats: Stats) -> Rates:
    """The contract's rates of these counts, rounded to three decimals."""
    values = {}
    for name, of in RATES.items():
        value = ratio(getattr(stats, of.numerator), getattr(stats, of.denominator))
        values[name] = None if value is None else round(value, 3)
    return Rates(**values)


def rate_of(stats: Stats, name: str) -> float | None:
    """One rate of these counts, unrounded."""
    of = RATES[name]
    return ratio(getattr(stats, of.numerator), getattr(stats, of.denominator))


def daily_rates(days: pd.DataFrame) -> pd.DataFrame:
    """Each day's rates (float columns named as in `RATES`, NaN without a denominator) from daily counts."""
    return rolling_rates(days, window=1)


def rolling_rates(days: pd.DataFrame, window: int = 7) -> pd.DataFrame:
    """Rates over the ``window`` days that end with each day: steadier than those of single days."""
    counts = days[[name for name in days.columns if name in COUNTS]].astype("float64")
    sums = counts.rolling(window, min_periods=1).sum()
    return pd.DataFrame(
        {name: sums[of.numerator] / sums[of.denominator].where(sums[of.denominator] > 0) for name, of in RATES.items()}
    )


def cost_per_email(stats: Stats, costs: Costs) -> float | None:
    """Dollars per e-mail sent: the benchmark metric ``avg_cost_per_email_usd``."""
    return ratio(costs.total_byok_usd, stats.emails_sent)


class Interval(NamedTuple):
    """A range that a value lies in with the stated confidence."""

    low: float
    high: float


@lru_cache
def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(count: int | None, of: int | None, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a share: honest for small samples and for shares near 0 and 1.

    None where there is nothing to take a share of, or the count exceeds it (activity of earlier sendings).
    """
    if count is None or not of or count < 0 or count > of:
        return None
    z = _z(confidence)
    share = count / of
    scale = 1 + z * z / of
    centre = (share + z * z / (2 * of)) / scale
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / scale
    return Interval(max(0.0, centre - reach), min(1.0, centre + reach))


def change(now: float | None, before: float | None) -> float | None:
    """The relative change since ``before``; None where there is nothing to compare with."""
    if now is None or not before:
        return None
    return now / before - 1


def verdict(value: float | None, community: Distribution, *, lower_is_better: bool = False) -> str:
    """Where a value stands among the community's quartiles, in words."""
    if value is None:
        return "No value of your own yet."
    quartiles = (community.p25, community.p50, community.p75)
    if any(q is None for q in quartiles):
        return "The community's quartiles are not known."
    below = sum(value > q for q in quartiles if q is not None)
    better = 3 - below if lower_is_better else below
    return (
        "In the weakest quarter of the community.",
        "Below the community's median.",
        "Above the community's median.",
        "In the best quarter of the community.",
    )[better]
