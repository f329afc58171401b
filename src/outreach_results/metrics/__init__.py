"""Rates, intervals, percentiles, forecasts and verdicts: pure functions over numbers, no database and no drawing."""

from outreach_results.metrics.intervals import Interval, two_sided_z, wilson
from outreach_results.metrics.percentiles import verdict
from outreach_results.metrics.rates import (
    RATES,
    RateDefinition,
    change,
    cost_per_email,
    daily_rates,
    rate_of,
    rates,
    ratio,
    rolling_rates,
)

__all__ = [
    "RATES",
    "Interval",
    "RateDefinition",
    "change",
    "cost_per_email",
    "daily_rates",
    "rate_of",
    "rates",
    "ratio",
    "rolling_rates",
    "two_sided_z",
    "verdict",
    "wilson",
]
