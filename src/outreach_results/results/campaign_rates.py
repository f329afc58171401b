"""The headline rates of each campaign, and which campaigns changed by more than chance.

The same computation as `headlines`, campaign by campaign: on the send basis rates are adjusted for what the youngest
emails are still expected to bring, and intervals allow for emails of one day being alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np

from outreach_results.metrics import Change
from outreach_results.metrics.dispersion import DailyCounts, change_p_value, dispersion, dispersions, shares_p_value
from outreach_results.metrics.multiple import holm
from outreach_results.models import Basis, Filters
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.day_table import day_table
from outreach_results.results.headlines import SIGNIFICANT, HeadlineRate, PeriodDays
from outreach_results.results.import_history import data_as_of
from outreach_results.results.query import check_period
from outreach_results.results.seasonality import NO_CURVES, MaturityCurves, maturity_curves
from outreach_results.store.engine import Store


def campaign_rates(
    store: Store, filters: Filters, names: Sequence[str] = tuple(RATES)
) -> dict[str, dict[str, HeadlineRate]]:
    """By campaign id, the headline rates of these names.

    Campaigns without any activity in the period are left out.

    Raises:
        QueryError: the period starts after its end.
    """
    return _rates(dict(_periods(store, filters, names, curves_of(store, filters), data_as_of(store))), names)


def campaign_changes(
    store: Store, filters: Filters, comparison: Filters, name: str = "reply_rate"
) -> dict[str, Change]:
    """By campaign id, the change of a rate against the comparison, of campaigns that have the rate in both periods.

    A change is noise unless it stands out among those of all the campaigns (Holm's correction).

    Raises:
        QueryError: a period starts after its end.
    """
    curves, clock = curves_of(store, filters), data_as_of(store)
    # Both periods as of one moment, so that an import between the two statements cannot look like a change.
    now, before = (dict(_periods(store, chosen, (name,), curves, clock)) for chosen in (filters, comparison))
    count, of = RATES[name].parts
    pairs = {
        campaign_id: (now[campaign_id].counts(count, of), before[campaign_id].counts(count, of))
        for campaign_id in sorted(now.keys() & before.keys())
    }
    return changes_among_many(pairs)


def rates_and_standouts(
    store: Store, filters: Filters, names: Sequence[str], name: str = "reply_rate"
) -> tuple[dict[str, dict[str, HeadlineRate]], dict[str, Change]]:
    """`campaign_rates`, and by campaign id how a rate differs from that of all other campaigns together.

    Without other campaigns, or without a rate, there is nothing to differ from.

    Raises:
        QueryError: the period starts after its end.
    """
    periods = dict(_periods(store, filters, (*names, name), curves_of(store, filters), data_as_of(store)))
    return _rates(periods, names), standouts_among(
        {own: period.counts(*RATES[name].parts) for own, period in periods.items()}
    )


def _rates(periods: Mapping[str, PeriodDays], names: Sequence[str]) -> dict[str, dict[str, HeadlineRate]]:
    rates: dict[str, dict[str, HeadlineRate]] = {own: {} for own in periods}
    for name in names:
        parts = RATES[name].parts
        spreads = dispersions([[period.plain(*parts)] for period in periods.values()])
        for (own, period), spread in zip(periods.items(), spreads, strict=True):
            rates[own][name] = period.share(*parts, spread)
    return rates


def standouts_among(own: Mapping[str, DailyCounts]) -> dict[str, Change]:
    """The difference of each campaign's rate from that of all others together, noise unless it stands out among all.

    What is held against chance is how much days of one campaign differ, not how much campaigns do. Of many campaigns
    it is corrected by Holm's method.
    """
    # One spread for all: the days of a single small campaign are too few to estimate it from.
    spread = dispersion(list(own.values()))
    sums = {campaign_id: (counts.total, counts.whole) for campaign_id, counts in own.items()}
    total, whole = sum(count for count, _ in sums.values()), sum(of for _, of in sums.values())
    p_values = holm([shares_p_value(*pair, total - pair[0], whole - pair[1], spread) for pair in sums.values()])
    differences = {}
    for (campaign_id, (count, of)), p_value in zip(sums.items(), p_values, strict=True):
        # The others need emails and an outcome: `relative` divides by their rate.
        if 0 < of < whole and total > count:
            # By event date outcomes of earlier emails can make a count exceed the emails of the period.
            rate, others = min(1.0, count / of), min(1.0, (total - count) / (whole - of))
            is_noise = p_value is None or p_value > SIGNIFICANT
            differences[campaign_id] = Change(rate - others, rate / others - 1, is_noise)
    return differences


def changes_among_many(pairs: Mapping[str, tuple[DailyCounts, DailyCounts]]) -> dict[str, Change]:
    """The change of each campaign's rate from its second to its first counts, noise unless it stands out among all."""
    spreads = dispersions(list(pairs.values()))  # of all at once: one by one they take most of a page's time
    p_values = holm([change_p_value(*pair, spread) for pair, spread in zip(pairs.values(), spreads, strict=True)])
    changes = {}
    for (campaign_id, (now, before)), p_value in zip(pairs.items(), p_values, strict=True):
        if now.rate is not None and before.rate:
            is_noise = p_value is None or p_value > SIGNIFICANT
            changes[campaign_id] = Change(now.rate - before.rate, now.rate / before.rate - 1, is_noise)
    return changes


def curves_of(store: Store, filters: Filters) -> MaturityCurves:
    """The maturity curves by which rates are adjusted: none by event date."""
    is_cohort = filters.basis == Basis.SEND
    return maturity_curves(store, humans_only=filters.humans_only) if is_cohort else NO_CURVES


def _periods(
    store: Store, filters: Filters, names: Sequence[str], curves: MaturityCurves, clock: datetime
) -> Iterator[tuple[str, PeriodDays]]:
    check_period(filters)
    parts = {part for name in names for part in RATES[name].parts}
    with store.read() as connection:
        days, facts = day_table(connection, filters), campaign_facts(connection, filters.campaigns)
    columns = {part: days.column(part, humans_only=filters.humans_only) for part in parts}
    for own, rows in days.by_campaign():
        untracked = facts[own].untracked
        by_name = {
            part: np.full(len(column[rows]), np.nan) if part in untracked else column[rows]
            for part, column in columns.items()
        }
        yield own, PeriodDays(days.dates[rows], by_name, curves, basis=filters.basis, clock=clock)
