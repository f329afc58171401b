"""The trends as a person uses them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from outreach_results import results
from outreach_results.metrics import Every
from outreach_results.models import Basis, Filters
from outreach_results.store import annotations as notes
from outreach_results.store.engine import open_store
from support.databases import sqlite_url
from support.visitor import Visitor, box_at_rest

QUARTER = Filters(start=date(2025, 12, 28), end=date(2026, 3, 27), basis=Basis.SEND)
BEFORE = replace(QUARTER, start=date(2025, 9, 29), end=date(2025, 12, 27))
BY_SENDING = "/trends?basis=send&period=90d"


@pytest.fixture
def chart(visitor: Visitor) -> Locator:
    """The chart of the courses, once a page is open."""
    return visitor.page.locator(".st-key-trend .js-plotly-plot")


def point_at(mark: Locator) -> None:
    """Rest the mouse on a mark of the chart, once the chart has taken its final place."""
    mark.scroll_into_view_if_needed()
    box = box_at_rest(mark)
    mark.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)


_PLACE = """(plot, [day, axis, value]) => {
    const box = plot.getBoundingClientRect(), {xaxis, [axis]: yaxis} = plot._fullLayout;
    return [box.left + xaxis._offset + xaxis.d2p(day), box.top + yaxis._offset + yaxis.d2p(value)];
}"""


def point_at_day(chart: Locator, day: str, *, axis: str, value: float) -> None:
    """Rest the mouse in the chart where a day and a value of one of its axes meet."""
    chart.scroll_into_view_if_needed()
    box_at_rest(chart)
    chart.page.mouse.move(*chart.evaluate(_PLACE, [day, axis, value]), steps=4)


def click_here(visitor: Visitor) -> None:
    """Click where the mouse rests."""
    visitor.page.mouse.down()
    visitor.page.mouse.up()
    visitor.settle()


_IS_DRAWN_ANEW = """day =>
    document.querySelector('.st-key-trend .js-plotly-plot')._fullLayout.selectionrevision === day"""


def hover_text(chart: Locator) -> Locator:
    """What the chart says where the mouse rests."""
    return chart.locator(".hoverlayer .legend, .hoverlayer .hovertext").first


def test_view_survives_reload_and_sharing(visitor: Visitor) -> None:
    visitor.open(BY_SENDING)
    main = visitor.main
    expect(main.get_by_role("radio", name="Week")).to_be_checked()
    visitor.click(main.get_by_role("radio", name="Month"))
    visitor.click(visitor.page.get_by_role("button", name="View", exact=True))
    visitor.click(visitor.page.get_by_text("Show comparison"))
    visitor.page.keyboard.press("Escape")
    visitor.click(main.get_by_role("radio", name="Rates"))
    visitor.click(main.get_by_role("button", name="Click rate"))
    view = visitor.parameters
    assert (view["by"], view["show"], view["overlay"]) == (["month"], ["rates"], ["true"])
    assert set(view["rates"][0].split(".")) == {"open_rate", "reply_rate", "click_rate"}

    def assert_is_shown() -> None:
        card = visitor.page.locator(".st-key-card-trend")
        expect(card).to_contain_text("Share of emails per month · dashed: Sep 29 – Dec 27, 2025")
        expect(card).to_contain_text("dotted: still collecting · □ part of a month")
        for label in ("Openrate", "Clickrate", "Replyrate"):
            expect(card.locator(".annotation").filter(has_text=label)).to_be_visible()
        assert visitor.parameters == view

    assert_is_shown()
    visitor.reload()
    assert_is_shown()
    visitor.turn_to("Usage")
    visitor.turn_to("Trends")
    assert_is_shown()


def test_hover_explains_a_day_and_click_opens_it(visitor: Visitor, chart: Locator) -> None:
    visitor.open(f"{BY_SENDING}&by=day&show=rates&rates=delivery_rate.reply_rate&overlay=true")
    point_at_day(chart, "2026-03-27", axis="yaxis", value=0.3)
    for sentence in (
        "Fri, Mar 27, 2026",
        "Reply rate 0.9%: 1 of 112 delivered emails got a reply.",
        "About 53% of its replies are in; expect about 4 in the end, likely 1 to 7.",
        "was spent in total.",  # the cost is told with it
    ):
        expect(hover_text(chart)).to_contain_text(sentence)

    marked = chart.locator('path.point[style*="rgb(209, 51, 91)"]')
    assert marked.count() == 1, "the unusual day is ringed"
    point_at(marked.last)
    expect(hover_text(chart)).to_contain_text("Wed, Feb 11, 2026")
    click_here(visitor)
    visitor.page.wait_for_url("**at=2026-02-11**")
    visitor.settle()
    card = visitor.page.locator(".st-key-card-looked-at")
    expect(card).to_contain_text("Delivery rate: unusual: between 84.9% and 100.0% would be usual.")
    assert visitor.parameters["at"] == ["2026-02-11"]
    visitor.reload()
    expect(card).to_contain_text("83.0%")

    card.get_by_role("link", name="View overview").click()
    visitor.page.get_by_role("heading", level=1, name="Overview").wait_for()
    visitor.settle()
    assert visitor.metric("Sent") == "53"
    assert visitor.parameters["days"] == ["2026-02-11..2026-02-11"]
    visitor.reload()
    assert visitor.metric("Sent") == "53"


def test_repeated_clicks_select_and_back_returns(visitor: Visitor, chart: Locator) -> None:
    visitor.open(f"{BY_SENDING}&by=day&show=rates&overlay=true&mean=true")
    above, below = ("2026-01-15", "yaxis", 0.3), ("2026-03-05", "yaxis2", 0.02)
    for day, axis, value in (above, below, above):
        point_at_day(chart, day, axis=axis, value=value)
        expect(hover_text(chart)).to_contain_text(f"{date.fromisoformat(day):%a, %b %-d, %Y}")
        click_here(visitor)
        visitor.page.wait_for_url(f"**at={day}**")
        expect(visitor.page.locator(".st-key-at_choice input")).to_have_value(
            f"{date.fromisoformat(day):%a, %b %-d, %Y}"
        )
        visitor.page.wait_for_function(_IS_DRAWN_ANEW, arg=day)
    visitor.back()
    visitor.page.wait_for_function(_IS_DRAWN_ANEW, arg=below[0])
    assert visitor.parameters["at"] == [below[0]]
    visitor.page.get_by_role("link", name="View replies").click()
    visitor.page.get_by_role("heading", level=1, name="Inbox").wait_for()
    visitor.settle()
    assert visitor.parameters["days"] == [f"{below[0]}..{below[0]}"]
    expect(visitor.page.get_by_role("combobox", name="Dates")).to_have_value("Custom")
    visitor.back()  # in one step
    assert (visitor.title, visitor.parameters["at"]) == ("Trends", [below[0]])
    assert visitor.parameters["period"] == ["90d"]
    expect(visitor.page.get_by_role("combobox", name="Dates")).to_have_value("Last 90 days")


def test_controls_and_chart_are_above_the_fold(open_visitor) -> None:
    visitor: Visitor = open_visitor(viewport={"width": 1440, "height": 900})
    visitor.open("/trends")
    for width, height in ((1440, 900), (1280, 720)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.settle()
        plot = visitor.page.locator(".st-key-trend .js-plotly-plot").bounding_box()
        details = visitor.page.locator(".st-key-card-looked-at").bounding_box()
        assert plot is not None
        assert details is not None
        assert plot["y"] + plot["height"] <= height
        assert details["x"] >= plot["x"] + plot["width"], "the details stand beside the chart"
    drawn = visitor.page.locator(".st-key-trend .js-plotly-plot")
    point_at_day(drawn, "2026-03-10", axis="yaxis", value=50)
    told = re.compile(r"^Tue, Mar 10, 2026.*were sent.*were opened.*got a reply.*was spent", re.DOTALL)
    expect(hover_text(drawn)).to_contain_text(told)  # in the order of the panels


def test_link_back_and_invalid_values(visitor: Visitor, open_visitor) -> None:
    visitor.open(f"{BY_SENDING}&show=rates&rates=open_rate&by=day&mean=true&at=2026-03-16")
    visitor.turn_to("Usage")
    visitor.back()
    visitor.page.get_by_role("heading", level=1, name="Trends").wait_for()
    visitor.settle()
    link = visitor.page.url.removeprefix(visitor.page.url.partition("/trends")[0])
    other: Visitor = open_visitor(color_scheme="dark")
    other.open(link)
    for who in (visitor, other):
        expect(who.main.get_by_role("radio", name="Rates")).to_be_checked()
        expect(who.page.locator(".st-key-card-looked-at")).to_contain_text("45.6%")
        expect(who.page.locator(".st-key-trend .annotation").first).to_contain_text("Openrate")
    assert other.parameters == visitor.parameters

    other.open("/trends?by=Fortnight&show=rates&rates=Happiness")
    expect(other.main.get_by_text("This link uses")).to_be_visible()
    expect(other.main.get_by_role("radio", name="Day")).to_be_checked()


def test_unusual_days_are_listed_and_linked(visitor: Visitor) -> None:
    visitor.open("/trends?period=90d&by=day&show=rates&rates=delivery_rate")
    visitor.click(visitor.page.get_by_role("button", name="Switch to send date"))
    assert visitor.parameters["basis"] == ["send"]
    row = visitor.page.locator(".st-key-card-unusual").get_by_role("row").filter(has_text="Feb 11")
    expect(row).to_contain_text("83.0%")
    expect(row).to_contain_text("84.9–100.0%")
    row.get_by_role("link").click()
    visitor.page.get_by_role("heading", level=1, name="Overview").wait_for()
    visitor.settle()
    assert visitor.metric("Sent") == "53"


@pytest.fixture
def without_notes(sample_file: Path) -> Iterator[None]:
    """Takes away what the test noted, because others visit the same server."""
    yield
    store = open_store(sqlite_url(sample_file.with_name("live.db")))
    for note in results.annotations_in(store, Filters()):
        notes.remove(store, note)
    store.close()


@pytest.mark.usefixtures("without_notes")
def test_note_is_added_deleted_and_restored(visitor: Visitor, chart: Locator) -> None:
    visitor.open("/trends?at=2026-03-16")
    visitor.click(visitor.page.get_by_role("button", name="Add a note"))
    visitor.page.get_by_label("What happened?").fill("New <b>subject</b> $5")
    visitor.click(visitor.page.get_by_role("button", name="Add", exact=True))
    row = visitor.page.locator(".st-key-card-notes").get_by_role("row").filter(has_text="New <b>subject</b> $5")
    on_chart = chart.locator(".annotation").filter(has_text="New <b>subject")
    expect(row).to_contain_text("Mar 16, 2026")
    expect(on_chart).to_be_visible()
    assert chart.locator(".annotation b").count() == 0, "nothing of it is markup"

    visitor.click(row.get_by_role("button", name="Delete"))
    expect(on_chart).to_have_count(0)
    visitor.click(visitor.page.get_by_role("button", name="Undo"))
    expect(row).to_be_visible()
    expect(on_chart).to_be_visible()


def test_the_chart_and_the_hours_leave_as_csv_and_png(visitor: Visitor, chart: Locator, sample_store) -> None:
    visitor.open(f"{BY_SENDING}&by=week&overlay=true")
    expected = results.trends(
        sample_store, QUARTER, ("emails_sent", "opened", "replied"), every=Every.WEEK, comparison=BEFORE
    ).table()
    frame = pd.read_csv(io.StringIO(visitor.download(visitor.file("Performance over time")).text))
    assert list(frame) == list(expected)
    assert list(frame["date"]) == [f"{day:%Y-%m-%d}" for day in expected["date"]]
    assert frame["opened_compared"].tolist() == expected["opened_compared"].tolist()

    hours = pd.read_csv(io.StringIO(visitor.download(visitor.file("Activity by hour")).text))
    assert hours.equals(results.weekly_activity(sample_store, QUARTER).hours)

    chart.hover()
    picture = visitor.download(visitor.page.locator(".st-key-trend").get_by_role("button", name="Save PNG").first)
    assert picture.name == "outreach-trend.png"
    assert picture.content.startswith(b"\x89PNG")


def test_phone_fits_and_shows_the_week(open_visitor, chart: Locator) -> None:
    phone: Visitor = open_visitor(viewport={"width": 390, "height": 844}, has_touch=True)
    phone.open(f"{BY_SENDING}&show=rates&overlay=true&mean=true")
    assert phone.overflow() <= 0
    tops = [
        box["y"]
        for name in ("trend", "looked-at", "trend-cost", "hours", "unusual", "notes")
        if (box := phone.page.locator(f".st-key-card-{name}").bounding_box())
    ]
    assert tops == sorted(set(tops)), "one below the other"
    phone.click(phone.page.locator(".st-key-card-hours").get_by_role("radio", name="Opened"))
    week = phone.page.locator(".st-key-hours-map .js-plotly-plot")
    week.scroll_into_view_if_needed()
    box = week.locator(".nsewdrag").bounding_box()
    assert box is not None
    phone.page.mouse.move(box["x"] + box["width"] * 14.5 / 24, box["y"] + box["height"] * 1.5 / 7)
    expect(hover_text(week)).to_contain_text(re.compile(r"^Tuesdays, 2 – 3 PM \(UTC\):.*first opened.*of all\.$"))
