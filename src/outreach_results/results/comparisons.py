"""Our own numbers beside those of our peers: in total, by campaign, by mcp (kind of campaign), and over time.

On the send basis rates are adjusted for what the youngest emails are still expected to bring. Intervals and verdicts
allow for emails of one day being alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from outreach_results import metrics
from outreach_results.metrics import Interval, Verdict
from outreach_results.models import Benchmarks, Distribution, Filters
from outreach_results.results.benchmarks import (
    ENOUGH_CAMPAIGNS,
    ENOUGH_CASES,
    LOWER_IS_BETTER,
    OWN_METRICS,
    Peers,
    benchmark_mcps,
    community,
)
from outreach_results.results.campaigns import all_campaigns, last_day
from outreach_results.results.kept import kept_on
from outreach_results.results.own_days import Own, OwnDays, Sums, alike, measure, own_days, sums_of, values
from outreach_results.results.query import check_period
from outreach_results.results.rows import records
from outreach_results.results.totals import campaign_totals
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
    """Our campaigns of an mcp (or all) in a period: those of the filters, and beside them those that are not chosen."""

    def __init__(self, store: Store, filters: Filters, mcp: str | None) -> None:
        check_period(filters)
        self._filters = filters
        self._mcps = {one.id: one.mcp for one in all_campaigns(store) if mcp in (None, one.mcp)}
        # As a list of campaigns, because the rollups have no column for the mcp.
        every = filters.among(None if mcp is None else tuple(sorted(self._mcps)))
        self._all_days = own_days(store, every)
        self._period = self._all_days.between(filters.start, filters.end)
        self._days = self._period.by_campaign()
        self._totals = campaign_totals(store, every)
        self._end = filters.end or last_day(store) or date.min

    def distributions(self) -> dict[str, Distribution]:
        """The distribution of all campaigns by metric, each campaign counting once; without the small ones."""
        groups = [(row, self._days_of(row)) for row in records(self._totals)]
        by_metric = {}
        for metric in OWN_METRICS:
            # The rate of a few emails is mostly chance: such campaigns would move the quartiles apart.
            known = values(metric, groups, enough=ENOUGH_CASES)
            if len(known) >= ENOUGH_CAMPAIGNS:
                p25, p50, p75 = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
                by_metric[metric] = Distribution(average=float(np.mean(known)), p25=p25, p50=p50, p75=p75)
        return by_metric

    def large_campaigns(self) -> int:
        """How many campaigns sent enough emails to count among our own."""
        return int((self._totals["emails_sent"] >= ENOUGH_CASES).sum())

    def chosen_ids(self, mcp: str | None = None) -> set[str]:
        """The chosen campaigns (of an mcp), whether or not they were active in the period."""
        every = {id_ for id_, of in self._mcps.items() if mcp in (None, of)}
        return every if self._filters.campaigns is None else every & set(self._filters.campaigns)

    def chosen(self, mcp: str | None = None) -> pd.DataFrame:
        """`campaign_totals` of the chosen campaigns (of an mcp)."""
        return self._totals[self._totals["campaign_id"].isin(self.chosen_ids(mcp))]

    def in_total(self, metric: str, numbers: Distribution, mcp: str | None = None) -> Own:
        """A metric of the chosen campaigns (of an mcp) together."""
        days, within_day = self._period.of(self.chosen_ids(mcp)), alike(metric, self._histories(self._end, mcp))
        return measure(metric, sums_of(self.chosen(mcp)), days, within_day, numbers)

    def by_campaign(self, metric: str, numbers: Distribution) -> Iterable[tuple[Sums, Own]]:
        """A metric of each row of `chosen`."""
        within_day = alike(metric, self._all_days.before(self._end).by_campaign().values())
        for row in records(self.chosen()):
            yield row, measure(metric, row, self._days_of(row), within_day, numbers)

    def over_time(self, metric: str, frequency: str, numbers: Distribution) -> Iterable[tuple[date, date, Own]]:
        """A metric of `chosen` together in each calendar week or month of the period, with its first and last day.

        Weeks without any activity are there too, without a value.
        """
        chosen = self._period.of(self.chosen_ids())
        dates = chosen.table.dates
        if not len(dates):
            return
        first, last = self._filters.start or dates.min().item(), self._filters.end or dates.max().item()
        for period in pd.period_range(first, last, freq=frequency):
            # Cut to the period: days outside of it were read for their variation alone.
            start, end = max(period.start_time.date(), first), min(period.end_time.date(), last)
            days = chosen.between(start, end)
            yield start, end, measure(metric, days.sums(), days, alike(metric, self._histories(end)), numbers)

    def _days_of(self, row: Sums) -> OwnDays:
        # A campaign without days in the period has totals that its platform reports.
        return self._days.get(row["campaign_id"]) or self._period.of(())

    def _histories(self, end: date, mcp: str | None = None) -> Collection[OwnDays]:
        ids, recent = self.chosen_ids(mcp), self._all_days.before(end)
        if len(ids) != 1:
            return [recent.of(ids)]
        # The days of a single campaign are few; those of the others say how alike emails of a day are, too.
        return recent.of({id_ for id_, of in self._mcps.items() if mcp in (None, of)}).by_campaign().values()


def _account(store: Store, filters: Filters, mcp: str | None) -> _Account:
    """The account, made once for all questions of a page about the same campaigns and days."""
    with store.at_one_moment(), store.read() as connection:
        key = ("account", filters, mcp)
        return kept_on(connection).get(key, lambda: _Account(store, filters, mcp))


def own_peers(store: Store, filters: Filters, mcp: str | None = None) -> Peers:
    """All our own campaigns (of an mcp) in the same period, whichever of them are chosen."""
    account = _account(store, filters, mcp)
    numbers = Benchmarks(mcp=mcp, sample_size=account.large_campaigns(), benchmarks=account.distributions())
    return Peers(numbers, is_own=True)


def comparisons(store: Store, filters: Filters, peers: Peers) -> list[Comparison]:
    """Every metric that the peers have, beside the total of our chosen campaigns of the peers' mcp.

    Raises:
        QueryError: the period starts after its end.
    """
    account = _account(store, filters, peers.numbers.mcp)
    distributions = account.distributions()
    return [
        replace(
            _compare(metric, account.in_total(metric, numbers), numbers, peers),
            own=distributions.get(metric),
        )
        for metric, numbers in peers.numbers.benchmarks.items()
    ]


_COMPARISON_COLUMNS = [
    "value",
    "low",
    "high",
    "verdict_low",
    "verdict_high",
    "cases",
    "share_in",
    "percentile_low",
    "percentile_high",
    "standing",
    "more_emails",
    "verdict",
]
_WHOLE = {"cases": "Int64", "more_emails": "Int64"}
"""The columns of counts, which stay whole numbers where one is missing."""


def campaign_comparison(store: Store, filters: Filters, peers: Peers, metric: str) -> pd.DataFrame:
    """Each chosen campaign of the peers' mcp beside the peers, the best first.

    Columns: campaign_id, name, mcp, value, low and high (95%), verdict_low and verdict_high (the wider interval that
    the verdict uses), cases, share_in (0 to 1, by send date), percentile_low and _high (0 to 1), standing, more_emails
    (which settle it in four of five cases), verdict.
    """
    numbers = peers.numbers.benchmarks.get(metric, Distribution())
    account = _account(store, filters, peers.numbers.mcp)
    rows = [
        {name: row[name] for name in ("campaign_id", "name", "mcp")} | _row(_compare(metric, own, numbers, peers))
        for row, own in account.by_campaign(metric, numbers)
    ]
    frame = pd.DataFrame(rows, columns=["campaign_id", "name", "mcp", *_COMPARISON_COLUMNS]).astype(_WHOLE)
    return frame.sort_values(
        ["value", "name"], ascending=[metric in LOWER_IS_BETTER, True], na_position="last", ignore_index=True
    )


def mcp_comparison(store: Store, filters: Filters, metric: str) -> pd.DataFrame:
    """Our campaigns of each mcp beside the community's of the same one, most emails first.

    Columns: mcp, campaigns (ours), those of `campaign_comparison` from value on, average, p25, p50, p75, sample_size,
    median_low and median_high (where the community's median lies with 95% confidence).
    """
    account = _account(store, filters, None)
    rows = []
    benchmarked = benchmark_mcps(store)
    # An mcp of one side only is listed too, with the other side's numbers empty: left out, it would seem not to exist.
    for mcp in sorted({mcp for mcp in [*account.chosen()["mcp"].dropna(), *benchmarked] if mcp}):
        peers = community(store, mcp) if mcp in benchmarked else Peers(Benchmarks(mcp=mcp, benchmarks={}))
        numbers = peers.numbers.benchmarks.get(metric, Distribution())
        rows.append(
            {"mcp": mcp, "campaigns": len(account.chosen(mcp))}
            | _row(_compare(metric, account.in_total(metric, numbers, mcp), numbers, peers))
            | numbers.model_dump()
            | {"sample_size": peers.numbers.sample_size}
            | dict(zip(("median_low", "median_high"), peers.median_range(metric) or (None, None), strict=True))
        )
    published = ["average", "p25", "p50", "p75", "sample_size", "median_low", "median_high"]
    result = pd.DataFrame(rows, columns=["mcp", "campaigns", *_COMPARISON_COLUMNS, *published])
    result = result.astype(_WHOLE | {"sample_size": "Int64"})
    return result.sort_values(["cases", "mcp"], ascending=[False, True], na_position="last", ignore_index=True)


def comparison_over_time(
    store: Store, filters: Filters, peers: Peers, metric: str, by: Literal["week", "month"] = "week"
) -> pd.DataFrame:
    """Our value week by week (from Monday) or month by month, oldest first, with its interval.

    Columns: start, end (datetime64, inclusive), and those of `campaign_comparison` from value on.
    The first and the last week or month are cut at the ends of the period.
    """
    numbers = peers.numbers.benchmarks.get(metric, Distribution())
    account = _account(store, filters, peers.numbers.mcp)
    rows = [
        {"start": pd.Timestamp(start), "end": pd.Timestamp(end)} | _row(_compare(metric, own, numbers, peers))
        # Pandas names a week after its last day: this one begins on Monday.
        for start, end, own in account.over_time(metric, "W-SUN" if by == "week" else "M", numbers)
    ]
    return pd.DataFrame(rows, columns=["start", "end", *_COMPARISON_COLUMNS]).astype(_WHOLE)


def _compare(metric: str, own: Own, numbers: Distribution, peers: Peers) -> Comparison:
    measured = own.measured
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
    )


def _row(comparison: Comparison) -> dict[str, Any]:
    """A comparison as the columns `_COMPARISON_COLUMNS`."""
    low, high = comparison.interval or (None, None)
    verdict_low, verdict_high = comparison.firm or (None, None)
    percentile_low, percentile_high = comparison.percentiles or (None, None)
    return {
        "value": comparison.value,
        "low": low,
        "high": high,
        "verdict_low": verdict_low,
        "verdict_high": verdict_high,
        "cases": comparison.cases,
        "share_in": comparison.share_in,
        "percentile_low": percentile_low,
        "percentile_high": percentile_high,
        "standing": str(comparison.verdict.standing),
        "more_emails": comparison.verdict.more,
        "verdict": comparison.verdict.words(),
    }
