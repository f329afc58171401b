"""Rates of emails from given counts, as the metric registry defines them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from outreach_results.models import Rates, Stats
from outreach_results.models.metric_definitions import RATES

Floats = NDArray[np.float64]


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


def shared_column(name: str, other: str) -> str:
    """The column for one number in the campaigns that know the other as well."""
    return f"{name}_with_{other}"


def pair(frame: pd.DataFrame, name: str, other: str) -> tuple[pd.Series, pd.Series]:
    """Two columns of the same emails, to be divided by each other.

    Args:
        frame: days or campaigns with the numbers in columns. Where some of the campaigns in a row know only one of the
            two numbers, it has the columns `shared_column` as well.
    """
    one, two = shared_column(name, other), shared_column(other, name)
    return (frame[one], frame[two]) if one in frame else (frame[name], frame[other])


def rolling_sum(values: Floats, window: int) -> Floats:
    """The sum over the ``window`` days that end with each day, of those that are known; NaN where none is.

    Args:
        values: (days,) without gaps; NaN where not known.
    """
    if not len(values):
        return values
    known = ~np.isnan(values)

    def summed(numbers: Floats) -> Floats:
        run_up = np.concatenate([np.zeros(window - 1), numbers])
        return np.asarray(sliding_window_view(run_up, window).sum(axis=1))

    sums = summed(np.where(known, values, 0.0))
    return np.where(summed(known.astype(np.float64)) > 0, sums, np.nan)


def rolling_rate(count: Floats, of: Floats, window: int = 7) -> Floats:
    """A rate over the ``window`` days that end with each day.

    Args:
        count, of: (days,) numerator and denominator day by day, without gaps; NaN where not known.

    Returns:
        NaN where the denominator is 0, or on none of the days both are known.
    """
    # A day counts only where both are known: anything else would divide by other emails.
    is_known = ~np.isnan(count) & ~np.isnan(of)
    part, whole = (rolling_sum(np.where(is_known, values, np.nan), window) for values in (count, of))
    return part / np.where(whole > 0, whole, np.nan)
