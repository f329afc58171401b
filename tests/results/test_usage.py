"""What the account used of its plan: a month at a time, and how the running one may end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, PlanRecord, Record
from outreach_results.metrics import Every
from outreach_results.models import Basis, Filters
from outreach_results.store.engine import Store
from support import records

MARCH = date(2026, 3, 1)
LONG_AFTER = datetime(2026, 11, 23, tzinfo=UTC)


def sends(first: date, counts: list[int], *, of: str = records.CAMPAIGN) -> list[Record]:
    """A campaign that is known by the day only; an email costs 2 cents."""
    days = [DailyRecord(of, first + timedelta(days=n), emails_sent=count, cost=count * 20_000)
            for n, count in enumerate(counts)]  # fmt: skip
    return [records.campaign(of, detail="daily"), *days]


# --- every month -------------------------------------------------------------------------------------------------


def test_usage_by_month_equals_usage(every_sample_store: Store):
    months = results.usage_by_month(every_sample_store)
    assert [f"{month:%Y-%m}" for month in months["month"]] == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    for month in months.to_dict("records"):
        used = results.usage(every_sample_store, f"{month['month']:%Y-%m}").usage
        assert used.byok_cost_usd is not None
        assert month["emails_sent"] == used.emails_sent
        assert month["campaigns_created"] == used.campaigns_created
        assert month["cost_usd"] == pytest.approx(used.byok_cost_usd)
        assert month["cost_per_email_usd"] == pytest.approx(used.byok_cost_usd / used.emails_sent)
        parts = ("cost_ai_generation_usd", "cost_lead_enrichment_usd", "cost_email_sending_usd")
        assert sum(month[part] for part in parts) == pytest.approx(month["cost_usd"])
        assert month["cost_not_broken_down_usd"] == 0


def test_month_without_sending_is_included(store: Store):
    load(store, "test", [*sends(date(2026, 1, 30), [5]), *sends(date(2026, 3, 2), [7], of="camp_2")])
    months = results.usage_by_month(store)
    assert list(months["emails_sent"]) == [5, 0, 7]
    assert months["cost_per_email_usd"].isna().tolist() == [False, True, False]


def test_cost_not_broken_down_is_kept(store: Store):
    load(store, "test", [*sends(MARCH, [10]), records.campaign("camp_2"), records.email(of="camp_2")])
    costs = results.campaign_costs(store, Filters(basis=Basis.SEND))
    rest = costs.set_index("campaign_id")["cost_not_broken_down_usd"]
    assert rest.to_dict() == {records.CAMPAIGN: 0.2, "camp_2": 0}
    components = results.component_costs(costs).set_index("component")["cost_usd"]
    assert components["cost_not_broken_down"] == 0.2
    assert components.sum() == pytest.approx(costs["cost_usd"].sum())


def test_component_costs_cover_all_campaigns(every_sample_store: Store):
    filters = Filters(start=MARCH, end=date(2026, 3, 31), basis=Basis.SEND)
    costs = results.campaign_costs(every_sample_store, filters)
    totals = results.totals(every_sample_store, filters)
    components = results.component_costs(costs).set_index("component")
    assert list(components.index) == ["cost_ai_generation", "cost_lead_enrichment", "cost_email_sending"]
    for name, value in totals.costs.breakdown:
        assert components.loc[f"cost_{name}", "cost_usd"] == pytest.approx(value)
        assert components.loc[f"cost_{name}", "cost_per_email_usd"] == pytest.approx(value / totals.stats.emails_sent)
    dearest = costs["cost_per_email_usd"]
    assert list(dearest) == sorted(dearest, reverse=True)


def test_an_empty_database_has_no_months(store: Store):
    assert results.usage_by_month(store).empty
    assert results.outlook(store, MARCH).total == 0


# --- the running month -------------------------------------------------------------------------------------------


def test_today_is_the_last_day_of_the_data(every_sample_store: Store):
    month = results.outlook(every_sample_store, MARCH, now=LONG_AFTER)
    assert month.today == date(2026, 3, 27)
    assert not month.is_over
    assert month.total == sum(month.sent) == results.usage(every_sample_store, "2026-03").usage.emails_sent
    assert len(month.sent) == 27
    assert month.last == date(2026, 3, 31)


def test_the_forecast_goes_on_from_there(every_sample_store: Store):
    month = results.outlook(every_sample_store, MARCH, now=LONG_AFTER)
    assert month.forecast is not None
    assert month.forecast.days == tuple(date(2026, 3, day) for day in (28, 29, 30, 31))
    assert month.total <= month.forecast.emails.low < month.forecast.emails.high
    so_far = results.usage(every_sample_store, "2026-03").usage.byok_cost_usd
    assert so_far is not None
    assert so_far < month.forecast.cost.low < month.forecast.cost.high
    assert month.forecast.run_out is not None
    assert month.forecast.run_out.chance == 0
    assert 0.85 < month.due_share < 0.95  # two of the four days to come are a weekend
    assert month.has_seasonality


def test_the_forecast_on_postgres_is_that_on_sqlite(sample_store: Store, sample_store_postgres: Store):
    assert results.outlook(sample_store, MARCH) == results.outlook(sample_store_postgres, MARCH)


def test_a_month_that_is_over_has_no_forecast(sample_store: Store):
    month = results.outlook(sample_store, date(2026, 1, 1))
    assert month.is_over
    assert month.forecast is None
    assert month.today == date(2026, 1, 31)
    assert month.total == 1247
    assert month.due_share == 1
    assert month.reached_on is None


def steady(last: date, days: int = 60) -> list[Record]:
    return sends(last - timedelta(days=days - 1), [100] * days)


def test_rest_of_today_is_still_to_come(sqlite_store: Store):
    today = date(2026, 3, 10)
    load(sqlite_store, "test", [*steady(today), PlanRecord("Pro", 10_000, 20_000_000)])
    during = results.outlook(sqlite_store, MARCH, now=datetime(2026, 3, 10, 9, tzinfo=UTC))
    later = results.outlook(sqlite_store, MARCH, now=LONG_AFTER)
    assert during.today == later.today == today
    assert during.forecast is not None
    assert later.forecast is not None
    assert during.forecast.days[0] == today
    assert later.forecast.days[0] == today + timedelta(days=1)


def test_last_day_is_over_after_midnight(sqlite_store: Store):
    load(sqlite_store, "test", steady(date(2026, 3, 31)))
    assert not results.outlook(sqlite_store, MARCH, now=datetime(2026, 3, 31, 9, tzinfo=UTC)).is_over
    assert results.outlook(sqlite_store, MARCH, now=LONG_AFTER).is_over


def test_the_day_on_which_the_quota_ran_out_is_known(sqlite_store: Store):
    load(sqlite_store, "test", [*steady(date(2026, 3, 20)), PlanRecord("Small", 1_450, 5_000_000)])
    month = results.outlook(sqlite_store, MARCH, now=LONG_AFTER)
    assert month.reached_on == date(2026, 3, 15)
    assert month.forecast is not None
    assert month.forecast.run_out is None


def test_the_day_on_which_it_will_run_out_is_forecast(sqlite_store: Store):
    load(sqlite_store, "test", [*steady(date(2026, 3, 20)), PlanRecord("Small", 2_450, 5_000_000)])
    month = results.outlook(sqlite_store, MARCH, now=LONG_AFTER)
    assert month.reached_on is None
    assert month.forecast is not None
    assert month.forecast.run_out is not None
    first, last = month.forecast.run_out.first, month.forecast.run_out.last
    assert first is not None
    assert last is not None
    assert first <= date(2026, 3, 25) <= last


def test_few_days_give_even_pace_and_no_forecast(sqlite_store: Store):
    load(sqlite_store, "test", steady(date(2026, 3, 10), days=10))
    month = results.outlook(sqlite_store, MARCH, now=LONG_AFTER)
    assert month.forecast is None
    assert not month.has_seasonality
    assert month.due_share == pytest.approx(10 / 31)
    assert month.plan is None


def test_cents_add_up(store: Store):
    """Ten cents and twenty are thirty: 0.1 + 0.2 in binary fractions is 0.30000000000000004."""
    costs = {"a": (records.CAMPAIGN, 100_000), "b": (records.CAMPAIGN, 200_000), "c": ("camp_2", 300_000)}
    emails = [
        records.email(email_id, records.at(5 + n), of=of, costs=(cost, 0, 0))
        for n, (email_id, (of, cost)) in enumerate(costs.items())
    ]
    load(store, "test", [records.campaign(), records.campaign("camp_2"), *emails])
    one = Filters(campaigns=(records.CAMPAIGN,))
    assert results.usage_by_month(store)["cost_usd"].tolist() == [0.6]
    assert results.trends(store, one, ("emails_sent",), every=Every.MONTH).costs["cost_usd"].tolist() == [0.3]
    by_campaign = results.campaign_costs(store, Filters(basis=Basis.SEND))
    assert by_campaign["cost_usd"].tolist() == [0.3, 0.3]
    assert results.component_costs(by_campaign)["cost_usd"].tolist() == [0.6, 0.0, 0.0]
    assert results.totals(store, one).costs.total_byok_usd == 0.3
