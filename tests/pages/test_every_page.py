"""Every page draws, describes its filters, and shows errors as sentences."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Basis, Filters
from outreach_results.store import admin, labeling
from outreach_results.store.engine import open_store
from outreach_results.ui import text
from support import records
from support.dashboard import HOME, PAGES, components, files, numbers, run_page, title, words
from support.databases import sqlite_url
from support.optional import present

SAMPLE_NOTICE = "This is sample data."
FIRST, LAST = date(2025, 11, 3), date(2026, 3, 27)  # of the sample data
CAMPAIGN = "camp_abc123"

VIEWS: dict[str, dict[str, Any]] = {
    "as it opens": {},
    "everything by sending day": {"period": "All time", "basis": "Sending day"},
    "humans only of one campaign": {
        "campaigns": "Q1 Outreach – US & UK operations leads",
        "humans": "true",
        "period": "All time",
    },
    "this month beside a campaign": {"period": "This month", "compare": "Q1 Outreach – US & UK operations leads"},
    "a quarter beside nothing": {"period": "Last 90 days", "compare": "Nothing"},
    "one day": {"period": "Custom", "days": ["2026-02-03", "2026-02-03"], "compare": "Same period last year"},
}
NOTHING_HAPPENED = {"period": "Custom", "days": ["2024-06-01", "2024-06-02"]}


@pytest.fixture
def campaign_label(writable_sample):
    """The label of the contract's example campaign in the filter."""
    return results.campaign(writable_sample, CAMPAIGN).name


# --- with data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws_in_every_view(page, view, sample_dashboard):
    app = run_page(page, **VIEWS[view])
    assert not app.exception
    assert not app.error
    assert [shown.value for shown in app.title] == [title(page)]
    for drawn in components(app, "outreach_chart"):
        go.Figure(json.loads(drawn["figure"]))  # raises for what Plotly does not know


def test_the_views_above_are_what_they_say(sample_dashboard, campaign_label):
    assert {view.get("campaigns", campaign_label) for view in VIEWS.values()} == {campaign_label}
    for view in VIEWS.values():
        assert not run_page(**view).session_state.get("address-notices", [])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_offers_what_it_shows_as_files(page, sample_dashboard):
    offered = files(run_page(page, period="All time"))
    assert offered
    assert {tuple(addresses) for addresses in offered.values()} == {("CSV", "JSON", "Excel")}


@pytest.mark.parametrize("page", PAGES)
def test_period_without_data_is_no_error(page, sample_dashboard):
    app = run_page(page, **NOTHING_HAPPENED)
    assert not app.exception
    assert not app.error
    assert [shown.value for shown in app.title] == [title(page)]


@pytest.mark.parametrize("page", ["overview", "trends", "inbox"])
def test_empty_period_shows_a_message(page, sample_dashboard):
    app = run_page(page, **NOTHING_HAPPENED)
    assert any("Jun 1 – 2, 2024" in caption.value for caption in app.caption)
    assert len(app.info) == 1
    assert not app.metric


def test_client_without_campaigns_shows_no_others(sample_dashboard, writable_sample):
    labeling.add_client(writable_sample, "Bolt")
    for page in ("overview", "trends", "inbox", "benchmarks"):
        app = run_page(page, client="bolt")
        assert [shown.value.startswith("No campaign matches Bolt") for shown in app.info] == [True]
        assert not app.exception
        assert not numbers(app)
        assert not files(app)


# --- filters -----------------------------------------------------------------------------------------------------

ASKED: dict[str, tuple[dict[str, Any], Filters]] = {
    "the last 28 days": ({}, Filters(start=date(2026, 2, 28), end=LAST)),
    "everything": ({"period": "All time"}, Filters()),
    "a week by sending day": (
        {"period": "Last 7 days", "basis": "Sending day"},
        Filters(start=date(2026, 3, 21), end=LAST, basis=Basis.SEND),
    ),
    "humans only": ({"period": "All time", "humans": "true"}, Filters(humans_only=True)),
    "one campaign": (
        {"period": "All time", "campaigns": "Q1 Outreach – US & UK operations leads"},
        Filters(campaigns=(CAMPAIGN,)),
    ),
    "chosen days": (
        {"period": "Custom", "days": ["2026-01-30", "2026-02-04"]},
        Filters(start=date(2026, 1, 30), end=date(2026, 2, 4)),
    ),
}


def expected_numbers(store, filters):
    totals = results.totals(store, filters)
    stats, delivered = totals.stats, totals.stats.delivered
    rates = results.headlines(store, filters).rates
    if filters.basis == Basis.ACTIVITY:
        plain = {"open_rate": stats.opened, "click_rate": stats.clicked, "reply_rate": stats.replied}
        assert {name: rates[name].rate for name in plain} == pytest.approx(
            {name: present(count) / present(delivered) for name, count in plain.items()}
        )
    return {
        "Sent": text.number(stats.emails_sent),
        "Open rate": text.percent(rates["open_rate"].rate),
        "Click rate": text.percent(rates["click_rate"].rate),
        "Reply rate": text.percent(rates["reply_rate"].rate),
        "Meetings": text.number(stats.meetings_booked),
        "Cost": text.money(totals.costs.total_byok_usd),
    }


@pytest.mark.parametrize("case", ASKED)
def test_the_overview_shows_the_numbers_of_its_filters(case, sample_dashboard, writable_sample):
    parameters, filters = ASKED[case]
    shown = numbers(run_page(**parameters))
    expected = expected_numbers(writable_sample, filters)
    assert {label: shown[label] for label in expected} == expected


def test_overview_of_a_client_shows_its_numbers(sample_dashboard, writable_sample):
    acme = labeling.add_client(writable_sample, "Acme")
    labeling.choose_client(writable_sample, [CAMPAIGN, "camp_4eaf56"], acme)
    shown = numbers(run_page(period="all", client=acme))
    expected = expected_numbers(writable_sample, Filters((CAMPAIGN, "camp_4eaf56")))
    assert {label: shown[label] for label in expected} == expected


def test_the_filters_above_ask_for_different_numbers(writable_sample):
    different = {tuple(expected_numbers(writable_sample, filters).values()) for _, filters in ASKED.values()}
    assert len(different) == len(ASKED)


def test_contract_campaign_numbers(sample_dashboard, golden):
    shown = numbers(run_page(campaign=CAMPAIGN, period="All time"))
    contract = golden("stats")
    assert shown["Sent"] == str(contract["stats"]["emails_sent"])
    assert shown["Open rate"] == text.percent(contract["stats"]["opened"] / contract["stats"]["delivered"])
    assert shown["Cost"] == f"${contract['costs']['total_byok_usd']}"


def test_a_change_of_a_filter_changes_the_numbers(sample_dashboard, writable_sample):
    app = run_page()
    app.selectbox(key="period_choice").set_value("All time").run()
    app.toggle(key="humans_choice").set_value(True).run()
    expected = expected_numbers(writable_sample, Filters(humans_only=True))
    assert {label: numbers(app)[label] for label in expected} == expected


def test_a_load_shows_at_the_next_run(sample_dashboard, writable_sample):
    app = run_page(period="All time")
    before = int(numbers(app)["Sent"].replace(",", ""))
    load(writable_sample, "test", [records.campaign(), *records.emails(3)])
    assert numbers(app.run())["Sent"] == text.number(before + 3)


# --- sample data -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_it_shows_sample_data(page, sample_dashboard):
    assert SAMPLE_NOTICE in words(run_page(page))


def test_the_sample_data_is_removed_with_one_click(sample_dashboard):
    app = run_page()
    button(app, "Remove sample data").click().run()
    assert not app.exception
    assert [shown.value for shown in app.title] == ["Bring in your results"]
    assert SAMPLE_NOTICE not in words(app)


def test_removing_the_sample_data_leaves_ones_own(sample_dashboard, writable_sample):
    load(writable_sample, "test", [records.campaign(), *records.emails(3)])
    app = run_page(period="All time")
    button(app, "Remove sample data").click().run()
    assert numbers(app)["Sent"] == "3"
    assert SAMPLE_NOTICE not in words(app)
    assert not admin.has_sample(writable_sample)


def button(app, label):
    result = [button for button in app.button if button.label == label]
    assert len(result) == 1, f"{len(result)} buttons {label!r}"
    return result[0]


# --- without data ------------------------------------------------------------------------------------------------


@pytest.fixture
def empty_dashboard(use_database, sqlite_store):
    """The dashboard with an empty database."""
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_database_is_welcomed_on_every_page(page, empty_dashboard):
    app = run_page(page)
    assert not app.exception
    assert not app.error
    assert [shown.value for shown in app.title] == ["Bring in your results"]
    assert not app.metric
    assert button(app, "Load sample data")


def test_the_welcome_loads_the_sample_data(empty_dashboard, golden):
    app = run_page()
    button(app, "Load sample data").click().run()
    assert not app.exception
    assert [shown.value for shown in app.title] == [title(HOME)]
    assert SAMPLE_NOTICE in words(app)
    assert results.campaign_stats(empty_dashboard, CAMPAIGN).model_dump(mode="json") == golden("stats")


@pytest.mark.parametrize("page", PAGES)
def test_unsent_campaigns_on_every_page(page, empty_dashboard):
    load(empty_dashboard, "test", [records.campaign()])
    app = run_page(page)
    assert not app.exception
    assert not app.error
    assert any("nothing has been sent yet" in shown for shown in words(app))


def test_a_day_that_is_not_over_is_marked_in_charts(use_database, sqlite_store):
    now = datetime.now(UTC)
    sent = [records.email(f"e{n}", now - timedelta(days=n)) for n in range(3)]
    load(sqlite_store, "test", [records.campaign(), *sent])
    use_database(str(sqlite_store.engine.url))
    for page, beside, in_charts in (
        ("overview", "The day is not over", 1),
        ("trends", "○ day not over", 2),  # the metrics, and the cost
    ):
        app = run_page(page, tile="emails_sent")
        assert any(beside in shown.value for shown in app.caption), page
        figures = [str(drawn["figure"]) for drawn in components(app, "outreach_chart")]
        assert sum("The day is not over" in figure for figure in figures) == in_charts, page


def test_sparse_database_draws_on_every_page(use_database, tmp_path):
    url = sqlite_url(tmp_path / "bare.db")
    store = open_store(url)
    load(store, "test", [records.campaign(mcp=None), *records.emails(2)])
    store.close()
    use_database(url)
    for page in PAGES:
        app = run_page(page)
        assert not app.exception, page
        assert not app.error, page
        # What is not known is a dash.
        tables = [str(drawn["table"]) for drawn in components(app, "outreach_table")]
        said = " ".join([*words(app), *map(str, numbers(app).values()), *tables])
        assert not re.search(r"\b(?:None|NaN|nan|NaT|N/A|<NA>)\b", said), page
        assert [shown.value for shown in app.title] == [title(page)]
