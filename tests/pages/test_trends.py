"""The trends page shows the results of the queries."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest

from outreach_results import results
from outreach_results.models import COUNTS, Basis, Filters
from outreach_results.store import annotations as notes
from outreach_results.store.tracking import choose_tracking
from outreach_results.ui.charts import LABELS
from support.dashboard import components, run_page, table, words
from support.hostile import HOSTILE

QUARTER = Filters(start=date(2025, 12, 28), end=date(2026, 3, 27), basis=Basis.SEND)
BY_SENDING = {"period": "Last 90 days", "basis": "Sending day"}


def page(**parameters):
    app = run_page("trends", **parameters)
    assert not app.exception
    assert not app.error
    return app


def page_text(app):
    """All text of the page outside its tables, without Markdown escapes."""
    return re.sub(r":color\[(.)\]", r"\1", "\n".join(words(app)).replace("\\", ""))


def notices(app):
    return "\n".join(app.session_state["address-notices"]) if "address-notices" in app.session_state else ""


def chart(app):
    """The figure of the large chart, as the browser gets it."""
    return json.loads(components(app, "outreach_chart")[0]["figure"])


def values(app):
    """The values beside the chart, by metric."""
    return {row["metric"].text: row["value"].text for row in table(app, "metric")}


# --- controls ----------------------------------------------------------------------------------------------------


def test_it_opens_with_counts_by_day(sample_dashboard):
    app = page()
    assert app.segmented_control(key="show_choice").value == "Counts"
    assert app.segmented_control(key="by_choice").value == "Day"
    assert app.pills(key="counts_choice").value == ["emails_sent", "opened", "replied"]
    assert not app.toggle(key="mean_choice").value
    assert not app.toggle(key="overlay_choice").value


def test_url_sets_metrics_bucket_mean_and_overlay(sample_dashboard):
    app = page(show="Rates", rates=["Click rate", "Delivery rate"], mean="true", overlay="true")
    assert app.pills(key="rates_choice").value == ["click_rate", "delivery_rate"]
    assert app.toggle(key="mean_choice").value
    assert app.toggle(key="overlay_choice").value
    assert not notices(app)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"show": "Shares"}, "an unknown value of “show”"),
        ({"by": "Fortnight"}, "an unknown value of “by”"),
        ({"counts": "Clicks"}, "an unknown metric"),
        ({"mean": "maybe"}, "an unknown value of “mean”"),
        ({"at": "Wed 17 Mar 2026"}, "a day that is not shown"),
    ],
)
def test_invalid_url_values_are_noticed(sample_dashboard, wrong, sentence):
    app = page(**wrong)
    assert sentence in notices(app)
    assert sentence in page_text(app), "in the same run"
    assert app.segmented_control(key="by_choice").value == "Day"
    assert app.pills(key="counts_choice").value == ["emails_sent", "opened", "replied"]


@pytest.mark.parametrize(
    ("first", "shown", "by"),
    [("2026-01-27", "Day", "day"), ("2026-01-26", "Week", "week"), ("2026-01-26", "Day", "day")],
)
def test_beyond_60_days_weeks_are_the_default(sample_dashboard, first, shown, by):
    chosen = {"by": by} if (first, shown) == ("2026-01-26", "Day") else {}
    app = page(period="custom", days=f"{first}..2026-03-27", **chosen)
    assert app.segmented_control(key="by_choice").value == shown
    assert f"Emails per {by}" in page_text(app)


def test_by_week_no_mean_of_seven_days_is_offered(sample_dashboard):
    app = page(by="Week")
    assert not [toggle for toggle in app.toggle if toggle.key == "mean_choice"]


def test_no_overlay_without_comparison(sample_dashboard):
    app = page(compare="Nothing")
    assert not [toggle for toggle in app.toggle if toggle.key == "overlay_choice"]


def test_without_a_metric_the_page_asks_for_one(sample_dashboard):
    app = page()
    app.pills(key="counts_choice").set_value([]).run()
    assert [info.value for info in app.info] == ["Choose at least one metric."]


@pytest.mark.parametrize("by", ["Day", "Week", "Month"])
@pytest.mark.parametrize("show", ["Counts", "Rates"])
def test_every_combination_draws_with_mean_and_overlay(sample_dashboard, by, show):
    page(by=by, show=show, mean="true", overlay="true", **BY_SENDING)
    page(by=by, show=show, overlay="true", compare="Same period last year", period="All time")


# --- what is unusual and what is still to come -------------------------------------------------------------------


BY_DAY = {"by": "day", **BY_SENDING}


def test_unusual_days_are_listed_with_their_range(sample_dashboard, sample_store):
    app = page(show="Rates", rates="Delivery rate", **BY_DAY)
    (series,) = results.trends(sample_store, QUARTER, ("delivery_rate",)).series
    (point,) = series.unusual.to_dict("records")
    (row,) = table(app, "usual")
    assert row["date"].text == "Wed, Feb 11, 2026"
    assert "&period=custom&days=2026-02-11..2026-02-11" in f"&{row['date'].href.partition('?')[2]}"
    assert (row["value"].text, row["value"].note) == (f"{point['value']:.1%}", "44 of 53 sent")
    assert row["usual"].text == "84.9–100.0%"


def test_where_nothing_is_unusual_it_says_so(sample_dashboard):
    assert "No unusual days." in page_text(page(show="Rates", rates="Reply rate", **BY_DAY))


def test_what_cannot_be_judged_is_not_called_usual(sample_dashboard):
    assert "Not enough data to find unusual weeks" in page_text(page(counts="Sent", **BY_SENDING))


def test_activity_basis_explains_missing_limits(sample_dashboard):
    app = page()
    assert "Switch to send date to see outliers and days still collecting replies." in page_text(app)
    app.button(key="count-on-sending").click().run()
    assert app.segmented_control(key="basis_choice").value == "Send date"
    assert "Unusual days" in page_text(app)


def test_sending_basis_shows_the_lag(sample_dashboard, sample_store):
    result = results.maturity_curves(sample_store).by_count
    days = {name: f"{age} day{'s' if age > 1 else ''}" for name, age in ((n, result[n].mature_age) for n in result)}
    shown = page_text(page(**BY_SENDING))
    lag = f"95% of opens arrive within {days['opened']} and 95% of replies arrive within {days['replied']} of sending"
    assert lag in shown
    assert "dotted: still collecting" in shown
    assert "still collecting" not in page_text(page()).replace("days still collecting replies", "")


def test_many_unusual_points_are_called_mixed(sample_dashboard, monkeypatch):
    # By its name: the package has a function that is called like the module.
    monkeypatch.setattr(import_module("outreach_results.ui.trends.unusual"), "_MANY", 0.0)
    assert "look at one campaign at a time" in page_text(page(show="Rates", rates="Delivery rate", **BY_DAY))


# --- one point ---------------------------------------------------------------------------------------------------


def test_a_chosen_day_has_a_sentence_and_a_link(sample_dashboard):
    app = page(at="Fri 27 Mar 2026", basis="Sending day")
    assert "Replied: about 53% of its replies are in; expect about 4 in the end" in page_text(app)
    links = {link.label: (link.page, link.query_string) for link in (one.proto for one in app.get("page_link"))}
    assert links["View replies"][0] == "inbox"
    assert "period=custom&days=2026-03-27..2026-03-27" in links["View replies"][1]
    assert links["View overview"][1] == links["View replies"][1]


def test_a_chosen_week_opens_into_its_days(sample_dashboard):
    app = page(at="Week of Mon 16 Mar 2026", by="Week")
    app.button(key="at-days").click().run()
    assert app.segmented_control(key="by_choice").value == "Day"
    assert "Mar 16 – 22, 2026" in page_text(app)
    assert app.selectbox(key="at_choice").value is None


def test_selected_day_is_dropped_outside_period(sample_dashboard):
    app = page(at="2026-03-02")
    assert app.selectbox(key="at_choice").value == date(2026, 3, 2)
    app.selectbox(key="period_choice").set_value("Last 7 days").run()
    assert not app.exception
    assert app.selectbox(key="at_choice").value is None


def test_without_a_selection_the_period_is_shown(sample_dashboard, sample_store):
    app = page()
    days = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27))
    before = Filters(start=date(2026, 1, 31), end=date(2026, 2, 27))
    now, then = (results.totals(sample_store, filters).stats for filters in (days, before))
    rows = {row["metric"].text: row for row in table(app, "metric")}
    assert rows["Sent"]["value"].text == f"{now.emails_sent:,}"
    assert rows["Replied"]["compared"].text == f"{then.replied:,}"
    assert list(rows) == [*(LABELS[name] for name in COUNTS), "Cost"]  # those that are not drawn, too
    assert rows["Delivered"]["compared"].text == f"{then.delivered:,}"


def test_a_day_in_the_link_selects_its_week(sample_dashboard):
    app = page(at="2026-03-18", by="week")
    assert app.selectbox(key="at_choice").value == date(2026, 3, 16)
    assert not notices(app)


def test_the_selection_is_marked_in_the_chart(sample_dashboard):
    lines = [shape["x0"] for shape in chart(page(at="2026-03-18"))["layout"]["shapes"] if shape["type"] == "line"]
    assert lines == ["2026-03-18"]


def test_a_single_day_shows_values_and_no_chart(sample_dashboard, sample_store):
    app = page(period="custom", days="2026-03-18..2026-03-18")
    day = date(2026, 3, 18)
    stats = results.totals(sample_store, Filters(start=day, end=day)).stats
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["Sent"], shown["Replied"]) == (str(stats.emails_sent), str(stats.replied))
    assert len(components(app, "outreach_chart")) == 1, "the hours alone"


# --- the week ----------------------------------------------------------------------------------------------------


def test_the_hours_name_their_zone(sample_dashboard):
    assert "Hours in UTC." in page_text(page())


def test_best_hour_needs_enough_data(sample_dashboard):
    assert "Not enough replies to find a best time (126 so far)." in page_text(page())


def test_one_heat_map_switches_its_metric(sample_dashboard):
    app = page()
    app.segmented_control(key="hours-metric").set_value("opened").run()
    figures = [drawn for drawn in components(app, "outreach_chart") if "by weekday and hour" in drawn["alt"]]
    assert [drawn["alt"].partition(" by ")[0] for drawn in figures] == ["Opened"]


# --- notes -------------------------------------------------------------------------------------------------------


def test_note_is_added_and_restored(sample_dashboard, writable_sample):
    app = page()
    app.text_input(key="note-text").set_value("New subject line")
    app.date_input(key="note-date").set_value(date(2026, 3, 16))
    app.selectbox(key="note-campaign").set_value("camp_4eaf56")
    button(app, "Add").click().run()
    (note,) = results.annotations_in(writable_sample, Filters())
    assert (note.text, note.date, note.campaign_id) == ("New subject line", date(2026, 3, 16), "camp_4eaf56")
    (row,) = table(app, "note")
    assert (row["date"].text, row["note"].text) == ("Mar 16, 2026", "New subject line")
    assert row["campaign"].text == results.campaign(writable_sample, "camp_4eaf56").name
    assert row["delete"].value == note.annotation_id

    notes.remove(writable_sample, note)
    app.session_state["annotation-taken-away"] = note
    app.run()
    assert "Deleted: New subject line" in page_text(app)
    app.button(key="bring-note-back").click().run()
    assert results.annotations_in(writable_sample, Filters()) == [note]
    assert "Deleted" not in page_text(app)


def test_an_empty_note_is_refused_in_a_sentence(sample_dashboard, writable_sample):
    app = run_page("trends")
    button(app, "Add").click().run()
    assert [error.value.replace("\\", "") for error in app.error] == ["Enter some text first."]
    assert results.annotations_in(writable_sample, Filters()) == []


def test_note_form_defaults_to_selected_day(sample_dashboard):
    assert page(at="2026-03-02").date_input(key="note-date").value == date(2026, 3, 2)
    assert page().date_input(key="note-date").value == date(2026, 3, 27)


def test_notes_outside_filters_are_hidden(sample_dashboard, writable_sample):
    notes.add(writable_sample, date(2026, 3, 3), "about all")
    notes.add(writable_sample, date(2026, 1, 16), "long ago")
    notes.add(writable_sample, date(2026, 3, 3), "about another", campaign_id="camp_2fa5bc")
    assert [row["note"].text for row in table(page(campaign="camp_4eaf56"), "note")] == ["about all"]


def test_whatever_a_note_says_shows_as_its_characters(sample_dashboard, writable_sample):
    lines = [" ".join(text.split()) for text in HOSTILE]
    for line in lines:
        notes.add(writable_sample, date(2026, 3, 16), line)
    assert {row["note"].text for row in table(page(), "note")} == set(lines)


def button(app, label):
    (result,) = [button for button in app.button if button.label == label]
    return result


# --- agreement ---------------------------------------------------------------------------------------------------


def test_shown_period_is_the_queried_period(sample_dashboard, sample_store):
    """The details of a single day equal the query results for that day alone."""
    app = page(period="Custom", days=["2026-03-16", "2026-03-22"], at="Tue 17 Mar 2026", overlay="true")
    day = date(2026, 3, 17)
    stats = results.totals(sample_store, replace(QUARTER, start=day, end=day, basis=Basis.ACTIVITY)).stats
    assert values(app)["Sent"] == str(stats.emails_sent)
    assert values(app)["Opened"] == str(stats.opened)
    assert values(app)["Delivered"] == str(stats.delivered)  # which is not drawn
    before = results.totals(sample_store, Filters(start=date(2026, 3, 10), end=date(2026, 3, 10))).stats
    (row,) = [row for row in table(app, "metric") if row["metric"].text == "Delivered"]
    assert row["compared"].text == str(before.delivered)


# --- what is tracked, and by which date -------------------------------------------------------------------------


def test_lines_of_some_campaigns_say_of_how_many(sample_dashboard, writable_sample):
    choose_tracking(writable_sample, "camp_abc123", {"opens": False})
    parts = results.totals(writable_sample, Filters()).tracked
    assert f"Opened: in {parts['opened'].campaigns} of {parts['opened'].of_campaigns} campaigns." in page_text(
        page(period="All time")
    )
    rates = page_text(page(period="All time", show="Rates"))
    assert f"Open rate: of {parts['open_rate'].emails:,} tracked" in rates


def test_costs_that_nobody_tracks_are_a_gap(sample_dashboard, writable_sample):
    for campaign in results.all_campaigns(writable_sample):
        choose_tracking(writable_sample, campaign.id, {"costs": False})
    assert results.daily_costs(writable_sample, Filters())["cost_usd"].isna().all()
    assert "Cost: not tracked." in page_text(page())


@pytest.mark.parametrize(("name", "choices"), [("overview", {}), ("trends", {"show": "Rates"})])
def test_fast_growth_is_noticed_by_event_date(sample_dashboard, name, choices):
    first_days = {"period": "Custom", "days": ["2025-11-10", "2025-11-13"]}
    shown = "\n".join(words(run_page(name, **first_days, **choices)))
    assert "Sending grew fast in this period." in shown
    by_sending = "\n".join(words(run_page(name, basis="Sending day", **first_days, **choices)))
    assert "Sending grew fast" not in by_sending
