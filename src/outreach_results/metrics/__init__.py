"""Rates, intervals, percentiles, forecasts and verdicts: pure functions over numbers, no database and no drawing."""

from outreach_results.metrics.changes import (
    Change,
    count_change,
    difference_interval,
    rate_change,
    relative_change,
)
from outreach_results.metrics.forecasts import Forecast, RunOut, forecast, reached_on
from outreach_results.metrics.intervals import (
    Interval,
    ratio_interval,
    two_sided_t,
    two_sided_z,
    wilson,
    wilson_of_share,
)
from outreach_results.metrics.percentiles import QuantileCurve, percentile_range, quantile_curve, quartile_range
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
from outreach_results.metrics.rhythm import Rhythm, rhythm
from outreach_results.metrics.verdicts import Standing, Verdict, judge, needed_for_average, needed_for_share, round_up

__all__ = [
    "RATES",
    "Change",
    "Forecast",
    "Interval",
    "QuantileCurve",
    "RateDefinition",
    "Rhythm",
    "RunOut",
    "Standing",
    "Verdict",
    "cost_per_email",
    "count_change",
    "daily_rates",
    "difference_interval",
    "forecast",
    "judge",
    "needed_for_average",
    "needed_for_share",
    "percentile_range",
    "quantile_curve",
    "quartile_range",
    "rate_change",
    "rate_of",
    "rates",
    "ratio",
    "ratio_interval",
    "reached_on",
    "relative_change",
    "rhythm",
    "rolling_rates",
    "round_up",
    "two_sided_t",
    "two_sided_z",
    "wilson",
    "wilson_of_share",
]
