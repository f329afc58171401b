"""The frame of every page: the bar with the filters, on a wide screen, on a phone and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from outreach_results.ui.shell import WITHOUT_FILTERS
from support.dashboard import HOME, PAGES, address, title
from support.visitor import PHONE, Visitor

DESK = {"viewport": {"width": 1440, "height": 900}}

# Layout shifts since the page was opened, each with its share of the window; those that follow a click do not count.
SHIFTS = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries()
    .filter(entry => !entry.hadRecentInput).map(entry => entry.value)))
    .observe({type: 'layout-shift', buffered: true}) ?? setTimeout(() => done([]), 500))"""


def top(visitor: Visitor, selector: str) -> float:
    """How far below the window's top something begins."""
    return float(visitor.page.locator(selector).first.evaluate("box => box.getBoundingClientRect().top"))


def assert_name_and_notice_stand_beside_the_navigation(visitor: Visitor) -> None:
    """The product's name at the left, and that this is sample data at the right, in a line that takes no room."""
    mark = visitor.page.get_by_test_id("stHeader").evaluate("head => getComputedStyle(head, '::before').content")
    assert mark == '"Outreach Results"'
    notice = visitor.page.locator(".st-key-sample-notice").bounding_box()
    links = visitor.page.get_by_test_id("stTopNavLink").last.bounding_box()
    assert notice is not None
    assert links is not None
    assert notice["height"] < 60, "no taller than the navigation"
    assert notice["x"] > links["x"] + links["width"]
    assert notice["y"] + notice["height"] / 2 == pytest.approx(links["y"] + links["height"] / 2, abs=6)


def assert_first_number_is_near_the_top_and_the_bar_stays(visitor: Visitor) -> None:
    number = visitor.page.get_by_text("5.1%", exact=True).first  # of the sample's reply rate
    assert number.evaluate("box => box.getBoundingClientRect().top") < 150
    bar = top(visitor, ".st-key-filter-bar")
    visitor.page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 500)")
    assert top(visitor, ".st-key-filter-bar") == pytest.approx(bar, abs=2)
    assert visitor.page.locator(".st-key-filter-bar").evaluate(
        """bar => { const {x, y} = bar.getBoundingClientRect();
            return bar.contains(document.elementFromPoint(x + 4, y + 20)) }"""
    )


@pytest.mark.parametrize(
    "window", [DESK, {"viewport": {"width": 1280, "height": 720}}, PHONE], ids=["desk", "low", "phone"]
)
def test_no_page_moves_while_it_loads(window, open_visitor) -> None:
    visitor: Visitor = open_visitor(**window)
    moved = {}
    for page in (*(page for page in PAGES if page != HOME), HOME):
        visitor.open(address(page))
        assert top(visitor, ".st-key-filter-bar") < 60
        moved[page] = sum(visitor.page.evaluate(SHIFTS))
    if window is DESK:
        assert_name_and_notice_stand_beside_the_navigation(visitor)
        assert_first_number_is_near_the_top_and_the_bar_stays(visitor)
    assert {page: shift for page, shift in moved.items() if shift > 0.05} == {}


def test_filters_return_with_their_values(open_visitor) -> None:
    visitor: Visitor = open_visitor(**DESK)
    visitor.open("/?period=last_month&humans=true")
    for page in WITHOUT_FILTERS:
        visitor.turn_to(title(page))
        assert visitor.page.locator(".st-key-filter-controls").count() == 0
        assert visitor.parameters == {"period": ["last_month"], "humans": ["true"]}
    visitor.turn_to("Trends")
    expect(visitor.page.get_by_role("combobox", name="Dates")).to_have_value("Last month")
    expect(visitor.open_options().get_by_role("switch", name="Exclude bots & auto-replies")).to_be_checked()


def test_comparison_is_named_after_the_period(open_visitor) -> None:
    """The browser holds what the comparison is called; a new period calls it otherwise, and the next click is fine."""
    visitor: Visitor = open_visitor(**DESK)
    visitor.open("/")
    compare = visitor.page.get_by_role("combobox", name="Compare with")
    for period, name in (("This month", "vs. same days last month"), ("Yesterday", "vs. day before")):
        visitor.choose("Dates", period)
        expect(compare).to_have_value(name)
    visitor.choose("Compare with", "No comparison")
    assert visitor.parameters == {"period": ["yesterday"], "compare": ["none"]}
    visitor.turn_to("Inbox")  # compares nothing
    expect(compare).to_have_count(0)
    visitor.turn_to("Trends")
    expect(compare).to_have_value("No comparison")


def test_on_a_phone_filters_fold_into_a_button(open_visitor) -> None:
    visitor: Visitor = open_visitor(**PHONE)
    visitor.open(address("overview", period="7d", campaign="camp_4eaf56"))
    button = visitor.page.get_by_role("button", name="Filters · Last 7 days · 1 campaign")
    dates = visitor.page.get_by_role("combobox", name="Dates")
    expect(dates).to_be_hidden()
    button.tap()
    expect(dates).to_be_visible()
    visitor.choose("Dates", "All time")
    expect(dates).to_be_visible()  # for more choices
    assert visitor.overflow() <= 0
    visitor.page.get_by_role("button", name="Filters · All time · 1 campaign").tap()
    expect(dates).to_be_hidden()


def test_print_has_words_in_place_of_controls(open_visitor) -> None:
    visitor: Visitor = open_visitor(viewport={"width": 718, "height": 950})
    visitor.open("/trends?campaign=camp_4eaf56&period=all")
    name = visitor.page.get_by_role("button", name="Webinar").inner_text().split("\n")[0]
    visitor.page.emulate_media(media="print")
    for control in ("stHeader", "stPopover", "stSelectbox", "stButtonGroup"):
        assert not any(found.is_visible() for found in visitor.page.get_by_test_id(control).all()), control
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    words = visitor.main.inner_text()
    assert f"Outreach Results · {name}" in words
    assert "by event date · data through Mar 27, 2026" in words or "by event date · data through Mar 27" in words
    cut = visitor.page.evaluate(
        """() => ['stApp', 'stAppViewContainer', 'stMain'].filter(id => {
            const {overflowY} = getComputedStyle(document.querySelector(`[data-testid=${id}]`));
            return overflowY !== 'visible' })"""
    )
    assert cut == []
    assert visitor.overflow() <= 0
    for card in visitor.page.locator("[class*=st-key-card-]:not([class*=card-heading])").all():
        expect(card).to_have_css("break-inside", "avoid")
    visitor.open("/")  # a table on paper has all of its columns
    for box in visitor.page.locator(".table .box").all():
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 1
    for page, said in {
        "/benchmarks": ["Benchmark: Sales outreach", "Reply rate"],
        "/inbox": ["To do, human · page 1 of 6"],
        "/usage": ["Outreach Results · data through Mar 27, 2026", "March 2026"],
    }.items():
        visitor.open(page)
        for sentence in said:
            shown = visitor.page.locator("[class*=st-key-print-]").get_by_text(sentence, exact=True)
            expect(shown).to_be_visible()
            assert shown.evaluate("shown => shown.getBoundingClientRect().left") < 200, (
                "at the left, or beside a heading"
            )
        question_marks = visitor.page.get_by_test_id("stTooltipIcon").locator("svg")
        assert not any(mark.is_visible() for mark in question_marks.all()), page
    # who reads the dark theme prints black on white, figures too, and reads on in the dark
    visitor.page.emulate_media(media="print", color_scheme="dark")
    visitor.open("/benchmarks")
    visitor.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for color, ink in {"green": "rgb(11, 81, 54)", "red": "rgb(143, 29, 29)"}.items():
        badge = visitor.page.locator(f"[class*=st-key-verdict-{color}] .stMarkdownBadge").first
        expect(badge).to_be_visible()
        expect(badge).to_have_css("color", ink)  # verdicts keep their colors, as ink
        expect(badge).to_have_css("print-color-adjust", "exact")
    visitor.page.evaluate("dispatchEvent(new Event('afterprint'))")
    visitor.open("/usage")
    tick, printed = visitor.page.locator(".st-key-card-quota .xtick text").first, "data-outreach-paper"
    in_the_dark = tick.evaluate("mark => mark.style.fill")
    visitor.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(visitor.page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(tick).to_have_css("fill", "rgb(90, 102, 117)")
    visitor.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(tick).to_have_css("fill", in_the_dark)
    assert visitor.page.locator(f":root[{printed}]").count() == 0
    visitor.page.emulate_media(media="screen")
    expect(visitor.page.get_by_text("Outreach Results · data through", exact=False)).to_be_hidden()
