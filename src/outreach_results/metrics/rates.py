"""Rates of emails from given counts, as the metric registry defines them."""

from __future__ import annotations

import pandas as pd

from outreach_results.models import COUNTS, Rates, Stats
from outreach_results.models.metric_definitions import RATES


def ratio(part: float | None, whole: float | None) -> float | None:
    """``part / whole``, unrounded; None where either is unknown or there is nothing to divide by."""
    if part is None or not whole:
        return None
    return part / whole


def rates(stats: Stats) -> Rates:
    """The contract's rates of these counts, rounded to three decimals."""
    values = {name: rate_of(stats, name) for name in RATES}
    return Rates.of({name: None if value is None else round(value, 3) for name, value in values.items()})


def rate_of(stats: Stats, name: str) -> float | None:
    """One rate (0 to 1) of these counts, unrounded; None where it cannot be computed, see `ratio`.

    Raises:
        KeyError: there is no rate of that name.
    """
    count, of = RATES[name].parts
    return ratio(getattr(stats, count), getattr(stats, of))


def rolling_rates(days: pd.DataFrame, window: int = 7) -> pd.DataFrame:
    """Every rate over the ``window`` days that end with each day.

    Args:
        days: one row a day without gaps, with the counts in columns.

    Returns:
        One column a rate and the rows of ``days``; NaN where the denominator is 0 or a count unknown.
    """
    counts = days[[name for name in days.columns if name in COUNTS]].astype("float64")
    rates = {}
    for name, of in RATES.items():
        # A day counts only where both are known: anything else would divide by other emails.
        both = counts[list(of.parts)].dropna().reindex(counts.index)
        sums = both.rolling(window, min_periods=1).sum()
        part, whole = (sums[column] for column in of.parts)
        rates[name] = part / whole.where(whole > 0)
    return pd.DataFrame(rates)
