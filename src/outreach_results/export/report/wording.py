"""Outcomes and changes in the words of the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outreach_results.metrics import Change, relative_change
from outreach_results.metrics.small_numbers import CostPerEvent
from outreach_results.models import numbers
from outreach_results.models.metric_definitions import COST_PER_MEETING, POSITIVE_REPLIES, TILES, Metric, Unit
from outreach_results.results import FirstResponse, PeriodSummary

FORMATS: dict[Unit, Callable[[float | None], str]] = {
    Unit.EMAILS: numbers.number,
    Unit.REPLIES: numbers.number,
    Unit.SHARE: numbers.percent,
    Unit.DOLLARS: numbers.money,
}
"""How a number of each unit is written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One metric of the period, in words.

    ``tone`` is ``better`` or ``worse`` where it changed by more than chance and people do not decide it; else empty.
    ``number`` and ``before`` are the values behind the words.
    """

    name: str
    label: str
    value: str
    detail: str
    change: str
    tone: str
    number: float | None
    before: float | None


def outcomes(summary: PeriodSummary) -> list[Outcome]:
    """The metrics of the overview's tiles, in their order."""
    return [_outcome(metric, summary) for metric in TILES]


def response_outcome(response: FirstResponse) -> Outcome:
    """How long positive replies waited until they were done."""
    value, hours = response.value() or numbers.MISSING, response.hours
    return Outcome("first_response", "First response", value, response.spread(), "", "", hours.median, None)


def _outcome(metric: Metric, summary: PeriodSummary) -> Outcome:
    if metric is POSITIVE_REPLIES:
        return _positive(summary)
    if metric is COST_PER_MEETING:
        return _meeting_cost(summary)
    totals, before = summary.totals, summary.totals_before
    value, then = totals.value(metric), before.value(metric) if before else None
    rate = summary.headlines.rates.get(metric.name)
    number = value if rate is None or (value is not None and rate.share_in is None) else rate.rate
    details = []
    if rate is not None and rate.interval is not None:
        details.append(numbers.span(*(numbers.percent(end) for end in rate.interval)))
    part = totals.tracked.get(metric.name)
    if part is not None:
        details.append("not tracked" if part.is_none else f"in {part.campaigns} of {part.of_campaigns} campaigns")
    change, tone = _changed(metric, relative_change(value, then) if metric.is_decided else None, summary)
    return Outcome(
        metric.name, metric.label, FORMATS[metric.unit](number), ", ".join(details), change, tone, number, then
    )


def _changed(metric: Metric, decided: Change | None, summary: PeriodSummary) -> tuple[str, str]:
    if metric.is_decided:
        return ("" if decided is None else numbers.change(decided.relative)), ""
    moved = summary.headlines.changes.get(metric.name)
    is_human = summary.holds(metric.name)
    return judged(moved, is_rate=metric.unit == Unit.SHARE, per_email=metric.numerator is None, is_human=is_human)


def judged(change: Change | None, *, is_rate: bool, per_email: bool, is_human: bool = True) -> tuple[str, str]:
    """A change in words, and its tone."""
    if change is None:
        return "", ""
    moved = numbers.points(change.difference) if is_rate else numbers.change(change.relative)
    words = f"{moved} per email" if per_email else moved
    if change.is_noise:
        return f"{words}, not significant", ""
    if not is_human:
        return f"{words}, bots only", ""
    return words, "better" if change.difference > 0 else "worse"


def _positive(summary: PeriodSummary) -> Outcome:
    change, tone = judged(summary.positive_change, is_rate=False, per_email=True)
    detail = f"{numbers.number(summary.unclassified)} unclassified" if summary.unclassified else ""
    value = numbers.number(summary.positive)
    metric = POSITIVE_REPLIES
    return Outcome(metric.name, metric.label, value, detail, change, tone, summary.positive, summary.positive_before)


def _meeting_cost(summary: PeriodSummary) -> Outcome:
    price, then = summary.price, summary.price_before
    metric = COST_PER_MEETING
    if price is None:
        part = summary.totals.tracked.get("meetings_booked") or summary.totals.tracked.get("cost")
        detail = "not tracked" if part is not None and part.is_none else "no meetings"
        return Outcome(metric.name, metric.label, numbers.MISSING, detail, "", "", None, None)
    before = None if then is None else then.value
    change = "" if before is None or price.value is None else f"was {numbers.money(before)}"
    detail = "" if price.value is None else numbers.price_range(price.low, price.high)
    return Outcome(metric.name, metric.label, price_words(price), detail, change, "", price.value, before)


def price_words(price: CostPerEvent) -> str:
    """What a meeting costs: a price, or with fewer than three meetings the range in which it lies."""
    return numbers.price_range(price.low, price.high) if price.value is None else numbers.money(price.value)
