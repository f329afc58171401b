"""The charts: drawn by our own component, in the theme that is shown, and reporting clicks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from outreach_results.server import chart_library
from support.databases import sqlite_url
from support.server import Server
from support.visitor import Visitor, box_at_rest


def chart(page: Page, key: str) -> Locator:
    return page.locator(f"[class*=st-key-{key}] .js-plotly-plot").first


def script_requests(visitor: Visitor) -> list[str]:
    """The paths of scripts that this visitor's page asks for from now on."""
    paths: list[str] = []

    def note(request: Request) -> None:
        if request.resource_type == "script":
            paths.append(request.url)

    visitor.page.on("request", note)
    return paths


def click_bar(visitor: Visitor, key: str, place: int) -> None:
    """Click in the middle of a bar, which lies below the layer that takes the clicks."""
    bar = chart(visitor.page, key).locator(".barlayer .point path").nth(place)
    bar.evaluate("bar => bar.scrollIntoView({block: 'center'})")
    box = box_at_rest(bar)
    visitor.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    chart(visitor.page, key).locator(
        ".hoverlayer .hovertext"
    ).first.wait_for()  # only a mark that is hovered is clicked
    visitor.page.mouse.down()
    visitor.page.mouse.up()


def test_charts_need_none_of_streamlits_library(visitor: Visitor) -> None:
    requested = script_requests(visitor)
    visitor.open("/usage")
    expect(chart(visitor.page, "quota").locator(".main-svg").first).to_be_visible()
    assert any(address.endswith(chart_library.PATH) for address in requested)
    assert not any("PlotlyChart" in address for address in requested)
    policies = visitor.page.request.get("/usage").headers["content-security-policy"]
    assert "default-src 'self'" in policies  # and no violation of it is on the console


def test_place_is_kept_before_the_library_arrives(visitor: Visitor) -> None:
    held: list[Callable[[], None]] = []
    visitor.page.route(f"**{chart_library.PATH}", lambda route: held.append(route.continue_))
    visitor.page.goto("/trends")
    place = visitor.page.locator(".st-key-trend .chart")
    expect(place).to_have_attribute("aria-busy", "true")
    below = visitor.page.get_by_role("heading", name="Activity by hour")
    visitor.settle()
    waiting = below.bounding_box()
    assert held
    held.pop()()
    expect(place).not_to_have_attribute("aria-busy", "true")
    expect(chart(visitor.page, "trend").locator(".main-svg").first).to_be_visible()
    assert below.bounding_box() == waiting


def test_missing_library_shows_a_sentence(visitor: Visitor) -> None:
    visitor.page.route(f"**{chart_library.PATH}", lambda route: route.abort())
    visitor.open("/trends")
    expect(visitor.page.get_by_text("This chart could not be drawn.").first).to_be_visible()
    visitor.errors.clear()  # the browser says itself that the file did not arrive
    visitor.page.unroute(f"**{chart_library.PATH}")
    visitor.reload()
    expect(chart(visitor.page, "trend").locator(".main-svg").first).to_be_visible()


_COLORS = """plot => {
    const {paper_bgcolor: paper, xaxis, yaxis} = plot._fullLayout;
    return [paper, (xaxis || yaxis).tickfont.color, plot._fullData.find(trace => trace.name === 'Opened').line.color];
}"""


def test_charts_follow_the_theme_and_the_window(visitor: Visitor) -> None:
    visitor.open("/trends")
    trend = chart(visitor.page, "trend")
    expect(trend.locator(".main-svg").first).to_be_visible()
    assert trend.evaluate(_COLORS) == ["#ffffff", "#5a6675", "#0072b2"]
    visitor.page.emulate_media(color_scheme="dark")
    visitor.page.wait_for_function(
        "() => document.querySelector('.st-key-trend .js-plotly-plot')._fullLayout.paper_bgcolor === '#11161d'"
    )
    assert trend.evaluate(_COLORS) == ["#11161d", "#a9b4c1", "#56a8dd"]

    wide = trend.locator(".main-svg").first.bounding_box()
    visitor.page.set_viewport_size({"width": 1000, "height": 900})
    visitor.page.wait_for_function(
        """before => document.querySelector('.st-key-trend .main-svg').getBoundingClientRect().width < before - 100""",
        arg=0 if wide is None else wide["width"],
    )
    svg, place = trend.locator(".main-svg").first.bounding_box(), trend.bounding_box()
    assert svg is not None
    assert place is not None
    assert svg["width"] == pytest.approx(place["width"], abs=1)
    assert visitor.overflow() <= 0


def test_chart_is_an_image_with_words_and_saves_itself(visitor: Visitor) -> None:
    visitor.open("/trends")
    expect(visitor.page.get_by_role("img", name="Sent, Opened, Replied by day")).to_be_visible()
    image = visitor.page.get_by_role("img", name="Sent, Opened, Replied by day")
    image.focus()
    assert image.evaluate("image => document.activeElement === image")
    save = visitor.page.locator(".st-key-trend .chart-save")
    save.focus()
    expect(save).to_have_css("opacity", "1")
    file = visitor.download(save)
    assert file.name == "outreach-trend.png"
    assert file.content.startswith(b"\x89PNG")


def test_the_same_mark_may_be_clicked_again(visitor: Visitor) -> None:
    visitor.open("/")
    for _ in range(2):
        click_bar(visitor, "funnel", 2)
        visitor.page.wait_for_url("**/trends?**")
        visitor.settle()
        visitor.back()
        assert visitor.title == "Overview"


@pytest.fixture
def fallback_server(sample_file: Path, start_server: Callable[[dict[str, str]], Server]) -> Server:
    return start_server({"OUTREACH_DATABASE_URL": sqlite_url(sample_file), "OUTREACH_STREAMLIT_CHARTS": "true"})


def test_one_setting_brings_streamlits_charts_back(
    open_visitor: Callable[..., Visitor], fallback_server: Server
) -> None:
    visitor = open_visitor(fallback_server)
    requested = script_requests(visitor)
    visitor.open("/")
    expect(visitor.page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    click_bar(visitor, "funnel", 2)
    visitor.page.wait_for_url("**/trends?**")
    visitor.settle()
    assert visitor.page.locator(".chart").count() == 0
    assert any("PlotlyChart" in address for address in requested)
    assert not any(chart_library.PATH in address for address in requested)
