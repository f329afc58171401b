"""Rates, intervals, percentiles, forecasts and verdicts: pure functions over numbers, no database and no drawing."""

from outreach_results.metrics.buckets import Every, bucket_start, bucketed
from outreach_results.metrics.changes import (
    Change,
    count_change,
    difference_interval,
    rate_change,
    relative_change,
)
from outreach_results.metrics.control import (
    MIN_JUDGED_OF,
    MIN_JUDGED_POINTS,
    CountLimits,
    binomial_limits,
    control_limits,
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
from outreach_results.metrics.maturity import MATURE, MaturityCurve, likely_total, maturity, still_to_come
from outreach_results.metrics.percentiles import QuantileCurve, percentile_range, quantile_curve, quartile_range
from outreach_results.metrics.rates import (
    rate_of,
    rates,
    ratio,
    rolling_rates,
)
from outreach_results.metrics.seasonality import WeekdaySeasonality, weekday_seasonality
from outreach_results.metrics.sentiment import PositiveRate, positive_rate
from outreach_results.metrics.time_series import MEAN_DAYS, ComparisonDays, TimeSeries, counted, time_series
from outreach_results.metrics.verdicts import Standing, Verdict, judge, needed_for_average, needed_for_share, round_up
from outreach_results.models.metric_definitions import RATES

__all__ = [
    "MATURE",
    "MEAN_DAYS",
    "MIN_JUDGED_OF",
    "MIN_JUDGED_POINTS",
    "RATES",
    "Change",
    "ComparisonDays",
    "CountLimits",
    "Every",
    "Forecast",
    "Interval",
    "MaturityCurve",
    "PositiveRate",
    "QuantileCurve",
    "RunOut",
    "Standing",
    "TimeSeries",
    "Verdict",
    "WeekdaySeasonality",
    "binomial_limits",
    "bucket_start",
    "bucketed",
    "control_limits",
    "count_change",
    "counted",
    "difference_interval",
    "forecast",
    "judge",
    "likely_total",
    "maturity",
    "needed_for_average",
    "needed_for_share",
    "percentile_range",
    "positive_rate",
    "quantile_curve",
    "quartile_range",
    "rate_change",
    "rate_of",
    "rates",
    "ratio",
    "ratio_interval",
    "reached_on",
    "relative_change",
    "rolling_rates",
    "round_up",
    "still_to_come",
    "time_series",
    "two_sided_t",
    "two_sided_z",
    "weekday_seasonality",
    "wilson",
    "wilson_of_share",
]
