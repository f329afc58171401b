"""The shared filters, set in the bar or in the URL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Basis, Campaign, Detail, Filters
from outreach_results.store import labeling
from outreach_results.store.entries import Entries, enter
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
    streamlit.session_state["view"] = filters.bar(ask(filters.campaign_labels))
    url_state.keep_place()


def bar(**parameters):
    """The bar alone, with these parameters in the URL."""
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
    view = view_of(bar())
    assert (view.first, view.last) == (date(2026, 2, 28), LAST)
    assert view.filters == Filters(start=date(2026, 2, 28), end=LAST)
    assert view.sentence() == "Feb 28 – Mar 27, 2026 · all campaigns · by event date"


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
    view = view_of(bar(period=period))
    assert (view.filters.start, view.filters.end) == (view.first, view.last) == (first, LAST)


def test_the_periods_that_are_offered(sample_dashboard):
    offered = bar().selectbox(key="period_choice").options
    assert offered == [
        *("Yesterday", "Last 7 days", "Last 28 days", "Last 90 days", "This week", "Last week", "This month"),
        *("Last month", "This quarter", "Year to date", "All time", "Custom"),
    ]


def test_all_time_is_open_and_shows_data_days(sample_dashboard, writable_sample):
    view = view_of(bar(period="All time"))
    assert (view.filters.start, view.filters.end) == (None, None)
    assert (view.first, view.last) == results.date_range(writable_sample)


def test_days_of_ones_own_are_shown_as_they_are_chosen(sample_dashboard):
    view = view_of(bar(period="Custom", days=["2026-01-30", "2026-02-04"]))
    assert (view.filters.start, view.filters.end) == (date(2026, 1, 30), date(2026, 2, 4))


def test_first_calendar_click_shows_one_day(sample_dashboard):
    app = bar(period="Custom")
    app.date_input(key="days_choice").set_value((date(2026, 3, 1),)).run()
    assert not app.exception
    assert (view_of(app).first, view_of(app).last) == (date(2026, 3, 1), date(2026, 3, 1))


def test_days_beside_the_calendar_are_not_said_twice(sample_dashboard):
    view = view_of(bar(period="Custom", days=["2026-01-30", "2026-02-04"]))
    assert view.caption(None).startswith("by event date")
    assert view.in_print({}).startswith("All campaigns · Jan 30 – Feb 4, 2026")  # paper shows no calendar


def test_reversed_days_are_swapped_with_notice(sample_dashboard):
    app = bar(period="Custom", days=["2026-02-04", "2026-01-30"])
    assert (view_of(app).first, view_of(app).last) == (date(2026, 1, 30), date(2026, 2, 4))
    assert notices(app) == ["This link's start date is after its end date; they were swapped."]


# --- campaigns, basis, humans ------------------------------------------------------------------------------------


def test_campaigns_are_chosen_by_name(sample_dashboard):
    app = bar(campaigns=JANUARY)
    assert view_of(app).filters.campaigns == ("camp_abc123",)
    assert "1 campaign ·" in view_of(app).sentence()
    assert notices(app) == []


def test_link_names_campaigns_by_id(sample_dashboard):
    app = bar(campaign=["camp_abc123", "camp_4eaf56"], period="All time")
    assert view_of(app).filters.campaigns == ("camp_4eaf56", "camp_abc123")
    assert "2 campaigns ·" in view_of(app).sentence()
    assert "campaign" not in app.query_params


def test_a_campaign_leaves_the_days_as_they_are(sample_dashboard, writable_sample):
    own = present(results.date_range(writable_sample, ("camp_abc123",)))
    assert own[1] < LAST
    view = view_of(bar(campaign="camp_abc123"))
    assert (view.first, view.last) == (date(2026, 2, 28), LAST)
    everything = view_of(bar(campaign="camp_abc123", period="all"))
    assert (everything.first, everything.last) == own


@pytest.fixture
def clients(sample_dashboard, writable_sample):
    """Two campaigns of a client, one of them with a tag, and a client without any."""
    for name in ("Acme Corp", "Bolt"):
        labeling.add_client(writable_sample, name)
    labeling.choose_client(writable_sample, ["camp_abc123", "camp_4eaf56"], "acme-corp")
    labeling.choose_tags(writable_sample, ["camp_abc123"], ["spring"])


def picker(app):
    return {one.label: one for one in app.multiselect}


def test_client_and_tag_choose_campaigns(clients):
    app = bar(client="acme-corp", period="all")
    view = view_of(app)
    assert view.filters == Filters(("camp_4eaf56", "camp_abc123"), clients=("acme-corp",))
    assert "Acme Corp · 2 campaigns ·" in view.sentence()
    assert view.in_print({"camp_abc123": "A", "camp_4eaf56": "B"}) == "Acme Corp: B, A"
    assert len(picker(app)["Campaigns"].options) == 2
    picker(app)["Tags"].set_value(["spring"]).run()
    assert view_of(app).filters.campaigns == ("camp_abc123",)
    assert view_of(app).summary() == "Filters · All time · Acme Corp, spring"


def test_another_client_gives_up_chosen_campaigns(clients):
    app = bar(client="acme-corp", campaigns="camp_abc123")
    assert view_of(app).filters.campaigns == ("camp_abc123",)
    picker(app)["Clients"].set_value(["bolt"]).run()
    assert view_of(app).filters.campaigns == ()
    picker(app)["Clients"].set_value([]).run()
    assert view_of(app).filters.campaigns is None


def test_link_with_unknown_client_says_so(clients):
    app = bar(client="acme-corp.nobody", tag="late", campaigns="camp_abc123.camp_260e3f")
    assert view_of(app).filters.campaigns == ("camp_abc123",)
    assert notices(app) == [
        "This link uses an unknown client; showing the others.",
        "This link uses an unknown tag; showing the default.",
        "This link uses an unknown campaign; showing the others.",
    ]


def test_bar_has_no_clients_before_there_are_any(sample_dashboard):
    assert list(picker(bar())) == ["Campaigns"]


def test_basis_and_humans_only_controls(sample_dashboard):
    view = view_of(bar(basis="send", humans="true"))
    assert view.filters.basis is Basis.SEND
    assert view.filters.humans_only
    assert view.sentence().endswith("by send date · without bots & auto-replies")


def test_campaigns_of_the_same_name_are_distinct():
    def named(campaign_id, name):
        return Campaign(id=campaign_id, name=name, mcp=None, created_at=at(1), detail=Detail.EVENTS)

    labels = filters.distinct([named("camp_1", "Spring"), named("camp_2", "Spring"), named("camp_3", "Autumn")])
    assert labels == {"camp_1": "Spring (camp_1)", "camp_2": "Spring (camp_2)", "camp_3": "Autumn"}


def test_there_is_no_view_before_anything_was_sent(use_database, sqlite_store):
    load(sqlite_store, "test", [records.campaign()])
    use_database(str(sqlite_store.engine.url))
    assert view_of(bar()) is None


# --- the comparison ----------------------------------------------------------------------------------------------


def test_default_comparison_is_preceding_period(sample_dashboard):
    view = view_of(bar(humans="true"))
    assert view.comparison == Filters(start=date(2026, 1, 31), end=date(2026, 2, 27), humans_only=True)
    assert view.compared_with == "Jan 31 – Feb 27, 2026"


def test_last_year_is_compared_by_date(sample_dashboard, writable_sample):
    load(writable_sample, "test", [records.campaign("old"), records.email("e1", at(-364), of="old")])
    view = view_of(bar(compare="year"))
    assert view.comparison == Filters(start=date(2025, 2, 28), end=date(2025, 3, 27))
    assert view.versus == "same period last year"


def test_a_campaign_can_be_compared_with(sample_dashboard):
    view = view_of(bar(compare=JANUARY, period="90d"))
    assert view.comparison == Filters(campaigns=("camp_abc123",), start=view.first, end=view.last)
    assert JANUARY in view.compared_with


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"period": "all"}, "no comparison for all time"),
        ({"period": "90d", "compare": "year"}, "no comparison: the data begins Nov 10, 2025"),
        ({"compare": "camp_abc123"}, f"no comparison: “{JANUARY}” has no activity in this period"),
        ({"compare": "camp_abc123", "campaigns": "camp_abc123"}, "no comparison of a campaign with itself"),
        ({"days": "2025-11-03..2025-11-16"}, "no comparison: the data begins Nov 10, 2025"),
    ],
)
def test_an_impossible_comparison_is_explained(parameters, reason, sample_dashboard):
    view = view_of(bar(**parameters))
    assert (view.comparison, view.compared_with, view.remark) == (None, "", reason)
    assert view.caption(None).endswith(f" · {reason}")


def test_a_partial_comparison_is_explained(sample_dashboard):
    view = view_of(bar(period="90d"))
    assert view.comparison == Filters(start=date(2025, 9, 29), end=date(2025, 12, 27))
    assert view.remark == "comparison is partial: the data begins Nov 10, 2025"


@pytest.mark.parametrize("parameters", [{"compare": "Nothing"}, {"period": "All time"}])
def test_there_may_be_nothing_to_compare_with(parameters, sample_dashboard):
    view = view_of(bar(**parameters))
    assert view.comparison is None
    assert view.compared_with == ""


# --- links -------------------------------------------------------------------------------------------------------


@pytest.fixture
def many_campaigns(sqlite_store, use_database):
    """200 campaigns with one sent email each."""
    ids = [f"camp_{number:03}" for number in range(200)]
    load(sqlite_store, "test", [record for one in ids for record in sent_by(one)])
    use_database(str(sqlite_store.engine.url))
    return ids


def test_links_stay_short_with_many_campaigns(many_campaigns):
    app = bar(period="all")
    for chosen in (many_campaigns[:150], many_campaigns[1:]):
        app.multiselect(key="campaigns_choice").set_value(chosen).run()
        assert 10 < len(app.query_params["campaigns"]) < 700
        again = bar(**app.query_params)
        assert view_of(again).filters.campaigns == tuple(chosen)
        assert notices(again) == []
    # To choose all of them narrows nothing.
    app.multiselect(key="campaigns_choice").set_value(many_campaigns).run()
    assert view_of(app).filters.campaigns is None
    assert len(app.multiselect(key="campaigns_choice").value) == 200


def test_links_survive_a_renamed_campaign(sample_dashboard, writable_sample):
    app = bar()
    app.multiselect(key="campaigns_choice").set_value(["camp_abc123"]).run()
    app.selectbox(key="compare_choice").set_value("camp_4eaf56").run()
    for campaign_id in ("camp_abc123", "camp_4eaf56"):
        enter(writable_sample, campaign_id, Entries(name=f"New name of {campaign_id}"))
    again = bar(**app.query_params)
    assert view_of(again).filters.campaigns == ("camp_abc123",)
    assert view_of(again).compared_with == "“New name of camp_4eaf56”"
    assert notices(again) == []


def test_days_alone_are_a_link(sample_dashboard):
    app = bar(days="2026-01-30..2026-02-04")
    assert (view_of(app).filters.start, view_of(app).filters.end) == (date(2026, 1, 30), date(2026, 2, 4))
    app.selectbox(key="period_choice").set_value("Last 28 days").run()
    assert not app.query_params
    assert view_of(app).last == LAST


def test_custom_goes_on_from_the_days_shown(sample_dashboard):
    app = bar(period="last_week")
    app.selectbox(key="period_choice").set_value("Custom").run()
    assert (view_of(app).first, view_of(app).last) == (date(2026, 3, 16), date(2026, 3, 22))
    assert app.query_params == {"period": "custom", "days": "2026-03-16..2026-03-22"}


def test_an_unfinished_last_day_is_marked(sqlite_store, use_database):
    now = datetime.now(UTC)
    load(sqlite_store, "test", [records.campaign(), records.email("e1", now)])
    use_database(str(sqlite_store.engine.url))
    view = view_of(bar())
    known_until = present(filters.as_of(sqlite_store))
    assert known_until.date() == view.last
    assert view.caption(known_until).split(" · ")[2].endswith("M (day not over)")
    assert view.unfinished(known_until) == known_until
    yesterday = known_until.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(1)
    assert view.caption(yesterday).split(" · ")[2] == f"data through {yesterday:%b %-d}"
    assert view.unfinished(yesterday) is None
    assert view.unfinished(known_until + timedelta(1)) is None  # the days shown are over


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
    by_code, by_label = bar(**codes), bar(**labels)
    assert view_of(by_code) == view_of(by_label)
    assert notices(by_code) == notices(by_label) == []


def test_repeated_labels_of_campaigns_are_still_read(sample_dashboard, sample_store):
    two = results.all_campaigns(sample_store)[:2]
    app = bar(campaigns=[campaign.name for campaign in two], period="all")
    assert view_of(app).filters.campaigns == tuple(sorted(campaign.id for campaign in two))
    assert notices(app) == []


def test_choices_are_written_as_codes(sample_dashboard):
    app = bar()
    app.selectbox(key="period_choice").set_value("All time").run()
    app.multiselect(key="campaigns_choice").set_value(["camp_abc123", "camp_4eaf56"]).run()
    app.segmented_control(key="basis_choice").set_value("Send date").run()
    app.selectbox(key="compare_choice").set_value("camp_abc123").run()
    written = dict(app.query_params)
    assert set(written.pop("campaigns").split(".")) == {"camp_abc123", "camp_4eaf56"}
    assert written == {"period": "all", "basis": "send", "compare": "camp_abc123"}
    app.selectbox(key="period_choice").set_value("Last 28 days").run()
    assert "period" not in app.query_params


@pytest.mark.parametrize("hostile", ["camp.1", "none", "a~2Eb", "50% off & more", "ü ß", "previous"])
def test_hostile_ids_survive_the_url(hostile, sqlite_store, use_database):
    load(sqlite_store, "test", [*sent_by(hostile), *sent_by("camp"), *sent_by("another")])
    use_database(str(sqlite_store.engine.url))
    app = bar(period="all")
    app.multiselect(key="campaigns_choice").set_value([hostile, "camp"]).run()
    app.selectbox(key="compare_choice").set_value(hostile).run()
    again = bar(**app.query_params)
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
    assert view_of(bar(**{name: WRONG[name]})) == view_of(bar())


@pytest.mark.parametrize("name", WRONG)
def test_invalid_url_value_shows_notice(name, sample_dashboard):
    (sentence,) = notices(bar(**({"period": "Custom"} if name == "days" else {}) | {name: WRONG[name]}))
    assert sentence.startswith("This link uses ")
    assert sentence.endswith(".")
    assert WRONG[name] not in sentence  # it is a stranger's


def test_good_values_need_no_notice(sample_dashboard):
    assert notices(bar(period="All time", basis="Sending day", compare="Nothing", campaigns=JANUARY)) == []


def test_notices_stay_until_they_are_closed(sample_dashboard):
    app = bar(**WRONG)
    shown = notices(app)
    assert len(shown) == 6  # a period that is not known hides the days
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
    app = bar(period="Custom", days=days, compare=compare)
    assert view_of(app).first <= view_of(app).last
    assert bool(notices(app)) == any(days)
