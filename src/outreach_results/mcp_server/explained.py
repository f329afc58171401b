"""What belongs to a number: its definition, its 95% range, and why it is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from outreach_results import results
from outreach_results.mcp_server.answers import About, MeetingCost, Quoted
from outreach_results.metrics.small_numbers import CostPerEvent
from outreach_results.models import Basis, Campaign, CampaignStats, CohortStats, Filters
from outreach_results.models.breakdown import RateRange
from outreach_results.models.metric_definitions import COST, COSTS, METRICS, RATES, TRACKED, Metric
from outreach_results.results import HeadlineRate, Totals
from outreach_results.store.engine import Store

PRINCIPLES = [
    "Counts are unique emails: an email that was opened five times is one opened.",
    "The delivery rate is a share of emails sent; all other rates are shares of delivered emails.",
    "null is not 0: the number is not known, and `unknown` says why.",
    "By event date an event counts on its own day, by send date on the day its email was sent. Days are those of the "
    "reporting time zone.",
    "Ranges are of 95%. A change that chance alone may explain is not significant.",
    "Money is in US dollars.",
]
"""What holds for all numbers."""


def about(
    store: Store,
    filters: Filters | None,
    metrics: Iterable[str] = (),
    *,
    unknown: Mapping[str, str] | None = None,
    remarks: Iterable[str] = (),
) -> About:
    """What the numbers of an answer mean.

    Args:
        filters: how they are counted; None where that makes no difference.
        metrics: the names of the metrics that it has.
    """
    return About(
        time_zone=store.zone().key,
        data_through=results.last_day(store),
        counting="" if filters is None else counting(filters),
        definitions={name: METRICS[name].definition for name in metrics if name in METRICS},
        unknown=dict(unknown or {}),
        remarks=[*remarks],
    )


def counting(filters: Filters) -> str:
    """How the filters count, in words."""
    by = "by event date" if filters.basis == Basis.ACTIVITY else "by send date"
    return f"{by}, {'without' if filters.humans_only else 'with'} bots and automatic replies"


def quoted(text: str | None) -> Quoted | None:
    """Text that other people wrote."""
    return None if text is None else Quoted(written_by_others=text)


def intervals(rates: Mapping[str, HeadlineRate]) -> dict[str, RateRange]:
    """The 95% range of each rate that has one, rounded as rates are."""
    return {
        name: RateRange(low=round(rate.interval.low, 3), high=round(rate.interval.high, 3))
        for name, rate in rates.items()
        if rate.interval is not None
    }


def meeting_cost(price: CostPerEvent | None) -> MeetingCost | None:
    """What a meeting cost."""
    return None if price is None else MeetingCost(value_usd=price.value, low_usd=price.low, high_usd=price.high)


def unknown_stats(stats: CampaignStats, campaign: Campaign) -> dict[str, str]:
    """Why numbers of a campaign's stats are null."""
    untracked = {name: kind for kind, names in TRACKED.items() if kind not in campaign.tracked for name in names}
    values: dict[str, Any] = stats.stats.model_dump() | {COST.name: stats.costs.total_byok_usd}
    reasons = {
        name: _not_tracked(untracked[name]) if name in untracked else "Its source does not say it for these days."
        for name, value in values.items()
        if value is None
    }
    reasons |= _unknown_rates(stats.rates.model_dump(), values)
    if any(getattr(stats.costs.breakdown, name) is None for name in COSTS) and COST.name not in reasons:
        reasons["costs.breakdown"] = "The source does not split the cost into components."
    if stats.period is None:
        reasons["period"] = "Nothing happened in these days."
    if isinstance(stats, CohortStats):
        reasons |= _unknown_cohort(stats)
    return reasons


def unknown_totals(totals: Totals) -> dict[str, str]:
    """Why numbers of a total over campaigns are null."""
    values: dict[str, Any] = totals.stats.model_dump() | {COST.name: totals.costs.total_byok_usd}
    reasons = {name: "None of these campaigns tracks it." for name, value in values.items() if value is None}
    return reasons | _unknown_rates(totals.rates.model_dump(), values)


def partly_tracked(totals: Totals) -> list[str]:
    """Which numbers of a total are of some of its campaigns only."""
    return [
        f"{METRICS[name].label} is that of the {part.campaigns} of {part.of_campaigns} campaigns that track it."
        for name, part in totals.tracked.items()
        if name in METRICS and not part.is_none
    ]


def _not_tracked(kind: str) -> str:
    return f"Not tracked: this campaign does not track {kind}."


def _unknown_rates(rates: Mapping[str, float | None], values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _why_no_rate(RATES[name], values) for name, rate in rates.items() if rate is None}


def _why_no_rate(rate: Metric, values: Mapping[str, Any]) -> str:
    for part in rate.parts:
        if values[part] is None:
            return f"{METRICS[part].label} is not known."
    if not values[rate.parts[1]]:
        return f"Nothing to divide by: {METRICS[rate.parts[1]].label.lower()} is 0."
    return "No campaign knows both its parts."


def _unknown_cohort(stats: CohortStats) -> dict[str, str]:
    shares, adjusted = stats.share_in.model_dump(), stats.adjusted_rates.model_dump()
    reasons = {
        f"share_in.{name}": "Too little is known of how long these outcomes take."
        for name, share in shares.items()
        if share is None
    }
    return reasons | {
        f"adjusted_rates.{name}": "Less than 5% of these outcomes are expected to be in."
        for name, rate in adjusted.items()
        if rate is None and shares[name] is not None
    }
