"""Campaigns known by exports of contacts show useful numbers, and say what their exports do not date."""

from __future__ import annotations

import pytest

from outreach_results.ui import text
from support.dashboard import PAGES, metrics, run_page, table, words
from support.sheets import HAND_MADE, import_sheet

UNDATED = "Email,Opened\nada@acme.example,{}\nben@bolt.example,no\n"


@pytest.fixture
def hand_made(store, tmp_path):
    import_sheet(store, tmp_path, HAND_MADE)


@pytest.fixture
def undated(store, tmp_path):
    import_sheet(store, tmp_path, UNDATED.format("no"), as_of="2026-02-01")
    import_sheet(store, tmp_path, UNDATED.format("yes"), as_of="2026-02-08")


@pytest.mark.parametrize("data", ["hand_made", "undated"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws(page, data, request):
    request.getfixturevalue(data)
    app = run_page(page)
    assert not app.exception
    assert not app.error


@pytest.mark.usefixtures("hand_made")
def test_a_hand_made_sheet_shows_its_rates_at_once():
    app = run_page("overview")
    tiles = metrics(app)
    assert tiles["Sent"] == "2"
    assert tiles["Open rate"] == "50.0% · of sent"
    assert tiles["Reply rate"] == "0.0% · of sent"
    assert "Dates not in this export: counted by send date (opened, replied)." in words(app)
    (row,) = table(app, "reply_rate")
    assert [row[name].text for name in ("open_rate", "reply_rate", "delivery_rate")] == ["50.0%", "0.0%", "–"]
    assert row["reply_rate"].note == "of sent"


@pytest.mark.usefixtures("hand_made")
def test_all_time_says_that_they_are_in_totals():
    app = run_page("overview", period="all")
    assert metrics(app)["Open rate"] == "50.0% · of sent"
    assert "Dates not in this export: counted in the totals (opened, replied)." in words(app)


@pytest.mark.usefixtures("hand_made")
def test_trends_say_what_their_days_lack():
    lacks = text.escape(
        "Dates not in this export: counted by send date in totals, and not shown here (opened, replied)."
    )
    assert any(lacks in line for line in words(run_page("trends")))
    assert not any(lacks in line for line in words(run_page("trends", basis="send")))


@pytest.mark.usefixtures("undated")
def test_without_any_date_all_time_is_shown():
    app = run_page("overview")
    assert metrics(app)["Open rate"] == "50.0% · of sent"
    assert any("All time, without dates · by event date" in line for line in words(app))
    assert app.selectbox(key="period_choice").value == "All time"


@pytest.mark.usefixtures("undated")
def test_two_exports_are_drawn_as_a_trend():
    assert "From export to export" in words(run_page("trends"))


@pytest.mark.usefixtures("hand_made")
def test_one_export_makes_no_trend():
    assert "From export to export" not in words(run_page("trends"))


@pytest.mark.usefixtures("undated")
def test_unknown_positive_replies_are_not_none():
    assert metrics(run_page("overview"))["Positive replies"] == "– · not tracked"
