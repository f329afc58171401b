"""The forms of the settings: days off, time zone, interest states, and whose value is used."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results.ingest.load import load
from outreach_results.models import Benchmarks, Distribution, Plan
from outreach_results.store.account_entries import days_off, enter_days_off
from outreach_results.store.engine import Store
from outreach_results.store.entries import CostPer, Entries, SourceValues, enter, entries_of
from outreach_results.store.interests import InterestStates, interest_states
from outreach_results.ui.settings.account import _between, _used_plan, ranges
from outreach_results.ui.settings.benchmarks import sentence
from outreach_results.ui.settings.campaigns import used_values
from support import records
from support.dashboard import run_page


@pytest.fixture
def own(use_database, sqlite_store: Store) -> Store:
    """The dashboard shows this database, with one campaign."""
    load(sqlite_store, "test", [records.campaign(), *records.emails(3)])
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    return sqlite_store


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def entered_days(store: Store) -> list[date]:
    with store.read() as connection:
        return sorted(days_off(connection))


def test_days_off_are_added_and_removed(own: Store) -> None:
    app = press(run_page("data"), "Add days off")
    assert any("Choose a day" in error.value for error in app.error)
    field = next(field for field in app.date_input if field.label == "First and last day")
    field.set_value((date(2026, 12, 24), date(2026, 12, 26)))
    press(app, "Add days off")
    assert entered_days(own) == [date(2026, 12, day) for day in (24, 25, 26)]
    assert "Dec 24 – 26, 2026" in [element.value for element in app.text]
    press(app, "Remove")
    assert entered_days(own) == []


def test_consecutive_days_are_one_range() -> None:
    days = [date(2026, 1, day) for day in (3, 1, 2, 7)]
    assert ranges(days) == [(date(2026, 1, 1), date(2026, 1, 3)), (date(2026, 1, 7), date(2026, 1, 7))]
    assert _between(()) == []
    assert _between((days[1],)) == [days[1]]


def test_a_day_in_a_range_is_kept(own: Store) -> None:
    enter_days_off(own, [date(2026, 1, 1), date(2026, 7, 4)])
    app = run_page("data")
    assert {"Jan 1, 2026", "Jul 4, 2026"} <= {element.value for element in app.text}


def test_the_zone_is_changed(own: Store) -> None:
    app = run_page("data")
    app.selectbox(key="settings-zone").set_value("Asia/Tokyo").run()
    press(app, "Change time zone")
    assert own.zone().key == "Asia/Tokyo"
    assert any("Asia/Tokyo" in caption.value.replace("\\", "") for caption in app.caption)


def test_states_are_chosen(own: Store) -> None:
    app = run_page("data")
    app.selectbox(key="states-of").set_value("instantly_emails").run()
    [meetings] = [field for field in app.multiselect if field.label == "Meetings"]
    meetings.set_value(["won"])
    press(app, "Save states")
    with own.read() as connection:
        assert interest_states(connection) == {"instantly_emails": InterestStates(meetings=("won",))}


def test_it_is_said_whose_value_is_used() -> None:
    source = SourceValues("Spring", None, 12_500_000)
    assert used_values(Entries(), source) == [
        "Name: from the source, Spring.",
        "Type: from the source, unknown.",
        "Cost: from the source, $12.50 in total.",
    ]
    entered = Entries("Own", "sales", 20_000, CostPer.EMAIL)
    assert used_values(entered, source) == [
        "Name: entered by hand, Own, instead of Spring.",
        "Type: entered by hand, Sales, instead of unknown.",
        "Cost: entered by hand, $0.020 per email sent, instead of $12.50 in total.",
    ]


def test_it_is_said_whose_plan_is_used() -> None:
    pro, own = (Plan(name=name, email_limit=10_000, price_usd=20) for name in ("Pro", "Own"))
    assert _used_plan(None, None) == "The plan is not known."
    assert _used_plan(None, pro) == "The plan comes from the source: Pro, 10,000 emails for $20.00 a month."
    assert _used_plan(own, pro).endswith("instead of Pro, 10,000 emails for $20.00 a month.")
    assert _used_plan(own, None).endswith("instead of the source's, which is unknown.")


def test_it_is_said_which_benchmarks_are_known() -> None:
    known = Benchmarks(benchmarks={"open_rate": Distribution(p50=0.4)}, sample_size=1)
    assert sentence(known) == "All campaigns of the community: 1 metric, 1 campaign"
    dated = known.model_copy(
        update={"mcp": "sales", "sample_size": 1_247, "updated_at": datetime(2026, 1, 31, tzinfo=UTC)}
    )
    assert sentence(dated) == "Campaign type Sales: 1 metric, 1,247 campaigns, as of Jan 31, 2026"


def test_a_type_is_entered_by_its_name(own: Store) -> None:
    app = run_page("data")
    field = next(field for field in app.text_input if field.label == "Campaign type")
    assert (field.placeholder, field.help) == ("Sales outreach", "Benchmarks compare by it. Known: Sales outreach.")
    field.set_value("sales Outreach")
    press(app, "Save campaign")
    assert entries_of(own, records.CAMPAIGN).mcp == "sales-outreach"


def test_it_is_said_who_entered_it(own: Store) -> None:
    enter(own, records.CAMPAIGN, Entries("Own"), by="ada")
    captions = [caption.value.replace("\\", "") for caption in run_page("data").caption]
    assert any("Name: entered by hand, Own, instead of First contact." in value for value in captions)
    assert any(" Entered by ada on " in value for value in captions)
