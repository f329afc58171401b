"""Labels and sentences for the points of a time series."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from outreach_results.metrics import RATES, Every, MaturityCurve, TimeSeries, counted
from outreach_results.metrics.control import OF
from outreach_results.models import COST_COLUMNS
from outreach_results.models.metric_definitions import COUNT_METRICS
from outreach_results.ui.charts.base import LABELS
from outreach_results.ui.text import money, number, percent

Point = Mapping[Hashable, Any]
"""A row of `TimeSeries.points`."""

ARRIVALS: dict[str, str] = {name: count.tracked_as for name, count in COUNT_METRICS.items() if count.has_lags}
"""The plural nouns of what arrives some time after sending."""

_HAPPENED: dict[str, tuple[str, str]] = {name: count.happened for name, count in COUNT_METRICS.items()}
_OF_WHAT = {"delivered": "delivered", "emails_sent": "sent"}


def bucket_name(start: date, every: Every) -> str:
    """Tue 17 Mar 2026 · Week of Mon 16 Mar 2026 · March 2026."""
    if every == Every.MONTH:
        return f"{start:%B %Y}"
    day = f"{start:%a %-d %b %Y}"
    return f"Week of {day}" if every == Every.WEEK else day


def point_sentence(series: TimeSeries, point: Point) -> str:
    """The hover text of a point: its value, whether it is unusual, and what share is still expected."""
    return " ".join(filter(None, (_value(series, point), _usual(series, point), _to_come(series, point))))


def mean_sentence(series: TimeSeries, value: float) -> str:
    """The hover text of the 7-day mean at a point."""
    if series.is_rate:
        return f"{LABELS[series.metric]} of these seven days together: {percent(value)}."
    return f"{LABELS[series.metric]}: {value:,.1f} a day in these seven days."


def compared_sentence(series: TimeSeries, point: Point, every: Every, *, is_mean: bool) -> str:
    """The hover text of the comparison at a point."""
    value = point["compared_mean"] if is_mean else point["compared"]
    shown = percent(value) if series.is_rate else f"{value:,.1f}" if is_mean else number(value)
    return f"{LABELS[series.metric]} compared: {shown} ({bucket_name(point['compared_first'], every)})."


def unusual_sentence(series: TimeSeries, point: Point, every: Every) -> str:
    """Tue 17 Mar 2026: reply rate 11.2% of 188 delivered; between 1.2% and 9.0% would be usual."""
    name = LABELS[series.metric].lower()
    of = f" of {number(point['of'])} {_OF_WHAT[_denominator(series.metric)]}"
    return f"{bucket_name(point['date'], every)}: {name} {_shown(series, point['value'])}{of}; {_limits(series, point)}"


def partial_sentence(point: Point, every: Every) -> str:
    """Which part of a week or month the period cuts out."""
    days = (point["last"] - point["first"]).days + 1
    whole = 7 if every == Every.WEEK else pd.Timestamp(point["date"]).days_in_month
    return f"Only {days} of the {whole} days of this {every} are in the period."


def remark(point: Point, cost: float, every: Every) -> str:
    """The hover text of a day, week or month as such: its cost, and whether it is only partly in the period."""
    spent = "" if pd.isna(cost) else f"{money(cost)} was spent in all."
    return " ".join(filter(None, (spent, partial_sentence(point, every) if point["is_partial"] else "")))


def cost_sentence(component: str, value: float) -> str:
    """$1.73 was spent on AI generation."""
    if component not in COST_COLUMNS:
        return f"{money(value)} was spent without saying on what."
    name = LABELS[component]
    return f"{money(value)} was spent on {name if name.startswith('AI') else name.lower()}."


def lag_sentence(learned: Mapping[str, MaturityCurve], names: list[str]) -> str:
    """A sentence on how long the shown metrics take to arrive in this account."""
    parts = [
        f"of {ARRIVALS[name]} within {_days(learned[name].mature_age)}"
        for name in dict.fromkeys(map(counted, names))
        if name in learned
    ]
    return f"In this account 95% {_listed(parts)} of the sending have arrived." if parts else ""


def _value(series: TimeSeries, point: Point) -> str:
    if pd.isna(point["value"]):
        return f"{LABELS[series.metric]}: {'nothing to divide by' if point['of'] == 0 else 'not known'}."
    count, of = number(point["count"]), "" if pd.isna(point["of"]) else number(point["of"])
    verb = _HAPPENED[counted(series.metric)][point["count"] != 1]
    mails = "email" if point["count"] == 1 else "emails"
    if not series.is_rate:
        whole = f", of {of} {_OF_WHAT[_denominator(series.metric)]}" if of and series.is_cohort else ""
        return f"{count} {mails} {verb}{whole}."
    rate, whole = f"{LABELS[series.metric]} {percent(point['value'])}", _OF_WHAT[_denominator(series.metric)]
    if series.is_cohort:
        return f"{rate}: {count} of {of} {whole} emails {verb}."
    return f"{rate}: {count} {mails} {verb} while {of} were {whole}."


def _usual(series: TimeSeries, point: Point) -> str:
    return f"Unusual: {_limits(series, point)}." if point["is_unusual"] else ""


def _limits(series: TimeSeries, point: Point) -> str:
    low, high = (_shown(series, point[end]) for end in ("usual_low", "usual_high"))
    return f"between {low} and {high} would be usual"


def _to_come(series: TimeSeries, point: Point) -> str:
    if not point["is_immature"]:
        return ""
    arrivals = ARRIVALS[counted(series.metric)]
    low, high = number(point["expected_low"]), number(point["expected_high"])
    return (
        f"About {point['arrived']:.0%} of its {arrivals} are in; "
        f"expect about {number(point['expected'])} in the end, likely {low} to {high}."
    )


def _shown(series: TimeSeries, value: float) -> str:
    return percent(value) if series.is_rate else number(value)


def _denominator(metric: str) -> str:
    return RATES[metric].parts[1] if metric in RATES else OF[metric]


def _days(age: int) -> str:
    return "the day of sending" if age == 0 else f"{age} day{'' if age == 1 else 's'}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
