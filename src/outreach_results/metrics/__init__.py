"""Rates, intervals, percentiles, forecasts and verdicts: pure functions over numbers, no database and no drawing."""

from outreach_results.metrics.buckets import Every, bucket_start
from outreach_results.metrics.changes import Change, relative_change
from outreach_results.metrics.control import (
    MIN_JUDGED_OF,
    MIN_JUDGED_POINTS,
    binomial_limits,
)
from outreach_results.metrics.forecasts import Forecast, RunOut, forecast, reached_on
from outreach_results.metrics.intervals import (
    Interval,
    ratio_interval,
    wilson,
)
from outreach_results.metrics.maturity import MaturityCurve, maturity
from outreach_results.metrics.percentiles import percentile_range
from outreach_results.metrics.rates import (
    pair,
    rate_of,
    rates,
    ratio,
    rolling_rate,
    rolling_sum,
    shared_column,
)
from outreach_results.metrics.seasonality import weekday_seasonality
from outreach_results.metrics.sentiment import PositiveRate, positive_rate
from outreach_results.metrics.time_series import MEAN_DAYS, ComparisonDays, TimeSeries, counted, time_series
from outreach_results.metrics.verdicts import Standing, Verdict, judge, round_up
from outreach_results.models.metric_definitions import RATES

__all__ = [
    "MEAN_DAYS",
    "MIN_JUDGED_OF",
    "MIN_JUDGED_POINTS",
    "RATES",
    "Change",
    "ComparisonDays",
    "Every",
    "Forecast",
    "Interval",
    "MaturityCurve",
    "PositiveRate",
    "RunOut",
    "Standing",
    "TimeSeries",
    "Verdict",
    "binomial_limits",
    "bucket_start",
    "counted",
    "forecast",
    "judge",
    "maturity",
    "pair",
    "percentile_range",
    "positive_rate",
    "rate_of",
    "rates",
    "ratio",
    "ratio_interval",
    "reached_on",
    "relative_change",
    "rolling_rate",
    "rolling_sum",
    "round_up",
    "shared_column",
    "time_series",
    "weekday_seasonality",
    "wilson",
]
