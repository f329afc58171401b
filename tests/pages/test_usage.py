"""The usage page: how much of the plan is used, whether it will last, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, PlanRecord
from outreach_results.models import Basis, Filters
from outreach_results.store import schema
from outreach_results.store.engine import open_store
from outreach_results.ui import text
from support import records
from support.dashboard import file_frame, files, metrics, run_page, table, words
from support.databases import sqlite_url
from support.optional import present

CAMPAIGN = "Q1 Outreach – US & UK operations leads"


def page_text(app) -> str:
    return "\n".join(words(app))


@pytest.fixture
def account(tmp_path, use_database: Callable[[str], None]):
    """``account(days, plan, until=…)``: an account that sends 100 emails every day, without times of day."""

    def make(days: int, plan: PlanRecord | None, *, until: date = date(2026, 3, 20)) -> None:
        url = sqlite_url(tmp_path / "account.db")
        store = open_store(url)
        first = until - timedelta(days=days - 1)
        sent = [DailyRecord(records.CAMPAIGN, first + timedelta(days=n), emails_sent=100, cost=2_000_000)
                for n in range(days)]  # fmt: skip
        load(store, "test", [records.campaign(detail="daily"), *sent, *([plan] if plan else [])])
        store.close()
        use_database(url)

    return make


def test_running_month_has_use_and_forecast(sample_dashboard, sample_store):
    app = run_page("usage")
    month = results.outlook(sample_store, date(2026, 3, 1))
    low, high = present(month.forecast).emails
    shown = page_text(app)
    assert "**2,600** of 10,000 emails of the plan **Pro** are used (26.0%)." in shown
    assert "**On track**: under 1% chance of hitting the limit" in shown
    assert f"By Mar 31, **{low:,.0f} to {high:,.0f}** emails will have been sent (80% likely)." in shown
    assert "Today is Mar 27, 2026, the last day of the data." in shown


def test_month_cost_is_own_keys_plus_plan(sample_dashboard, sample_store):
    shown = metrics(run_page("usage"))
    cost = present(results.outlook(sample_store, date(2026, 3, 1)).forecast).cost
    assert shown == {
        "API spend to date": "$51.25",
        "Cost per email": "$0.0197",
        "Plan Pro": "$20.00",
        "Projected total by Mar 31": f"${cost.low + 20:,.0f}–${cost.high + 20:,.0f}",
    }


def test_finished_month_has_no_forecast(sample_dashboard):
    app = run_page("usage", month="2026-01")
    assert metrics(app) == {
        "API spend": "$22.45",
        "Cost per email": "$0.018",
        "Plan Pro": "$20.00",
        "Total incl. plan": "$42.45",
    }
    assert "The quota lasted for all of January 2026." in page_text(app)
    assert "likely" not in page_text(app)


def test_every_month_is_in_the_table_the_newest_first(sample_dashboard, sample_store):
    rows = table(run_page("usage"), "month")
    months = results.usage_by_month(sample_store).iloc[::-1]
    assert [row["month"].text for row in rows] == [f"{month:%B %Y}" for month in months["month"]]
    assert [row["emails_sent"].text for row in rows] == ["2,600", "1,498", "1,247", "730", "640"]
    assert [row["total_usd"].by for row in rows] == pytest.approx(list(months["cost_usd"] + 20))
    assert [row["quota_share"].text for row in rows] == ["26.0%", "15.0%", "12.5%", "7.3%", "6.4%"]
    assert rows[0]["month"].href == "/usage?month=2026-03"


def test_filters_do_not_apply_and_keep_their_values(sample_dashboard):
    app = run_page("usage", month="2025-11", campaigns=CAMPAIGN, humans="true", days="2026-01-30..2026-02-04")
    assert not app.exception
    assert not app.info  # the chosen campaign sent nothing in this month
    assert "**640** of 10,000" in page_text(app)
    assert "period_choice" not in app.session_state
    app.switch_page("pages/overview.py").run()
    assert app.multiselect(key="campaigns_choice").value == ["camp_abc123"]
    assert app.toggle(key="humans_choice").value is True
    assert app.date_input(key="days_choice").value == (date(2026, 1, 30), date(2026, 2, 4))


@pytest.mark.parametrize(
    ("parameter", "notice"),
    [
        ({"month": "2031-01"}, "This link uses a month without data; showing the default."),
        ({"costs": "Free"}, "This link uses an unknown way to show costs; showing the default."),
    ],
)
def test_invalid_url_parameter_shows_a_notice(sample_dashboard, parameter, notice):
    app = run_page("usage", **parameter)
    assert not app.exception
    assert notice in app.session_state["address-notices"]
    assert metrics(app)["API spend to date"] == "$51.25"


# --- other accounts ----------------------------------------------------------------------------------------------


def test_the_day_the_quota_runs_out_is_named(account):
    account(60, PlanRecord("Small", 2_450, 5_000_000))
    shown = page_text(run_page("usage"))
    assert "**The quota runs out" in shown
    assert "Mar 25" in shown


def test_exceeded_quota_shows_the_excess(account):
    account(60, PlanRecord("Small", 1_450, 5_000_000))
    shown = page_text(run_page("usage"))
    assert "**The quota ran out on Sun, Mar 15**; 550 emails went beyond it." in shown
    assert "On track" not in shown


def test_ten_days_are_not_enough_yet(account):
    account(10, PlanRecord("Small", 2_450, 5_000_000))
    app = run_page("usage")
    assert "there are **not enough days yet**" in page_text(app)
    assert metrics(app)["Total incl. plan so far"] == "$25.00"


def test_forecast_without_plan_and_quota(account):
    account(60, None)
    app = run_page("usage")
    assert not app.exception
    assert "**2,000** emails were sent in March 2026." in page_text(app)
    assert "The plan is not known" in page_text(app)
    assert "80% likely" in page_text(app)
    assert metrics(app)["Plan"] == text.MISSING


def test_a_plan_without_any_emails_is_no_error(account):
    account(60, PlanRecord("Free", 0, 0))
    app = run_page("usage")
    assert not app.exception
    assert not app.error


def test_costs_that_nobody_broke_down_are_shown_whole(account):
    account(60, None)
    app = run_page("usage", costs="In all")
    assert not app.exception
    assert file_frame(app, "Usage by month")["cost_not_broken_down_usd"].iloc[-1] == pytest.approx(40)


def test_a_database_in_which_nothing_was_sent_says_so(writable_sample, sample_database, use_database):
    with writable_sample.write() as connection:
        connection.execute(schema.daily_stats.delete().where(schema.daily_stats.c.basis == Basis.SEND))
        connection.execute(update(schema.daily_stats).values(emails_sent=0))
    use_database(sqlite_url(sample_database))
    app = run_page("usage")
    assert not app.exception
    assert any(info.value.startswith("Nothing has been sent yet.") for info in app.info)


def test_campaign_costs_match_month_download(sample_dashboard, sample_store):
    filters = Filters(start=date(2026, 1, 1), end=date(2026, 1, 31), basis=Basis.SEND)
    costs = results.campaign_costs(sample_store, filters)
    assert costs["cost_usd"].sum() == pytest.approx(22.45)
    offered = files(run_page("usage", month="2026-01"))
    assert list(offered) == ["Quota", "Cost by component", "Usage by month", "Cost by campaign"]
