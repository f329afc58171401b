"""Rates, intervals, percentiles, forecasts and verdicts: pure functions over numbers, no database and no drawing."""

from outreach_results.metrics.changes import (
    Change,
    count_change,
    difference_interval,
    rate_change,
    relative_change,
)
from outreach_results.metrics.intervals import Interval, two_sided_z, wilson
from outreach_results.metrics.percentiles import verdict
from outreach_results.metrics.rates import (
    RATES,
    RateDefinition,
    cost_per_email,
    daily_rates,
    rate_of,
    rates,
    ratio,
    rolling_rates,
)

__all__ = [
    "RATES",
    "Change",
    "Interval",
    "RateDefinition",
    "cost_per_email",
    "count_change",
    "daily_rates",
    "difference_interval",
    "rate_change",
    "rate_of",
    "rates",
    "ratio",
    "relative_change",
    "rolling_rates",
    "two_sided_z",
    "verdict",
    "wilson",
]
