"""Time series of metrics, from a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from outreach_results import results
from outreach_results.errors import QueryError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord
from outreach_results.metrics import RATES, Every
from outreach_results.models import COUNTS, Basis, Filters
from support.optional import present
from support.records import at, campaign, email, emails

MARCH = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27))
BEFORE = Filters(start=date(2026, 1, 31), end=date(2026, 2, 27))


def values(store, filters, name, **options):
    (series,) = results.trends(store, filters, (name,), **options).series
    return series.points


@pytest.mark.parametrize("name", COUNTS)
def test_the_days_are_those_of_the_daily_stats(sample_store, name):
    points = values(sample_store, MARCH, name)
    days = results.daily_stats(sample_store, MARCH)
    assert points["date"].tolist() == days["date"].tolist()
    assert points["value"].tolist() == days[name].tolist()


@pytest.mark.parametrize("every", Every)
@pytest.mark.parametrize("name", RATES)
def test_a_bucket_is_the_total_of_its_days(sample_store, every, name):
    """Each point agrees with what the overview says of exactly its days."""
    points = values(sample_store, MARCH, name, every=every)
    assert len(points) == {Every.DAY: 28, Every.WEEK: 5, Every.MONTH: 2}[every]
    for point in points[-2:].to_dict("records"):
        stats = results.totals(
            sample_store, replace(MARCH, start=point["first"].date(), end=point["last"].date())
        ).stats.model_dump()
        part, whole = stats[present(RATES[name].numerator)], stats[present(RATES[name].denominator)]
        assert point["value"] == part / whole if whole else pd.isna(point["value"])


def test_mean_of_first_day_uses_days_before(sample_store):
    points = values(sample_store, MARCH, "opened")
    week = replace(MARCH, start=present(MARCH.start) - timedelta(days=6), end=MARCH.start)
    assert points["mean"][0] == present(results.totals(sample_store, week).stats.opened) / 7


def test_the_previous_period_lies_over_it_day_by_day(sample_store):
    points = values(sample_store, MARCH, "replied", comparison=BEFORE)
    earlier = results.daily_stats(sample_store, BEFORE)
    assert points["compared"].tolist() == earlier["replied"].tolist()
    assert points["compared_first"].tolist() == earlier["date"].tolist()
    assert points["compared"].sum() > 0


def test_compared_campaign_is_on_the_same_days(sample_store):
    one = replace(MARCH, campaigns=("camp_4eaf56",))
    points = values(sample_store, MARCH, "emails_sent", comparison=one)
    assert points["compared_first"].tolist() == points["date"].tolist()
    assert points["compared"].tolist() == results.daily_stats(sample_store, one)["emails_sent"].tolist()


def test_no_earlier_data_no_comparison(sample_store):
    long_ago = Filters(start=date(2020, 1, 1), end=date(2020, 1, 28))
    assert values(sample_store, MARCH, "opened", comparison=long_ago)["compared"].isna().all()


def test_only_sending_days_are_judged_and_immature(sample_store):
    by_sending = replace(MARCH, basis=Basis.SEND)
    assert values(sample_store, by_sending, "reply_rate")["is_immature"].iloc[-1]
    assert values(sample_store, by_sending, "reply_rate")["usual_high"].notna().any()
    by_activity = values(sample_store, MARCH, "reply_rate")
    assert not by_activity["is_immature"].any()
    assert by_activity["usual_high"].isna().all()


def test_immaturity_is_that_of_the_account(sample_store):
    """A campaign that ended weeks ago has no days that still collect."""
    ended = Filters(campaigns=("camp_abc123",), basis=Basis.SEND)
    points = values(sample_store, ended, "replied")
    assert points["count"].sum() > 0
    assert not points["is_immature"].any()


def test_table_has_one_row_a_bucket(sample_store):
    result = results.trends(
        sample_store,
        replace(MARCH, basis=Basis.SEND),
        ("opened", "reply_rate"),
        comparison=replace(BEFORE, basis=Basis.SEND),
    )
    table = result.table()
    assert len(table) == 28
    assert {"date", "opened", "opened_mean", "opened_compared", "opened_usual_high", "reply_rate_arrived"} <= set(table)
    assert table["reply_rate"].equals(result.series[1].points["value"].rename("reply_rate"))
    assert table["cost_usd"].sum() == pytest.approx(
        results.totals(sample_store, replace(MARCH, basis=Basis.SEND)).costs.total_byok_usd
    )


def test_period_ending_before_start_is_refused(sample_store):
    with pytest.raises(QueryError, match="after its end"):
        results.trends(sample_store, Filters(start=date(2026, 3, 2), end=date(2026, 3, 1)), ("opened",))


# --- cost --------------------------------------------------------------------------------------------------------


def test_costs_equal_daily_stats(sample_store):
    filters = Filters(campaigns=("camp_abc123",))
    costs, days = results.daily_costs(sample_store, filters), results.daily_stats(sample_store, filters)
    assert costs["date"].tolist() == days["date"].tolist()
    for name in results.COST_FIELDS:
        assert costs[name].tolist() == days[name].tolist()
    assert not costs["cost_not_broken_down_usd"].any()


def test_cost_without_components_is_kept(store):
    whole = DailyRecord("by_day", at(5).date(), emails_sent=1, cost=2_000_000)
    load(store, "x", [campaign(), email(costs=(1_000_000, 500_000, 0)), campaign("by_day", detail="daily"), whole])
    (day,) = results.daily_costs(store, Filters()).drop(columns=["first", "last", "is_partial"]).to_dict("records")
    assert day == {
        "date": pd.Timestamp("2026-01-05"),
        "cost_usd": 3.5,
        "cost_ai_generation_usd": 1.0,
        "cost_lead_enrichment_usd": 0.5,
        "cost_email_sending_usd": 0.0,
        "cost_not_broken_down_usd": 2.0,
    }


def test_days_without_cost_are_there_with_zeros(sqlite_store):
    load(sqlite_store, "x", [campaign(), *emails(2, day=5)])
    costs = results.daily_costs(sqlite_store, Filters(start=at(4).date(), end=at(6).date()))
    assert costs["cost_usd"].tolist() == [0, pytest.approx(2 * 0.0033), 0]


def test_no_cost_is_zero_and_no_data_no_days(sqlite_store):
    assert results.daily_costs(sqlite_store, Filters()).empty
    week = Filters(start=at(4).date(), end=at(10).date())
    assert results.daily_costs(sqlite_store, week)["cost_usd"].tolist() == [0] * 7
