"""Shares of e-mails: which there are, and what they are of given counts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from outreach_results.models import COUNTS, Costs, Rates, Stats


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
    rates = {}
    for name, of in RATES.items():
        # A day counts only where both are known: anything else would be a share of other e-mails.
        both = counts[[of.numerator, of.denominator]].dropna().reindex(counts.index)
        sums = both.rolling(window, min_periods=1).sum()
        rates[name] = sums[of.numerator] / sums[of.denominator].where(sums[of.denominator] > 0)
    return pd.DataFrame(rates)


def cost_per_email(stats: Stats, costs: Costs) -> float | None:
    """Dollars per e-mail sent: the benchmark metric ``avg_cost_per_email_usd``."""
    return ratio(costs.total_byok_usd, stats.emails_sent)
