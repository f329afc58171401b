"""The rates that pages lead with, and whether they changed by more than chance.

On the send basis a rate is adjusted for what its youngest emails are still expected to bring; on the activity basis it
is the plain one. Intervals and p-values allow for emails of one day being alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from outreach_results import metrics
from outreach_results.metrics.adjusted_rates import LEAST_SHARE_IN, adjusted_rate, weighted
from outreach_results.metrics.dispersion import DailyCounts, Dispersion, change_p_value, dispersion, rate_interval
from outreach_results.metrics.multiple import holm
from outreach_results.models import Basis, Filters
from outreach_results.models.metric_definitions import COUNT_METRICS, RATES, TILES
from outreach_results.results.daily import DayNumbers, day_numbers
from outreach_results.results.day_table import Floats
from outreach_results.results.import_history import data_as_of
from outreach_results.results.query import check_period
from outreach_results.results.seasonality import NO_CURVES, MaturityCurves, maturity_curves
from outreach_results.store.engine import Store

SIGNIFICANT = 0.05
"""The chance of any false alarm among the tiles of one page."""

_PER_EMAIL_SENT = {"meetings_booked": ("meetings_booked", "emails_sent")}
"""Counts that are compared per email sent, so that more sending is not a success by itself."""


@dataclass(frozen=True, slots=True)
class HeadlineRate:
    """A rate with its 95% interval.

    Attributes:
        rate: between 0 and 1, unrounded; None without a denominator, and while less than 5% of the outcomes are in.
        interval: None where the rate is not a share of the emails it is divided by.
        share_in: the share (0 to 1) of outcomes that is in; None on the activity basis, and without a maturity curve.
    """

    rate: float | None
    interval: metrics.Interval | None
    share_in: float | None = None


@dataclass(frozen=True, slots=True)
class Headlines:
    """The headline rates by name, and the changes of rates and counts by name with their significance.

    The change of a count such as meetings is that of its rate per email sent.
    """

    rates: dict[str, HeadlineRate]
    changes: dict[str, metrics.Change]


def headlines(
    store: Store, filters: Filters, comparison: Filters | None = None, *, now: datetime | None = None
) -> Headlines:
    """The headline rates of the chosen campaigns together, and how they changed.

    Args:
        comparison: the filters of the comparison; without it there are no changes.
        now: until when the data is known; by default `data_as_of`.

    Raises:
        QueryError: a period starts after its end.
    """
    curves, clock = curves_and_clock(store, filters, now)
    before = None
    for period in filter(None, (filters, comparison)):
        check_period(period)
    with store.read() as connection:
        days = day_numbers(connection, filters)
        if comparison is not None:
            before = day_numbers(connection, comparison)
    return headlines_of(days, before, curves, basis=filters.basis, clock=clock)


def curves_and_clock(store: Store, filters: Filters, now: datetime | None = None) -> tuple[MaturityCurves, datetime]:
    """By what rates are adjusted, and until when the data is known (by default `data_as_of`) in the reporting zone."""
    is_cohort = filters.basis == Basis.SEND
    curves = maturity_curves(store, humans_only=filters.humans_only) if is_cohort else NO_CURVES
    return curves, data_as_of(store) if now is None else now.astimezone(store.zone())


def headlines_of(
    days: DayNumbers, before: DayNumbers | None, curves: MaturityCurves, *, basis: Basis, clock: datetime
) -> Headlines:
    """The headline rates from days, see `headlines`.

    Args:
        days, before: those of the period, and of the comparison.
        clock: until when the data is known, in the reporting zone: if the last day is that of the clock, only a part of
            it has passed.
    """
    period, earlier = (
        None if one is None else PeriodDays(one.dates, one.numbers, curves, basis=basis, clock=clock)
        for one in (days, before)
    )
    assert period is not None
    rates = {name: period.headline(name) for name in RATES}
    return Headlines(rates, {} if earlier is None else _changes(period, earlier))


def holds_for_humans(change: metrics.Change, humans: metrics.Change | None) -> bool:
    """Whether a change is one of people too: without machines it goes the same way, by more than chance."""
    return humans is not None and not humans.is_noise and (humans.difference > 0) == (change.difference > 0)


class PeriodDays:
    """The days of one period with the maturity of their emails.

    Args:
        dates: (days,) in any order.
        counts: by name of a count, its value on each of the days; NaN where it is not known. For two counts that are
            not known of the same campaigns, also those of `metrics.shared_column`.
        curves, basis, clock: see `headlines_of`.
    """

    def __init__(
        self,
        dates: NDArray[np.datetime64],
        counts: Mapping[str, Floats],
        curves: MaturityCurves,
        *,
        basis: Basis,
        clock: datetime,
    ) -> None:
        self._counts = counts
        self._plain: dict[tuple[str, str], DailyCounts] = {}
        self._is_cohort = basis == Basis.SEND
        self._curves = curves.by_count if self._is_cohort else {}
        self._ages, self._day_fraction = np.zeros(len(dates), dtype=np.int64), 1.0
        if self._curves:  # else nobody uses the ages, and a page has such a period for each of its campaigns
            self._ages = (np.datetime64(curves.last_day or date(1970, 1, 1), "D") - dates).astype(np.int64)
            seconds = (clock - clock.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
            self._day_fraction = seconds / 86_400 if clock.date() == curves.last_day else 1.0

    def plain(self, count: str, of: str) -> DailyCounts:
        """Daily counts as they are, of the campaigns that know both."""
        found = self._plain.get((count, of))
        if found is None:
            one, two = metrics.shared_column(count, of), metrics.shared_column(of, count)
            found = DailyCounts(self._counts.get(one, self._counts[count]), self._counts.get(two, self._counts[of]))
            self._plain[count, of] = found  # with its sums, which are asked for again and again
        return found

    def counts(self, count: str, of: str) -> DailyCounts:
        """Daily counts; with a maturity curve, their denominators are weighted by the share of outcomes that is in."""
        plain = self.plain(count, of)
        curve = self._curves.get(count)
        return plain if curve is None else weighted(plain, self._ages, curve, self._day_fraction)

    def headline(self, name: str) -> HeadlineRate:
        """A rate of this period, adjusted for maturity on the send basis."""
        return self.share(*RATES[name].parts)

    def share(
        self, count: str, of: str, spread: Dispersion | None = None, *, with_interval: bool = True
    ) -> HeadlineRate:
        """One count as a share of another, adjusted for maturity on the send basis.

        Args:
            spread: the dispersion of the plain counts, where it is known already.
            with_interval: without the interval it takes a fraction of the time.
        """
        plain = self.plain(count, of)
        if not plain.is_known.all():
            return HeadlineRate(None, None)  # unknown on some of the days: the rest would pass for the whole period
        curve = self._curves.get(count)
        if curve is not None:
            adjusted = adjusted_rate(plain, self._ages, curve, self._day_fraction)
            if adjusted is not None:
                return HeadlineRate(adjusted.rate, adjusted.interval() if with_interval else None, adjusted.share_in)
            if plain.whole > 0:
                return HeadlineRate(None, None, self.counts(count, of).whole / plain.whole)
        if plain.whole <= 0:
            return HeadlineRate(None, None)
        rate, interval = plain.total / plain.whole, None
        # By event date a count may exceed its denominator, by the outcomes of emails sent before the period. Then it is
        # no share of them, and has no interval of a share.
        if with_interval and rate <= 1:
            interval = rate_interval(rate, plain.whole, spread or dispersion([plain]))
        # Without a curve the count is complete when an email is sent, or there is too little data for one.
        return HeadlineRate(rate, interval, 1.0 if self._is_cohort and not COUNT_METRICS[count].has_lags else None)

    def rolling(self, name: str) -> Floats:
        """The rate of the seven days up to each day, adjusted like `headline`; NaN while hardly anything is in."""
        count, of = RATES[name].parts
        plain, adjusted = self.plain(count, of), self.counts(count, of)
        emails, effective = (metrics.rolling_sum(counts.of, 7) for counts in (plain, adjusted))
        rate = metrics.rolling_rate(plain.count, adjusted.of)
        return np.where(effective >= LEAST_SHARE_IN * emails, rate, np.nan)


def _changes(now: PeriodDays, before: PeriodDays) -> dict[str, metrics.Change]:
    """The changes of the tiles, with p-values adjusted for multiple comparisons (Holm)."""
    parts = {
        tile.name: tile.parts if tile.numerator else _PER_EMAIL_SENT[tile.name]
        for tile in TILES
        if tile.name in RATES or tile.name in _PER_EMAIL_SENT
    }
    # All tiles are tested before one is left out: whether a change is noise depends on how many are looked at.
    pairs, p_values = {}, []
    for name, (count, of) in parts.items():
        pair = now.counts(count, of), before.counts(count, of)
        pairs[name] = pair
        p_values.append(change_p_value(*pair))
    changes = {}
    for (name, pair), p_value in zip(pairs.items(), holm(p_values), strict=True):
        this, earlier = (counts.rate for counts in pair)
        if this is None or not earlier:
            continue
        is_noise = p_value is None or p_value > SIGNIFICANT
        changes[name] = metrics.Change(this - earlier, this / earlier - 1, is_noise)
    return changes
