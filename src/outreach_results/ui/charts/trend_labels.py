"""Labels and sentences for the points of a time series."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd

from outreach_results.metrics import RATES, Every, MaturityCurve, TimeSeries, counted
from outreach_results.metrics.control import OF
from outreach_results.metrics.time_series import Point
from outreach_results.models import COST_COLUMNS
from outreach_results.models.metric_definitions import COUNT_METRICS
from outreach_results.ui import text
from outreach_results.ui.charts.base import LABELS
from outreach_results.ui.charts.time_axis import holds
from outreach_results.ui.text import money, number, percent

ARRIVALS: dict[str, str] = {name: count.tracked_as for name, count in COUNT_METRICS.items() if count.has_lags}
"""The plural nouns of what arrives some time after sending."""

_HAPPENED: dict[str, tuple[str, str]] = {name: count.happened for name, count in COUNT_METRICS.items()}
_FORMER_LABELS = ("%a %d %b %Y", "Week of %a %d %b %Y", "%B %Y")
_OF_WHAT = {"delivered": "delivered", "emails_sent": "sent"}


def bucket_name(start: date, every: Every) -> str:
    """Tue, Mar 17, 2026 · Week of Mar 16, 2026 · March 2026."""
    if every == Every.MONTH:
        return text.month(start)
    return f"Week of {text.day(start)}" if every == Every.WEEK else text.weekday(start)


def day_written(written: str) -> date | None:
    """The day that a link names: 2026-03-17 or, as links had it before, a label such as Tue 17 Mar 2026."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        pass
    for label in _FORMER_LABELS:
        try:
            day = datetime.strptime(written, label).date()  # noqa: DTZ007 -- a day has no time zone
        except ValueError:
            continue
        return day if f"{day:{label.replace('%d', '%-d')}}" == written else None
    return None


def point_sentence(series: TimeSeries, point: Point) -> str:
    """The hover text of a point: its value, whether it is unusual, and what share is still expected."""
    return " ".join(filter(None, (_value(series, point), remarks(series, point))))


def remarks(series: TimeSeries, point: Point) -> str:
    """The remarks on a point beside its value: whether it is unusual, and what share is still expected."""
    return " ".join(filter(None, (_usual(series, point), _still_expected(series, point))))


def shares(series: TimeSeries, point: Point) -> str:
    """The numbers behind a rate: 12 of 188 delivered; empty where there is none."""
    if not series.is_rate or pd.isna(point["value"]):
        return ""
    return f"{number(point['count'])} of {number(point['of'])} {_OF_WHAT[_denominator(series.metric)]}"


def shown(series: TimeSeries, value: float) -> str:
    """A value of a series: 1,247 or 36.6%; a dash where there is none."""
    if pd.isna(value):
        return text.MISSING
    return percent(value) if series.is_rate else number(value)


def mean_sentence(series: TimeSeries, value: float) -> str:
    """The hover text of the 7-day average at a point."""
    if series.is_rate:
        return f"7-day average: {percent(value)}."
    return f"7-day average: {value:,.1f} a day."


def compared_sentence(series: TimeSeries, point: Point, every: Every, *, is_mean: bool) -> str:
    """The hover text of the comparison at a point."""
    value = point["compared_mean"] if is_mean else point["compared"]
    written = f"{value:,.1f}" if is_mean and not series.is_rate else shown(series, value)
    return f"{LABELS[series.metric]} compared: {written} ({bucket_name(point['compared_first'], every)})."


def partial_sentence(point: Point, every: Every) -> str:
    """Which part of a week or month the period cuts out."""
    days = (point["last"] - point["first"]).days + 1
    whole = 7 if every == Every.WEEK else pd.Timestamp(point["date"]).days_in_month
    return f"Only {days} of the {whole} days of this {every} are in the period."


def unfinished_sentence(known_until: datetime) -> str:
    """Why a point is still growing: its last day is not over."""
    return f"The day is not over: known until {text.clock(known_until)}."


def remark(point: Point, cost: float, every: Every, unfinished: datetime | None = None) -> str:
    """The hover text of a day, week or month as such: its cost, and whether a part of it is not there (yet).

    Args:
        unfinished: until when the last day is known, while it is not over.
    """
    spent = "" if pd.isna(cost) else f"{money(cost)} was spent in total."
    partial = partial_sentence(point, every) if point["is_partial"] else ""
    open_day = unfinished_sentence(unfinished) if unfinished and holds(point["date"], every, unfinished) else ""
    return " ".join(filter(None, (spent, partial, open_day)))


def cost_sentence(component: str, value: float) -> str:
    """$1.73 was spent on AI generation."""
    if component not in COST_COLUMNS:
        return f"{money(value)} was spent without saying on what."
    name = LABELS[component]
    return f"{money(value)} was spent on {name if name.startswith('AI') else name.lower()}."


def lag_sentence(learned: Mapping[str, MaturityCurve], names: list[str]) -> str:
    """A sentence on how long the shown metrics take to arrive in this account."""
    parts = [
        f"95% of {ARRIVALS[name]} arrive within {_days(learned[name].mature_age)}"
        for name in dict.fromkeys(map(counted, names))
        if name in learned
    ]
    return f"In this account, {_listed(parts)} of sending." if parts else ""


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


def limits(series: TimeSeries, point: Point) -> tuple[str, str]:
    """The ends of the usual range of a point."""
    return shown(series, point["usual_low"]), shown(series, point["usual_high"])


def _limits(series: TimeSeries, point: Point) -> str:
    return f"between {' and '.join(limits(series, point))} would be usual"


def _still_expected(series: TimeSeries, point: Point) -> str:
    if not point["is_immature"]:
        return ""
    arrivals = ARRIVALS[counted(series.metric)]
    low, high = number(point["expected_low"]), number(point["expected_high"])
    return (
        f"About {point['arrived']:.0%} of its {arrivals} are in; "
        f"expect about {number(point['expected'])} in the end, likely {low} to {high}."
    )


def _denominator(metric: str) -> str:
    return RATES[metric].parts[1] if metric in RATES else OF[metric]


def _days(age: int) -> str:
    return "the day" if age == 0 else text.counted(age, "day")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
