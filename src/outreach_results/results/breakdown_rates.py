"""The rates of the groups of a breakdown, and which of them differ from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outreach_results.metrics import ratio
from outreach_results.metrics.dispersion import DailyCounts, Dispersion, dispersion
from outreach_results.metrics.group_differences import GroupCounts, GroupDifference
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
        days: campaign_id, date, group and the counts; NaN where the campaign does not know one.
        period_of: makes the days of a period of them, with the maturity of their emails.
    """

    days: pd.DataFrame
    period_of: PeriodOf

    def rates(self, count: str, of: str, groups: Mapping[str, CountsByCampaign]) -> list[HeadlineRate]:
        """One count as a share of another in each group, of the campaigns that know both."""
        by_day = self._of_both(count, of).groupby(["group", "date"], as_index=False)[[count, of]].sum()
        days = {str(group): own for group, own in by_day.groupby("group")}
        shares = []
        for group, of_campaigns in groups.items():
            pair = _pair(of_campaigns, count, of)
            if group in days:
                share = self._period(days[group], count, of).share(count, of)
                shares.append(_agreeing(share, days[group][[count, of]], pair))
            else:
                shares.append(HeadlineRate(ratio(*pair), None))
        return shares

    def group_counts(self, count: str, of: str, groups: Sequence[str], judged: int) -> GroupCounts:
        """The counts of the groups by campaign, of which the first ones are judged."""
        known = self._of_both(count, of)
        if known.empty:
            nothing = np.zeros((len(groups), 1))
            return GroupCounts(nothing, nothing, judged=judged)
        known[of] = self._period(known, count, of).counts(count, of).of
        sums = known.groupby(["group", "campaign_id"])[[count, of]].sum()
        table = sums.unstack("campaign_id", fill_value=0.0).reindex(list(groups), fill_value=0.0)
        counts, whole = (np.asarray(table[name], dtype=np.float64) for name in (count, of))
        return GroupCounts(counts, whole, _spread(known, count, of), judged)

    def _of_both(self, count: str, of: str) -> pd.DataFrame:
        return self.days.loc[
            self.days[count].notna() & self.days[of].notna(), ["campaign_id", "date", "group", count, of]
        ]

    def _period(self, days: pd.DataFrame, count: str, of: str) -> PeriodDays:
        dates = np.asarray(days["date"], dtype="datetime64[D]")
        return self.period_of(dates, {name: np.asarray(days[name], dtype=np.float64) for name in (count, of)})


def _pair(of_campaigns: CountsByCampaign, count: str, of: str) -> tuple[int | None, int | None]:
    """Both numbers in the campaigns that know them."""
    pairs = [(own.get(count), own.get(of)) for own in of_campaigns.values()]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    return (sum(one for one, _ in known), sum(other for _, other in known)) if known else (None, None)


def _agreeing(share: HeadlineRate, days: pd.DataFrame, pair: tuple[int | None, int | None]) -> HeadlineRate:
    """The share of the days; that of the totals where a source knows more of the period than its days say."""
    if tuple(days.sum()) == pair:
        return share
    return replace(share, rate=ratio(*pair), interval=None)


def _spread(days: pd.DataFrame, count: str, of: str) -> Dispersion:
    """The dispersion of the daily counts, each group of a campaign around its own rate."""
    group = days.groupby(["campaign_id", "group"]).ngroup().to_numpy()
    by_group = np.argsort(group, kind="stable")
    ends = np.flatnonzero(np.diff(group[by_group])) + 1
    parts = [np.split(np.asarray(days[name], dtype=np.float64)[by_group], ends) for name in (count, of)]
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
