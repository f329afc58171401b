"""The summary of a period holds the numbers of the questions that it is made of."""

from __future__ import annotations

from outreach_results import results
from outreach_results.models import Filters, Sentiment
from outreach_results.models.metric_definitions import COST_PER_MEETING
from outreach_results.store.engine import Store
from support.optional import present


def test_summary_has_the_numbers_of_both_periods(sample_store: Store) -> None:
    period = present(results.chosen_period(sample_store, Filters(), "28d"))
    comparison = present(period.comparison)
    summary = results.period_summary(sample_store, period)
    assert summary.totals == results.totals(sample_store, period.filters)
    assert summary.totals_before == results.totals(sample_store, comparison)
    assert summary.headlines == results.headlines(sample_store, period.filters, comparison)
    positive = [results.inbox(sample_store, one).counts[Sentiment.POSITIVE] for one in (period.filters, comparison)]
    assert [summary.positive, summary.positive_before] == positive
    assert present(present(summary.price).value) == present(summary.totals.value(COST_PER_MEETING))
    assert summary.has_activity
    assert len(summary.changes) >= 2


def test_without_a_comparison_nothing_changed(sample_store: Store) -> None:
    summary = results.period_summary(sample_store, present(results.chosen_period(sample_store, Filters())))
    assert (summary.totals_before, summary.positive_before, summary.changes) == (None, None, ())


def test_quiet_period_has_no_activity(sample_store: Store) -> None:
    period = present(results.chosen_period(sample_store, Filters(campaigns=("none",)), "7d"))
    assert not results.period_summary(sample_store, period).has_activity
