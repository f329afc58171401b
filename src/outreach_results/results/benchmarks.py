"""Benchmarks: our own numbers beside the community's, in total, by campaign, by mcp (kind of campaign), over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Float, cast, func, select

from outreach_results import metrics
from outreach_results.errors import QueryError
from outreach_results.metrics import Interval, Verdict
from outreach_results.models import COUNTS, MICROS_PER_DOLLAR, Benchmarks, Distribution, Filters, metric_definitions
from outreach_results.results.campaigns import all_campaigns
from outreach_results.results.daily import daily_stats
from outreach_results.results.query import chosen_days, sum_usd
from outreach_results.results.totals import campaign_totals
from outreach_results.store import schema
from outreach_results.store.engine import Store

COST_PER_EMAIL = metric_definitions.COST_PER_EMAIL.name
OWN_METRICS = metric_definitions.BENCHMARK_METRICS
LOWER_IS_BETTER = frozenset(name for name in OWN_METRICS if metric_definitions.METRICS[name].lower_is_better)

STALE_AFTER_DAYS = 180
SMALL_BELOW_CAMPAIGNS = 100
ENOUGH_CASES = 30
"""A campaign of our own with fewer emails is left out of the distribution of our own campaigns."""
ENOUGH_CAMPAIGNS = 4
"""With fewer campaigns of our own no quartiles are computed."""


def benchmarks(store: Store, mcp: str | None = None) -> Benchmarks:
    """The community's distributions for an mcp, or of the community as a whole.

    Returns:
        The distributions by metric, in the order of the registry, unknown metrics last; empty without benchmarks.

    Raises:
        QueryError: there are no benchmarks for that mcp.
    """
    table = schema.benchmarks
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.mcp == (mcp or "")).order_by(table.c.metric)).all()
        mcps = connection.execute(select(table.c.mcp).distinct().order_by(table.c.mcp)).scalars().all()
    # An unknown mcp is an error that lists the known ones; only for the community as a whole, none may be there yet.
    if not rows and mcp:
        named = ", ".join(name for name in mcps if name) or "none"
        raise QueryError("mcp", f"No benchmarks are known for the mcp {mcp[:100]!r}. Known: {named}.")
    order = {name: place for place, name in enumerate(OWN_METRICS)}
    return Benchmarks(
        mcp=mcp,
        sample_size=rows[0].sample_size if rows else None,
        benchmarks={
            row.metric: Distribution(average=row.average, p25=row.p25, p50=row.p50, p75=row.p75)
            for row in sorted(rows, key=lambda row: order.get(row.metric, len(order)))
        },
        updated_at=rows[0].updated_at if rows else None,
    )


def benchmark_mcps(store: Store) -> list[str]:
    """The mcps with benchmarks in alphabetical order; '' stands for the community as a whole and comes first."""
    column = schema.benchmarks.c.mcp
    with store.read() as connection:
        return list(connection.execute(select(column).distinct().order_by(column)).scalars())


@dataclass(frozen=True, slots=True)
class Peers:
    """The campaigns that ours are compared with: the community's (of one mcp, or all), or all our own.

    ``numbers.sample_size`` is the number of these campaigns.
    """

    numbers: Benchmarks
    is_own: bool = False

    @property
    def sampled(self) -> int | None:
        """The sample size behind the quartiles; None for our own, which are no sample but all our campaigns."""
        return None if self.is_own else self.numbers.sample_size

    def age_on(self, day: date) -> int | None:
        """Days from the update of the numbers to ``day``; None if its date is unknown, negative if they are newer."""
        return None if self.numbers.updated_at is None else (day - self.numbers.updated_at.date()).days

    def is_stale_on(self, day: date) -> bool:
        """Whether the numbers are older than `STALE_AFTER_DAYS` on ``day``."""
        return (self.age_on(day) or 0) > STALE_AFTER_DAYS

    @property
    def is_small(self) -> bool:
        """Whether the sample has fewer than `SMALL_BELOW_CAMPAIGNS` campaigns."""
        return self.sampled is not None and self.sampled < SMALL_BELOW_CAMPAIGNS


def community(store: Store, mcp: str | None) -> Peers:
    """The community's campaigns of an mcp, or all of them.

    Raises:
        QueryError: there are no benchmarks for that mcp.
    """
    return Peers(benchmarks(store, mcp))


def own_peers(store: Store, filters: Filters, mcp: str | None = None) -> Peers:
    """All our own campaigns (of an mcp) in the same period, whichever of them are chosen."""
    frame = _campaign_sums(store, _all_of(store, filters, mcp))
    sample_size = int((frame["emails_sent"] >= ENOUGH_CASES).sum())
    return Peers(Benchmarks(mcp=mcp, sample_size=sample_size, benchmarks=_own_distributions(frame)), is_own=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of ours beside the distribution of our peers.

    ``value`` is a share (0 to 1) or dollars. ``interval`` is its 95 % interval, ``cases`` its denominator in emails;
    ``percentiles`` (0 to 1) is the range of its percentiles among the peers, a higher one always being better. ``own``
    is the distribution of all our own campaigns.
    """

    metric: str
    value: float | None
    interval: Interval | None
    cases: int | None
    community: Distribution
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


def comparisons(store: Store, filters: Filters, peers: Peers) -> list[Comparison]:
    """Every metric that the peers have, beside the total of our chosen campaigns of the peers' mcp.

    Raises:
        QueryError: the period starts after its end.
    """
    mcp = peers.numbers.mcp
    # Read once for all our campaigns: the distribution of our own needs also those that are not chosen.
    frame = _campaign_sums(store, _all_of(store, filters, mcp))
    sums = _sum(_chosen(frame, filters))
    distributions = _own_distributions(frame)
    return [
        replace(_compare(metric, sums, numbers, peers), own=distributions.get(metric))
        for metric, numbers in peers.numbers.benchmarks.items()
    ]


_COMPARISON_COLUMNS = [
    "value",
    "low",
    "high",
    "cases",
    "percentile_low",
    "percentile_high",
    "standing",
    "more_emails",
    "verdict",
]
_WHOLE = {"cases": "Int64", "more_emails": "Int64"}


def campaign_comparison(store: Store, filters: Filters, peers: Peers, metric: str) -> pd.DataFrame:
    """Each chosen campaign of the peers' mcp beside the peers, the best first.

    Columns: campaign_id, name, mcp, value, low and high (95 %), cases, percentile_low and _high (0 to 1), standing,
    more_emails (needed to tell), verdict.
    """
    numbers = peers.numbers.benchmarks.get(metric, Distribution())
    frame = _chosen(_campaign_sums(store, _all_of(store, filters, peers.numbers.mcp)), filters)
    rows = [
        {name: row[name] for name in ("campaign_id", "name", "mcp")} | _row(_compare(metric, row, numbers, peers))
        for row in _records(frame)
    ]
    frame = pd.DataFrame(rows, columns=["campaign_id", "name", "mcp", *_COMPARISON_COLUMNS]).astype(_WHOLE)
    return frame.sort_values(
        ["value", "name"], ascending=[metric in LOWER_IS_BETTER, True], na_position="last", ignore_index=True
    )


def mcp_comparison(store: Store, filters: Filters, metric: str) -> pd.DataFrame:
    """Our campaigns of each mcp beside the community's of the same one, most emails first.

    Columns: mcp, campaigns (ours), those of `campaign_comparison` from value on, average, p25, p50, p75, sample_size.
    """
    frame = _campaign_sums(store, filters)
    rows = []
    benchmarked = benchmark_mcps(store)
    # An mcp of one side only is listed too, with the other side's numbers empty: left out, it would seem not to exist.
    for mcp in sorted({mcp for mcp in [*frame["mcp"].dropna(), *benchmarked] if mcp}):
        peers = community(store, mcp) if mcp in benchmarked else Peers(Benchmarks(mcp=mcp, benchmarks={}))
        numbers = peers.numbers.benchmarks.get(metric, Distribution())
        own = frame[frame["mcp"] == mcp]
        rows.append(
            {"mcp": mcp, "campaigns": len(own)}
            | _row(_compare(metric, _sum(own), numbers, peers))
            | numbers.model_dump()
            | {"sample_size": peers.numbers.sample_size}
        )
    columns = ["mcp", "campaigns", *_COMPARISON_COLUMNS, "average", "p25", "p50", "p75", "sample_size"]
    result = pd.DataFrame(rows, columns=columns).astype(_WHOLE | {"sample_size": "Int64"})
    return result.sort_values(["cases", "mcp"], ascending=[False, True], na_position="last", ignore_index=True)


def comparison_over_time(
    store: Store, filters: Filters, peers: Peers, metric: str, by: Literal["week", "month"] = "week"
) -> pd.DataFrame:
    """Our value week by week (from Monday) or month by month, oldest first, with its interval.

    Columns: start, end (datetime64, inclusive), value, low, high, cases, percentile_low and _high, standing,
    more_emails, verdict.
    The first and the last week or month are cut at the ends of the period.
    """
    narrowed = _of_mcp(store, filters, peers.numbers.mcp)
    days = daily_stats(store, narrowed)
    numbers = peers.numbers.benchmarks.get(metric, Distribution())
    columns = ["start", "end", *_COMPARISON_COLUMNS]
    if days.empty:
        return pd.DataFrame(columns=columns)
    # A left join, because a day without sending has no cost per email, but may well have opens and replies.
    days = days.merge(_cost_spread(store, narrowed, "date"), on="date", how="left")
    period = days["date"].dt.to_period("W-SUN" if by == "week" else "M")
    rows = [
        {"start": chosen["date"].min(), "end": chosen["date"].max()}
        | _row(_compare(metric, _sum(chosen), numbers, peers))
        for _, chosen in days.groupby(period)
    ]
    return pd.DataFrame(rows, columns=columns).astype(_WHOLE)


_SPREAD_COLUMNS = ("campaign_days", "cost_squares", "cost_times_sent", "sent_squares")


def _campaign_sums(store: Store, filters: Filters) -> pd.DataFrame:
    """`campaign_totals` with the columns `_SPREAD_COLUMNS`, from which the interval of cost per email is computed."""
    return campaign_totals(store, filters).merge(
        _cost_spread(store, filters, "campaign_id"), on="campaign_id", how="left"
    )


def _cost_spread(store: Store, filters: Filters, by: Literal["campaign_id", "date"]) -> pd.DataFrame:
    """By campaign or by date: number, sums of squares and of products of the campaign days with emails sent."""
    table = schema.daily_stats.c
    # Floats, because squares of micro-dollars can overflow 64-bit integers.
    dollars = cast(table.cost, Float) / float(MICROS_PER_DOLLAR)
    sent = cast(table.emails_sent, Float)
    query = (
        select(
            table[by],
            func.count().label("campaign_days"),
            func.sum(dollars * dollars).label("cost_squares"),
            func.sum(dollars * sent).label("cost_times_sent"),
            func.sum(sent * sent).label("sent_squares"),
        )
        .where(*chosen_days(filters), table.emails_sent > 0)
        .group_by(table[by])
    )
    with store.read() as connection:
        frame = pd.DataFrame(connection.execute(query).mappings().all(), columns=[by, *_SPREAD_COLUMNS])
    frame = frame.astype(dict.fromkeys(_SPREAD_COLUMNS, "float64"))
    return frame.assign(date=pd.to_datetime(frame["date"])) if by == "date" else frame


def _all_of(store: Store, filters: Filters, mcp: str | None) -> Filters:
    """The same filters for all our campaigns of an mcp, whichever are chosen."""
    return _of_mcp(store, replace(filters, campaigns=None), mcp)


def _of_mcp(store: Store, filters: Filters, mcp: str | None) -> Filters:
    if mcp is None:
        return filters
    chosen = filters.campaigns
    # As a list of campaigns, because the rollups have no column for the mcp.
    ids = (campaign.id for campaign in all_campaigns(store) if campaign.mcp == mcp)
    return replace(filters, campaigns=tuple(sorted(id_ for id_ in ids if chosen is None or id_ in chosen)))


def _chosen(frame: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    return frame if filters.campaigns is None else frame[frame["campaign_id"].isin(filters.campaigns)]


def _records(frame: pd.DataFrame) -> Iterable[Mapping[str, Any]]:
    # None for every unknown number: the code below checks for None, and would calculate with NaN.
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _sum(frame: pd.DataFrame) -> Mapping[str, Any]:
    """Totals of some campaigns or days; a count or cost is None where it is unknown for one of them."""
    sums: dict[str, Any] = {}
    for name in (*COUNTS, "cost_usd"):
        numbers = frame[name]
        total = sum_usd(numbers) if is_money(name) else numbers.sum()
        sums[name] = None if numbers.isna().any() else total
    for name in _SPREAD_COLUMNS:
        sums[name] = float(frame[name].fillna(0).sum())
    return sums


def _compare(metric: str, sums: Mapping[str, Any], numbers: Distribution, peers: Peers) -> Comparison:
    value, interval, cases = _measure(metric, sums)
    lower_is_better = metric in LOWER_IS_BETTER
    verdict = metrics.judge(
        value,
        interval,
        numbers,
        cases=cases,
        sample_size=peers.sampled,
        lower_is_better=lower_is_better,
        is_share=not is_money(metric),
    )
    if verdict.more is not None and cases:
        # The verdict counts cases, such as delivered emails; users decide how many emails to send, so scale up.
        verdict = replace(verdict, more=metrics.round_up(verdict.more * max(1.0, (sums["emails_sent"] or 0) / cases)))
    percentiles = None
    if interval is not None:
        percentiles = metrics.percentile_range(
            interval, numbers, sample_size=peers.sampled, lower_is_better=lower_is_better
        )
    return Comparison(metric, value, interval, cases, numbers, percentiles, verdict)


def _measure(metric: str, sums: Mapping[str, Any]) -> tuple[float | None, Interval | None, int | None]:
    """A metric of these totals: its value, its 95 % interval, and its denominator in emails."""
    if metric == COST_PER_EMAIL:
        return _cost_per_email(sums)
    rate = metrics.RATES.get(metric)
    if rate is None:
        return None, None, None
    count, of = (None if sums[name] is None else int(sums[name]) for name in rate.parts)
    return metrics.ratio(count, of), metrics.wilson(count, of), of


def _cost_per_email(sums: Mapping[str, Any]) -> tuple[float | None, Interval | None, int | None]:
    cost, sent = sums["cost_usd"], sums["emails_sent"]
    ratio = metrics.ratio(cost, sent)
    if ratio is None:
        return None, None, None
    value = float(ratio)
    interval = None
    # One campaign day does not show how days differ, so it has no interval.
    if (sums["campaign_days"] or 0) >= 2:
        # The sum over campaign days of (cost - value * sent) squared, expanded so that SQL can sum its terms.
        variance = sums["cost_squares"] - 2 * value * sums["cost_times_sent"] + value * value * sums["sent_squares"]
        interval = metrics.ratio_interval(value, variance, float(sent), int(sums["campaign_days"]))
    return value, interval, int(sent)


def _row(comparison: Comparison) -> dict[str, Any]:
    """A comparison as the columns `_COMPARISON_COLUMNS`."""
    low, high = comparison.interval or (None, None)
    percentile_low, percentile_high = comparison.percentiles or (None, None)
    return {
        "value": comparison.value,
        "low": low,
        "high": high,
        "cases": comparison.cases,
        "percentile_low": percentile_low,
        "percentile_high": percentile_high,
        "standing": str(comparison.verdict.standing),
        "more_emails": comparison.verdict.more,
        "verdict": comparison.verdict.words(),
    }


def _own_distributions(frame: pd.DataFrame) -> dict[str, Distribution]:
    """The distribution of our own campaigns by metric, each campaign counting once; without the small ones."""
    distributions = {}
    for metric in OWN_METRICS:
        measured = [_measure(metric, row) for row in _records(frame)]
        # The rate of a few emails is mostly chance: such campaigns would move the quartiles apart.
        values = [value for value, _, cases in measured if value is not None and (cases or 0) >= ENOUGH_CASES]
        if len(values) >= ENOUGH_CAMPAIGNS:
            p25, p50, p75 = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
            distributions[metric] = Distribution(average=float(np.mean(values)), p25=p25, p50=p50, p75=p75)
    return distributions
