"""The rates of the groups of a breakdown, and which of them differ from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outreach_results.metrics import ratio
from outreach_results.metrics.dispersion import DailyCounts, Dispersion, dispersion
from outreach_results.metrics.group_differences import GroupCounts, GroupDifference
from outreach_results.results.breakdown_counts import GroupRows
from outreach_results.results.headlines import HeadlineRate, PeriodDays

CountsByCampaign = Mapping[str, Mapping[str, int | None]]
"""The counts of a group by campaign id, then by name; None where not known."""

_MOST_PERIODS = 300
"""So many groups of a campaign, the largest, say how days differ; more of them would hardly say more."""

PeriodOf = Callable[[NDArray[np.datetime64], Mapping[str, NDArray[np.float64]]], PeriodDays]
"""The days of a period, from dates and counts."""


@dataclass(frozen=True, slots=True)
class GroupDays:
    """The days of groups of emails.

    Args:
        rows: NaN where the campaign does not know a count.
        period_of: makes the days of a period of them, with the maturity of their emails.
    """

    rows: GroupRows
    period_of: PeriodOf

    def rates(self, count: str, of: str, groups: Mapping[str, CountsByCampaign]) -> list[HeadlineRate]:
        """One count as a share of another in each group, of the campaigns that know both."""
        rows = self._of_both(count, of)
        days, on = np.unique(rows.dates, return_inverse=True)
        shape = len(rows.groups), len(days)
        cell = rows.group * len(days) + on
        has_rows = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape) > 0
        sums = {name: np.bincount(cell, rows.numbers[name], has_rows.size).reshape(shape) for name in (count, of)}
        shares = []
        for group, of_campaigns in groups.items():
            pair, place = _pair(of_campaigns, count, of), rows.groups.index(group)
            if has_rows[place].any():
                own = {name: sums[name][place][has_rows[place]] for name in (count, of)}
                share = self.period_of(days[has_rows[place]], own).share(count, of)
                shares.append(_agreeing(share, (own[count].sum(), own[of].sum()), pair))
            else:
                shares.append(HeadlineRate(ratio(*pair), None))
        return shares

    def group_counts(self, count: str, of: str, groups: Sequence[str], judged: int) -> GroupCounts:
        """The counts of the groups by campaign, of which the first ones are judged."""
        rows = self._of_both(count, of)
        if not len(rows.dates):
            nothing = np.zeros((len(groups), 1))
            return GroupCounts(nothing, nothing, judged=judged)
        counted = self.period_of(rows.dates, rows.numbers).counts(count, of)
        shape = len(rows.groups), len(rows.campaigns)
        cell = rows.group * shape[1] + rows.campaign
        places = [rows.groups.index(group) for group in groups]
        counts, whole = (
            np.bincount(cell, part, shape[0] * shape[1]).reshape(shape)[places].astype(np.float64)
            for part in (counted.count, counted.of)
        )
        return GroupCounts(counts, whole, _spread(rows, counted), judged)

    def _of_both(self, count: str, of: str) -> GroupRows:
        """The rows that know both."""
        own = self.rows
        known = np.isfinite(own.numbers[count]) & np.isfinite(own.numbers[of])
        return replace(
            own,
            campaign=own.campaign[known],
            group=own.group[known],
            dates=own.dates[known],
            numbers={name: own.numbers[name][known] for name in (count, of)},
        )


def _pair(of_campaigns: CountsByCampaign, count: str, of: str) -> tuple[int | None, int | None]:
    """Both numbers in the campaigns that know them."""
    pairs = [(own.get(count), own.get(of)) for own in of_campaigns.values()]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    return (sum(one for one, _ in known), sum(other for _, other in known)) if known else (None, None)


def _agreeing(share: HeadlineRate, of_days: tuple[float, float], pair: tuple[int | None, int | None]) -> HeadlineRate:
    """The share of the days; that of the totals where a source knows more of the period than its days say."""
    return share if of_days == pair else replace(share, rate=ratio(*pair), interval=None)


def _spread(rows: GroupRows, counted: DailyCounts) -> Dispersion:
    """The dispersion of the daily counts, each group of a campaign around its own rate."""
    group = rows.campaign * len(rows.groups) + rows.group
    in_order = np.argsort(group, kind="stable")
    ends = np.flatnonzero(np.diff(group[in_order])) + 1
    parts = [np.split(part[in_order], ends) for part in (counted.count, counted.of)]
    periods = [DailyCounts(*pair) for pair in zip(*parts, strict=True)]
    largest = sorted(periods, key=lambda one: one.of.sum(), reverse=True)
    return dispersion(largest[:_MOST_PERIODS])


def rate_columns(
    name: str, rates: Sequence[HeadlineRate], *, is_cohort: bool
) -> Iterator[tuple[str, list[float | None]]]:
    """The columns of a rate: itself, its interval, and on the send basis how much of it is in."""
    yield name, [rate.rate for rate in rates]
    yield f"{name}_low", [rate.interval and rate.interval.low for rate in rates]
    yield f"{name}_high", [rate.interval and rate.interval.high for rate in rates]
    if is_cohort:
        yield f"{name}_share_in", [rate.share_in for rate in rates]


def standing_out(rate: HeadlineRate, difference: GroupDifference) -> int | None:
    """1 or -1 where a rate is significantly above or below that of the others, which is outside of its interval."""
    if difference.p_value is None or difference.others is None:
        return None
    if rate.rate is None or rate.interval is None or rate.interval.low <= difference.others <= rate.interval.high:
        return 0
    return difference.direction if (rate.rate > difference.others) == (difference.direction > 0) else 0
