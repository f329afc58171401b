"""The shared filters, set in the sidebar or in the URL."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Basis, Campaign, Detail, Filters
from outreach_results.ui import filters
from support import records
from support.optional import present
from support.records import at

LAST = date(2026, 3, 27)  # of the sample data
JANUARY = "Q1 Outreach – US & UK operations leads"


def script():
    import streamlit

    from outreach_results.ui import filters, url_state
    from outreach_results.ui.cache import ask

    url_state.begin_run()
    streamlit.session_state["view"] = filters.sidebar(ask(filters.campaign_labels))
    url_state.keep_place()


def sidebar(**parameters):
    """The sidebar alone, with these parameters in the URL."""
    app = AppTest.from_function(script, default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def view_of(app):
    return app.session_state["view"]


def notices(app):
    return "\n".join(shown.value for shown in app.main.text).splitlines()


# --- the period --------------------------------------------------------------------------------------------------


def test_default_period_is_last_28_days_of_data(sample_dashboard):
    view = view_of(sidebar())
    assert (view.first, view.last) == (date(2026, 2, 28), LAST)
    assert view.filters == Filters(start=date(2026, 2, 28), end=LAST)
    assert view.sentence() == "28 Feb – 27 Mar 2026 · all campaigns · counted on the day it happened"


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("Last 7 days", date(2026, 3, 21)),
        ("Last 28 days", date(2026, 2, 28)),
        ("Last 90 days", date(2025, 12, 28)),
        ("This month", date(2026, 3, 1)),
    ],
)
def test_a_preset_ends_with_the_data(period, first, sample_dashboard):
    view = view_of(sidebar(period=period))
    assert (view.filters.start, view.filters.end) == (view.first, view.last) == (first, LAST)


def test_all_time_is_open_and_shows_data_days(sample_dashboard, writable_sample):
    view = view_of(sidebar(period="All time"))
    assert (view.filters.start, view.filters.end) == (None, None)
    assert (view.first, view.last) == results.date_range(writable_sample)


def test_days_of_ones_own_are_shown_as_they_are_chosen(sample_dashboard):
    view = view_of(sidebar(period="Custom", days=["2026-01-30", "2026-02-04"]))
    assert (view.filters.start, view.filters.end) == (date(2026, 1, 30), date(2026, 2, 4))


def test_first_calendar_click_shows_one_day(sample_dashboard):
    app = sidebar(period="Custom")
    app.sidebar.date_input(key="days_choice").set_value((date(2026, 3, 1),)).run()
    assert not app.exception
    assert (view_of(app).first, view_of(app).last) == (date(2026, 3, 1), date(2026, 3, 1))
    assert [caption.value for caption in app.sidebar.caption] == ["Choose the last day too, or stay with this one."]


def test_reversed_days_are_swapped_with_notice(sample_dashboard):
    app = sidebar(period="Custom", days=["2026-02-04", "2026-01-30"])
    assert (view_of(app).first, view_of(app).last) == (date(2026, 1, 30), date(2026, 2, 4))
    assert notices(app) == ["The first day is after the last; they were swapped."]


# --- campaigns, basis, humans ------------------------------------------------------------------------------------


def test_campaigns_are_chosen_by_name(sample_dashboard):
    app = sidebar(campaigns=JANUARY)
    assert view_of(app).filters.campaigns == ("camp_abc123",)
    assert "1 campaign ·" in view_of(app).sentence()
    assert notices(app) == []


def test_link_names_campaigns_by_id(sample_dashboard):
    app = sidebar(campaign=["camp_abc123", "camp_4eaf56"], period="All time")
    assert view_of(app).filters.campaigns == ("camp_4eaf56", "camp_abc123")
    assert "2 campaigns ·" in view_of(app).sentence()
    assert "campaign" not in app.query_params


def test_the_days_are_those_of_the_chosen_campaigns(sample_dashboard, writable_sample):
    view = view_of(sidebar(campaign="camp_abc123"))
    assert view.last == present(results.date_range(writable_sample, ("camp_abc123",)))[1] < LAST


def test_basis_and_humans_only_controls(sample_dashboard):
    view = view_of(sidebar(basis="Sending day", humans="true"))
    assert view.filters.basis is Basis.SEND
    assert view.filters.humans_only
    assert view.sentence().endswith("counted on the sending day · humans only")


def test_campaigns_of_the_same_name_are_distinct():
    def named(campaign_id, name):
        return Campaign(id=campaign_id, name=name, mcp=None, created_at=at(1), detail=Detail.EVENTS)

    labels = filters.distinct([named("camp_1", "Spring"), named("camp_2", "Spring"), named("camp_3", "Autumn")])
    assert labels == {"camp_1": "Spring (camp_1)", "camp_2": "Spring (camp_2)", "camp_3": "Autumn"}


def test_there_is_no_view_before_anything_was_sent(use_database, sqlite_store):
    load(sqlite_store, "test", [records.campaign()])
    use_database(str(sqlite_store.engine.url))
    assert view_of(sidebar()) is None


# --- the comparison ----------------------------------------------------------------------------------------------


def test_default_comparison_is_preceding_period(sample_dashboard):
    view = view_of(sidebar(humans="true"))
    assert view.comparison == Filters(start=date(2026, 1, 31), end=date(2026, 2, 27), humans_only=True)
    assert view.compared_with == "31 Jan – 27 Feb 2026"


def test_the_year_before_a_leap_day_ends_in_february(sample_dashboard):
    view = view_of(sidebar(period="Custom", days=["2024-02-29", "2024-03-01"], compare="Same period last year"))
    assert view.comparison == Filters(start=date(2023, 2, 28), end=date(2023, 3, 1))


def test_a_campaign_can_be_compared_with(sample_dashboard):
    view = view_of(sidebar(compare=JANUARY))
    assert view.comparison == Filters(campaigns=("camp_abc123",), start=view.first, end=view.last)
    assert JANUARY in view.compared_with


@pytest.mark.parametrize("parameters", [{"compare": "Nothing"}, {"period": "All time"}])
def test_there_may_be_nothing_to_compare_with(parameters, sample_dashboard):
    view = view_of(sidebar(**parameters))
    assert view.comparison is None
    assert view.compared_with == ""


# --- codes, and the labels of links from before --------------------------------------------------------------------

LEGACY = [
    ({"period": "7d"}, {"period": "Last 7 days"}),
    ({"period": "28d"}, {"period": "Last 28 days"}),
    ({"period": "90d"}, {"period": "Last 90 days"}),
    ({"period": "month"}, {"period": "This month"}),
    ({"period": "all"}, {"period": "All time"}),
    (
        {"period": "custom", "days": "2026-01-30..2026-02-04"},
        {"period": "Custom", "days": ["2026-01-30", "2026-02-04"]},
    ),
    ({"period": "custom", "days": "2026-01-30..2026-01-30"}, {"period": "Custom", "days": "2026-01-30"}),
    ({"basis": "send"}, {"basis": "Sending day"}),
    ({"basis": "event"}, {"basis": "Activity day"}),
    ({"humans": "1"}, {"humans": "true"}),
    ({"campaigns": "camp_abc123"}, {"campaigns": JANUARY}),
    ({"campaigns": "camp_abc123"}, {"campaign": "camp_abc123"}),
    ({"campaigns": "camp_4eaf56.camp_abc123"}, {"campaign": ["camp_abc123", "camp_4eaf56"]}),
    ({"compare": "previous"}, {"compare": "Previous period"}),
    ({"compare": "year"}, {"compare": "Same period last year"}),
    ({"compare": "none"}, {"compare": "Nothing"}),
    ({"compare": "camp_abc123"}, {"compare": JANUARY}),
]


@pytest.mark.parametrize(("codes", "labels"), LEGACY)
def test_links_with_labels_are_still_read(codes, labels, sample_dashboard):
    by_code, by_label = sidebar(**codes), sidebar(**labels)
    assert view_of(by_code) == view_of(by_label)
    assert notices(by_code) == notices(by_label) == []


def test_repeated_labels_of_campaigns_are_still_read(sample_dashboard, sample_store):
    two = results.all_campaigns(sample_store)[:2]
    app = sidebar(campaigns=[campaign.name for campaign in two], period="all")
    assert view_of(app).filters.campaigns == tuple(sorted(campaign.id for campaign in two))
    assert notices(app) == []


def test_choices_are_written_as_codes(sample_dashboard):
    app = sidebar()
    app.sidebar.selectbox(key="period_choice").set_value("All time").run()
    app.sidebar.multiselect(key="campaigns_choice").set_value(["camp_abc123", "camp_4eaf56"]).run()
    app.sidebar.segmented_control(key="basis_choice").set_value("Sending day").run()
    app.sidebar.selectbox(key="compare_choice").set_value("camp_abc123").run()
    written = dict(app.query_params)
    assert set(written.pop("campaigns").split(".")) == {"camp_abc123", "camp_4eaf56"}
    assert written == {"period": "all", "basis": "send", "compare": "camp_abc123"}
    app.sidebar.selectbox(key="period_choice").set_value("Last 28 days").run()
    assert "period" not in app.query_params


@pytest.mark.parametrize("hostile", ["camp.1", "none", "a~2Eb", "50% off & more", "ü ß", "previous"])
def test_hostile_ids_survive_the_url(hostile, sqlite_store, use_database):
    load(sqlite_store, "test", [*sent_by(hostile), *sent_by("camp")])
    use_database(str(sqlite_store.engine.url))
    app = sidebar(period="all")
    app.sidebar.multiselect(key="campaigns_choice").set_value([hostile, "camp"]).run()
    app.sidebar.selectbox(key="compare_choice").set_value(hostile).run()
    again = sidebar(**app.query_params)
    assert view_of(again).filters.campaigns == tuple(sorted((hostile, "camp")))
    assert view_of(again).comparison.campaigns == (hostile,)
    assert notices(again) == []


def sent_by(campaign_id):
    """A campaign with one sent email."""
    return [records.campaign(campaign_id), records.email("e1", at(1), of=campaign_id)]


# --- what an address asks for in vain ----------------------------------------------------------------------------

WRONG = {
    "period": "Next year",
    "basis": "Full moon",
    "compare": "The competition",
    "campaigns": "No such campaign",
    "campaign": "camp_nowhere",
    "humans": "perhaps",
    "days": "yesterday",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_value_in_the_address_gives_the_default(name, sample_dashboard):
    assert view_of(sidebar(**{name: WRONG[name]})) == view_of(sidebar())


@pytest.mark.parametrize("name", WRONG)
def test_invalid_url_value_shows_notice(name, sample_dashboard):
    (sentence,) = notices(sidebar(**({"period": "Custom"} if name == "days" else {}) | {name: WRONG[name]}))
    assert sentence.startswith("The address ")
    assert sentence.endswith(".")
    assert WRONG[name] not in sentence  # it is a stranger's


def test_good_values_need_no_notice(sample_dashboard):
    assert notices(sidebar(period="All time", basis="Sending day", compare="Nothing", campaigns=JANUARY)) == []


def test_notices_stay_until_they_are_closed(sample_dashboard):
    app = sidebar(**WRONG)
    shown = notices(app)
    assert len(shown) == 6  # days are read with the period "Custom" only
    assert notices(app.run()) == shown
    app.button(key="close-address-notices").click().run()
    assert notices(app) == []


@pytest.mark.parametrize(
    "days",
    [
        ["0001-01-01", "0001-01-05"],
        ["9999-12-01", "9999-12-31"],
        ["2026-02-30", "2026-03-01"],
        ["2026-01-01", "2026-01-02", "2026-01-03"],
        ["", ""],
        ["\0", "'; DROP TABLE emails"],
    ],
)
@pytest.mark.parametrize("compare", ["Previous period", "Same period last year"])
def test_no_days_in_the_address_break_the_page(days, compare, sample_dashboard):
    app = sidebar(period="Custom", days=days, compare=compare)
    assert view_of(app).first <= view_of(app).last
    assert bool(notices(app)) == any(days)


# --- words -------------------------------------------------------------------------------------------------------


@given(st.dates(), st.dates())
def test_period_label_has_both_ends_and_years(first, last):
    words = filters.days_in_words(first, last)
    assert words.startswith(f"{first.day} ")
    assert words.endswith(f"{last:%b %Y}")
    assert (f"{first:%Y}" in words.split(" – ")[0]) == (first.year != last.year)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_the_year_before_is_a_year_before(day):
    before = filters._year_before(day)
    assert before.year == day.year - 1
    assert timedelta(365) <= day - before <= timedelta(366)
