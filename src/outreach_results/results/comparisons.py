"""Our own numbers beside those of our peers: in total, by campaign, by mcp (kind of campaign), and over time.

On the send basis rates are adjusted for what the youngest emails are still expected to bring. Intervals and verdicts
allow for emails of one day being alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np

from outreach_results import metrics
from outreach_results.metrics import Interval, Verdict
from outreach_results.metrics.correlation import Correlation
from outreach_results.models import Benchmarks, Distribution, Filters
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.benchmarks import (
    ENOUGH_CAMPAIGNS,
    ENOUGH_CASES,
    LOWER_IS_BETTER,
    OWN_METRICS,
    Peers,
    benchmark_mcps,
    community,
)
from outreach_results.results.campaign_totals import campaign_rows
from outreach_results.results.campaigns import all_campaigns, last_day
from outreach_results.results.kept import kept_on
from outreach_results.results.own_days import (
    MEASURED,
    Group,
    Own,
    OwnDays,
    Sums,
    alike,
    measure,
    own_days,
    sums_of,
    values,
)
from outreach_results.results.query import check_period
from outreach_results.store.engine import Store


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of ours beside the distribution of our peers.

    Attributes:
        value: a share (0 to 1) or dollars.
        interval: of 95%.
        firm: the wider interval that the verdict uses.
        cases: the denominator in emails.
        share_in: the share (0 to 1) of outcomes that is in, on the send basis; the value is adjusted for the rest.
        median: where the peers' median lies with 95% confidence.
        percentiles: the range (0 to 1) of the value's percentiles among the peers.
        own: the distribution of all our own campaigns.
    """

    metric: str
    value: float | None
    interval: Interval | None
    firm: Interval | None
    cases: int | None
    share_in: float | None
    community: Distribution
    median: Interval | None
    percentiles: Interval | None
    verdict: Verdict
    own: Distribution | None = None

    @property
    def is_money(self) -> bool:
        """Whether the metric is dollars rather than a share."""
        return is_money(self.metric)

    @property
    def lower_is_better(self) -> bool:
        """Whether less of it is better."""
        return self.metric in LOWER_IS_BETTER


def is_money(metric: str) -> bool:
    """Whether a metric is dollars rather than a share."""
    return metric.endswith("_usd")


class _Account:
    """Our campaigns in a period: those of the filters, and beside them those that are not chosen.

    ``mcp`` is the kind of campaign that a question is about; None for all.
    """

    def __init__(self, store: Store, filters: Filters) -> None:
        check_period(filters)
        self._filters = filters
        self._mcps = {one.id: one.mcp for one in all_campaigns(store)}
        self._all_days = own_days(store, filters.for_campaigns(None))
        self._by_campaign = self._all_days.by_campaign()
        self._rows = campaign_rows(store, filters.for_campaigns(None))
        self._end = filters.end or last_day(store) or date.min
        self._together: dict[frozenset[str], OwnDays] = {}

    def ids(self, mcp: str | None) -> frozenset[str]:
        """All our campaigns."""
        return frozenset(id_ for id_, of in self._mcps.items() if mcp in (None, of))

    def chosen_ids(self, mcp: str | None) -> frozenset[str]:
        """The chosen campaigns, whether or not they were active in the period."""
        every = self.ids(mcp)
        return every if self._filters.campaigns is None else every & set(self._filters.campaigns)

    def chosen(self, mcp: str | None) -> list[dict[str, Any]]:
        """The rows of `campaign_rows` of the chosen campaigns."""
        ids = self.chosen_ids(mcp)
        return [row for row in self._rows if row["campaign_id"] in ids]

    def distributions(self, mcp: str | None) -> dict[str, Distribution]:
        """The distribution of all campaigns by metric, each campaign counting once; without the small ones."""
        ids = self.ids(mcp)
        groups = [Group(row, self._days_of(row)) for row in self._rows if row["campaign_id"] in ids]
        by_metric = {}
        for metric in OWN_METRICS:
            # The rate of a few emails is mostly chance: such campaigns would move the quartiles apart.
            known = values(metric, groups, enough=ENOUGH_CASES)
            if len(known) >= ENOUGH_CAMPAIGNS:
                p25, p50, p75 = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
                by_metric[metric] = Distribution(average=float(np.mean(known)), p25=p25, p50=p50, p75=p75)
        return by_metric

    def large_campaigns(self, mcp: str | None) -> int:
        """How many campaigns sent enough emails to count among our own."""
        ids = self.ids(mcp)
        return sum((row["emails_sent"] or 0) >= ENOUGH_CASES for row in self._rows if row["campaign_id"] in ids)

    def in_total(self, metric: str, numbers: Distribution, mcp: str | None) -> Own:
        """A metric of the chosen campaigns together."""
        if metric not in MEASURED:
            return Own()
        days = self._in_period(self._days_together(metric, mcp))
        group = Group(sums_of(self.chosen(mcp), metric), days, self._alike(metric, mcp, self._end))
        return measure(metric, [group], numbers)[0]

    def by_campaign(self, metric: str, numbers: Distribution, mcp: str | None) -> list[tuple[Sums, Own]]:
        """A metric of each row of `chosen`."""
        within_day = alike(metric, self._histories(mcp, self._end))
        rows = self.chosen(mcp)
        own = measure(metric, [Group(row, self._days_of(row), within_day) for row in rows], numbers)
        return list(zip(rows, own, strict=True))

    def over_time(
        self, metric: str, by: Literal["week", "month"], numbers: Distribution, mcp: str | None
    ) -> list[tuple[date, date, Own]]:
        """A metric of `chosen` together in each calendar week or month of the period, with its first and last day.

        Weeks without any activity are there too, without a value.
        """
        chosen = self._in_period(self._days_together(metric, mcp))
        dates = chosen.table.dates
        if not len(dates):
            return []
        # Cut to the period: days outside of it were read for their variation alone.
        first, last = self._filters.start or dates.min().item(), self._filters.end or dates.max().item()
        starts = [first]
        while (following := _next(starts[-1], by)) is not None and following <= last:
            starts.append(following)
        ends = [*(start - _DAY for start in starts[1:]), last]
        parts = [chosen.between(start, end) for start, end in zip(starts, ends, strict=True)]
        own = [Own() for _ in parts]
        if metric in MEASURED:
            groups = [
                Group(days.sums(metric), days, self._alike(metric, mcp, end))
                for days, end in zip(parts, ends, strict=True)
            ]
            own = measure(metric, groups, numbers)
        return list(zip(starts, ends, own, strict=True))

    def _in_period(self, days: OwnDays) -> OwnDays:
        return days.between(self._filters.start, self._filters.end)

    def _days_of(self, row: Sums) -> OwnDays:
        # A campaign without days has totals that its platform reports.
        return self._in_period(self._by_campaign.get(row["campaign_id"]) or self._all_days.of(()))

    def _days_together(self, metric: str, mcp: str | None) -> OwnDays:
        """The days of the chosen campaigns, for their sums."""
        ids = self.chosen_ids(mcp)
        if metric not in RATES:
            return self._all_days.of(ids)  # every day of a campaign is an observation of its own
        if ids not in self._together:
            self._together[ids] = self._all_days.of(ids).condensed()
        return self._together[ids]

    def _alike(self, metric: str, mcp: str | None, end: date) -> Correlation:
        """How alike the emails of a day were before that day."""
        if metric not in RATES or len(self.chosen_ids(mcp)) != 1:
            return alike(metric, [self._days_together(metric, mcp).before(end)])
        # The days of a single campaign are few; those of the others say how alike emails of a day are, too.
        return alike(metric, self._histories(mcp, end))

    def _histories(self, mcp: str | None, end: date) -> list[OwnDays]:
        ids = self.ids(mcp)
        return [days.before(end) for own, days in self._by_campaign.items() if own in ids]


def _next(day: date, by: Literal["week", "month"]) -> date | None:
    """The first day of the next calendar week (from Monday) or month; None after the last day of all."""
    try:
        return day + timedelta(days=7 - day.weekday()) if by == "week" else (day.replace(day=1) + _MONTH).replace(day=1)
    except OverflowError:
        return None


_DAY = timedelta(days=1)
_MONTH = timedelta(days=31)  # from the first of a month, always in the next one


def _account(store: Store, filters: Filters) -> _Account:
    """The account, made once for all questions of a page about the same campaigns and days."""
    with store.at_one_moment(), store.read() as connection:
        return kept_on(connection).get(("account", filters), lambda: _Account(store, filters))


def own_peers(store: Store, filters: Filters, mcp: str | None = None) -> Peers:
    """All our own campaigns (of an mcp) in the same period, whichever of them are chosen."""
    account = _account(store, filters)
    numbers = Benchmarks(mcp=mcp, sample_size=account.large_campaigns(mcp), benchmarks=account.distributions(mcp))
    return Peers(numbers, is_own=True)


def comparisons(store: Store, filters: Filters, peers: Peers) -> list[Comparison]:
    """Every metric that the peers have, beside the total of our chosen campaigns of the peers' mcp.

    Raises:
        QueryError: the period starts after its end.
    """
    account, mcp = _account(store, filters), peers.numbers.mcp
    distributions = account.distributions(mcp)
    return [
        _compare(metric, account.in_total(metric, numbers, mcp), peers, distributions.get(metric))
        for metric, numbers in peers.numbers.benchmarks.items()
    ]


@dataclass(frozen=True, slots=True)
class CampaignComparison:
    """A campaign beside the peers."""

    campaign_id: str
    name: str
    mcp: str | None
    comparison: Comparison


def campaign_comparison(store: Store, filters: Filters, peers: Peers, metric: str) -> list[CampaignComparison]:
    """Each chosen campaign of the peers' mcp beside the peers, the best first, those without a value last."""
    numbers, mcp = peers.numbers.benchmarks.get(metric, Distribution()), peers.numbers.mcp
    rows = [
        CampaignComparison(row["campaign_id"], row["name"], row["mcp"], _compare(metric, own, peers))
        for row, own in _account(store, filters).by_campaign(metric, numbers, mcp)
    ]
    sign = 1 if metric in LOWER_IS_BETTER else -1

    def best_first(row: CampaignComparison) -> tuple[bool, float, str]:
        value = row.comparison.value
        return value is None, sign * (value or 0.0), row.name

    return sorted(rows, key=best_first)


@dataclass(frozen=True, slots=True)
class McpComparison:
    """Our campaigns of an mcp (so many of them) beside the community's of the same one."""

    mcp: str
    campaigns: int
    sample_size: int | None
    comparison: Comparison


def mcp_comparison(store: Store, filters: Filters, metric: str) -> list[McpComparison]:
    """Our campaigns of each mcp beside the community's of the same one, most emails first.

    An mcp of one side only is listed too: left out, it would seem not to exist.
    """
    account, benchmarked = _account(store, filters), benchmark_mcps(store)
    rows = []
    for mcp in sorted({mcp for mcp in [*(row["mcp"] for row in account.chosen(None)), *benchmarked] if mcp}):
        peers = community(store, mcp) if mcp in benchmarked else Peers(Benchmarks(mcp=mcp, benchmarks={}))
        own = account.in_total(metric, peers.numbers.benchmarks.get(metric, Distribution()), mcp)
        compared = _compare(metric, own, peers)
        rows.append(McpComparison(mcp, len(account.chosen(mcp)), peers.numbers.sample_size, compared))
    return sorted(rows, key=lambda row: (row.comparison.cases is None, -(row.comparison.cases or 0), row.mcp))


@dataclass(frozen=True, slots=True)
class PartComparison:
    """Our value of a part of the period, a calendar week or month from its first to its last day."""

    start: date
    end: date
    comparison: Comparison


def comparison_over_time(
    store: Store, filters: Filters, peers: Peers, metric: str, by: Literal["week", "month"] = "week"
) -> list[PartComparison]:
    """Our value week by week (from Monday) or month by month, oldest first, with its interval.

    The first and the last week or month are cut at the ends of the period.
    """
    numbers, mcp = peers.numbers.benchmarks.get(metric, Distribution()), peers.numbers.mcp
    parts = _account(store, filters).over_time(metric, by, numbers, mcp)
    return [PartComparison(start, end, _compare(metric, own, peers)) for start, end, own in parts]


def _compare(metric: str, own: Own, peers: Peers, all_own: Distribution | None = None) -> Comparison:
    measured, numbers = own.measured, peers.numbers.benchmarks.get(metric, Distribution())
    verdict = metrics.judge(measured, numbers, sample_size=peers.sampled, lower_is_better=metric in LOWER_IS_BETTER)
    percentiles = None
    if measured.interval is not None:
        percentiles = metrics.percentile_range(measured.interval, numbers, sample_size=peers.sampled)
    return Comparison(
        metric,
        measured.value,
        measured.interval,
        measured.firm,
        own.cases,
        own.share_in,
        numbers,
        peers.median_range(metric),
        percentiles,
        verdict,
        all_own,
    )
