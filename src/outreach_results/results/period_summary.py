"""The outcomes of a period and what changed: what the overview leads with, for reports, digests and assistants."""

from __future__ import annotations

from dataclasses import dataclass, replace

from outreach_results.metrics import Change
from outreach_results.metrics.small_numbers import CostPerEvent, cost_per_event
from outreach_results.models import Filters, Sentiment
from outreach_results.models.metric_definitions import TILES
from outreach_results.results.alerts import chosen_limits
from outreach_results.results.campaign_rates import campaign_changes
from outreach_results.results.campaign_totals import campaign_rows
from outreach_results.results.chosen_period import ChosenPeriod
from outreach_results.results.headline_series import positive_replies_change
from outreach_results.results.headlines import Headlines, headlines, holds_for_humans
from outreach_results.results.insights import Alert, alerts, what_changed
from outreach_results.results.replies import inbox
from outreach_results.results.totals import Totals, totals
from outreach_results.store.engine import Store

LOOKS = len(TILES)
"""How many changes are looked at together, so that one of them seldom stands out by chance alone."""


@dataclass(frozen=True, slots=True)
class PeriodSummary:
    """The numbers of a period beside those of the one before it.

    What ends in ``_before`` is of the comparison, None without one. ``price`` is the cost of a meeting. ``changes`` are
    the sentences on what changed; a campaign's name in one is the plain text of who named it. ``human_headlines`` are
    those without machines: what counts as success has to hold for people.
    """

    period: ChosenPeriod
    totals: Totals
    totals_before: Totals | None
    headlines: Headlines
    human_headlines: Headlines
    positive: int
    positive_before: int | None
    positive_change: Change | None
    unclassified: int
    price: CostPerEvent | None
    price_before: CostPerEvent | None
    changes: tuple[str, ...]
    alerts: tuple[Alert, ...]

    def holds(self, name: str) -> bool:
        """Whether the change of a metric is one of people too, or there is none."""
        moved = self.headlines.changes.get(name)
        return moved is None or holds_for_humans(moved, self.human_headlines.changes.get(name))

    @property
    def has_activity(self) -> bool:
        """Whether anything happened in the period."""
        return any(self.totals.stats.model_dump().values())


def period_summary(store: Store, period: ChosenPeriod) -> PeriodSummary:
    """The outcomes of a period, what changed since the one before it, and what needs attention.

    Raises:
        QueryError: a period starts after its end.
    """
    filters, comparison = period.filters, period.comparison
    now, rates = totals(store, filters), headlines(store, filters, comparison)
    campaigns = campaign_rows(store, filters)
    people = replace(filters, humans_only=True)
    humans = campaign_rows(store, people)
    replies = inbox(store, filters, per_page=1).counts
    before, positive_before, moved = None, None, None
    changes: tuple[str, ...] = ()
    if comparison is not None:
        before = totals(store, comparison)
        positive_before = _positive(store, comparison)
        moved = positive_replies_change(store, filters, comparison, LOOKS)
        by_campaign = campaign_changes(store, filters, comparison)
        changes = tuple(what_changed(now, before, period.compared_with, campaigns, by_campaign, rates))
    return PeriodSummary(
        period=period,
        totals=now,
        totals_before=before,
        headlines=rates,
        human_headlines=headlines(store, people, None if comparison is None else replace(comparison, humans_only=True)),
        positive=replies[Sentiment.POSITIVE],
        positive_before=positive_before,
        positive_change=moved,
        unclassified=replies[Sentiment.UNCLASSIFIED],
        price=_price(now, rates.rates["conversion_rate"].share_in),
        price_before=None if before is None else _price(before),
        changes=changes,
        alerts=tuple(alerts(campaigns, humans, chosen_limits(store))),
    )


def _positive(store: Store, filters: Filters) -> int:
    return inbox(store, filters, per_page=1).counts[Sentiment.POSITIVE]


def _price(of: Totals, share_in: float | None = None) -> CostPerEvent | None:
    return cost_per_event(*of.dollars_and_count("cost", "meetings_booked"), share_in)
