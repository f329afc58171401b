"""Usage and benchmarks as a person uses them."""

from __future__ import annotations

import io
from typing import Literal

import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.store.engine import Store
from support.axe import violations
from support.optional import present
from support.server import Server
from support.visitor import Visitor

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def hover(visitor: Visitor, mark: Locator) -> str:
    """What a chart says where the mouse rests on a mark."""
    x, y = middle(mark)
    visitor.page.mouse.move(x + 3, y + 3)
    visitor.page.mouse.move(x, y)
    hover_text = visitor.page.locator(".hoverlayer .hovertext").first
    hover_text.wait_for()
    return " ".join(text or "" for text in hover_text.locator("text").all_text_contents()).strip()


def press(visitor: Visitor, mark: Locator) -> str:
    """Click a mark as a person does, who first rests on it; returns what it says."""
    hover_text = hover(visitor, mark)
    visitor.page.mouse.click(*middle(mark))
    return hover_text


def middle(mark: Locator) -> tuple[float, float]:
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def bars(visitor: Visitor, key: str) -> Locator:
    """The bars of a chart's first component."""
    return chart(visitor, key).locator(".barlayer .trace").first.locator(".point path")


def dots(visitor: Visitor, key: str) -> Locator:
    """The dots that are drawn over everything else: our own values."""
    return chart(visitor, key).locator(".scatterlayer .trace").last.locator("path.point")


def chart(visitor: Visitor, key: str) -> Locator:
    return visitor.page.locator(f'[class*="st-key-{key}"] .js-plotly-plot').first


def test_running_month_forecast_and_months(visitor: Visitor) -> None:
    visitor.open("/usage")
    words = visitor.main
    assert words.get_by_text("On track").is_visible()
    assert words.get_by_text("Today is Mar 27, 2026, the last day of the data.").is_visible()
    assert "$" in visitor.metric("Projected total by Mar 31")
    # a bar of the history leads to its month
    assert press(visitor, bars(visitor, "months").nth(2)).startswith("January 2026: AI generation")
    visitor.page.wait_for_url("**month=2026-01**")
    visitor.settle()
    assert visitor.metric("Total incl. plan") == "$42.45"
    assert words.get_by_text("The quota lasted for all of January 2026.").is_visible()
    # costs in total instead of one email's, in the address too
    visitor.click(visitor.page.get_by_role("radio", name="In total"))
    assert visitor.parameters["costs"] == ["all"]
    assert (
        hover(visitor, chart(visitor, "costs-by-component").locator(".point path").first)
        == "AI generation costs $5.25 in total."
    )
    visitor.reload()
    assert visitor.metric("API spend") == "$22.45"
    assert visitor.parameters == {"month": ["2026-01"], "costs": ["all"]}


def test_campaign_bar_opens_the_campaign(visitor: Visitor, sample_store: Store) -> None:
    visitor.open("/usage?month=2026-01")
    file = visitor.download(visitor.file("Usage by month"))
    table = pd.read_csv(io.StringIO(file.text))
    expected = results.usage_by_month(sample_store)
    assert list(table["emails_sent"]) == list(expected["emails_sent"])
    assert list(table["cost_usd"]) == pytest.approx(list(expected["cost_usd"]))
    labels = chart(visitor, "costs-by-campaign").locator(".annotation-text")
    assert {label.locator("tspan.line").count() for label in labels.all()} == {0}  # wide enough for each
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    expect(labels.locator("tspan.line")).not_to_have_count(0)
    visitor.page.set_viewport_size({"width": 1360, "height": 900})
    expect(labels.locator("tspan.line")).to_have_count(0)
    press(visitor, bars(visitor, "costs-by-campaign").first)
    visitor.page.wait_for_url("**campaigns=**")
    visitor.settle()
    assert visitor.title == "Overview"  # the filters do not apply to the page with the plan


def test_metrics_beside_community_lead_on(visitor: Visitor) -> None:
    visitor.open("/benchmarks?period=all")
    text = visitor.main
    assert text.get_by_text("1,247 peer campaigns · updated Jan 30, 2026").is_visible()
    for metric in ("delivery_rate", "open_rate", "reply_rate", "avg_cost_per_email_usd"):
        assert chart(visitor, f"bullet-{metric}").is_visible()
    # all of them stand above the fold
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    last = present(chart(visitor, "bullet-avg_cost_per_email_usd").bounding_box())
    assert last["y"] + last["height"] < 900
    # the bullets lie exactly below one another
    boxes = [
        present(chart(visitor, f"bullet-{metric}").bounding_box()) for metric in ("open_rate", "avg_cost_per_email_usd")
    ]
    assert boxes[0]["x"] == boxes[1]["x"]
    assert boxes[0]["width"] == boxes[1]["width"]
    assert hover(visitor, dots(visitor, "bullet-reply_rate").first).startswith("Yours is 4.6%, with 95% confidence")
    # another metric, another benchmark: both in the address, both there after a reload
    visitor.open("/benchmarks?period=all&metric=avg_cost_per_email_usd&mcp=partner-outreach")
    assert text.get_by_text("These benchmarks are 283 days old").is_visible()
    assert text.get_by_text("These benchmarks rest on 38 campaigns only").is_visible()
    visitor.reload()
    assert visitor.parameters["mcp"] == ["partner-outreach"]
    assert visitor.parameters["metric"] == ["avg_cost_per_email_usd"]
    # a row of the mcps compares with that one
    assert press(visitor, dots(visitor, "by-mcp").first).startswith("Sales outreach (9 of yours, 1,247 peers)")
    visitor.page.wait_for_function("() => !location.search.includes('partner-outreach')")
    visitor.settle()
    assert text.get_by_text("1,247 peer campaigns").is_visible()


def test_bullet_leads_to_the_time_series_of_its_rate(visitor: Visitor, sample_store: Store) -> None:
    visitor.open("/benchmarks?period=all&humans=true")
    reply_rate = (
        visitor.page.locator(".st-key-bullet-row-reply_rate [data-testid=stColumn]").nth(1).inner_text().strip()
    )
    assert press(visitor, dots(visitor, "bullet-reply_rate").first).startswith(f"Yours is {reply_rate}")
    visitor.page.wait_for_url("**/trends?**")
    visitor.settle()
    ours = [one for one in results.all_campaigns(sample_store) if one.mcp == "sales-outreach"]
    assert len(ours) < len(results.all_campaigns(sample_store))
    shown = visitor.parameters
    assert (shown["show"], shown["rates"]) == (["rates"], ["reply_rate"])
    assert (shown["period"], shown["humans"]) == (["all"], ["true"])
    assert sorted(shown["campaigns"][0].split(".")) == sorted(one.id for one in ours)
    assert chart(visitor, "trend").is_visible()
    # with the keyboard too; the cost has its series on another page
    visitor.back()
    go = visitor.page.get_by_role("link", name="Costs", exact=True)
    go.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/usage?**")
    visitor.settle()
    assert visitor.title == "Usage"


def test_table_is_saved_as_picture_of_all_its_text(visitor: Visitor, sample_store: Store) -> None:
    visitor.open("/?period=all")
    themes: dict[Literal["light", "dark"], list[int]] = {"light": [255, 255, 255], "dark": [17, 22, 29]}
    for scheme, background in themes.items():
        visitor.page.emulate_media(color_scheme=scheme)
        expect(visitor.page.locator(".stApp")).to_have_css(
            "background-color", f"rgb({', '.join(map(str, background))})"
        )
        visitor.settle()
        assert_is_saved(visitor, sample_store, background)


def assert_is_saved(visitor: Visitor, sample_store: Store, background: list[int]) -> None:
    (file,) = visitor.save_pictures("Campaigns")
    picture = visitor.page.locator(".st-key-pictures .js-plotly-plot")
    words = [" ".join(cell.split()) for cell in picture.locator(".textpoint").all_text_contents()]
    names = [one.name for one in results.all_campaigns(sample_store)]
    assert any("アジア" in name for name in names)
    assert any("🌱" in name for name in names)
    assert all(any(cell.startswith(name[:40]) for cell in words) for name in names)
    assert "all time · by event date · UTC" in str(picture.text_content())
    assert violations(visitor, within=".st-key-pictures") == []
    assert file.name == "campaigns_by-activity-day_UTC.png"
    width, height, *corner = pixels(visitor, file.content)
    shown = picture.locator("svg.main-svg").first.bounding_box()
    assert shown is not None
    assert (width, height) == (round(shown["width"]) * 2, round(shown["height"]) * 2)
    assert corner == background


def pixels(visitor: Visitor, png: bytes) -> list[int]:
    """Width and height of a picture, and the red, green and blue of its first pixel, as the browser reads it."""
    return visitor.page.evaluate(
        """async (bytes) => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], {type: 'image/png'}));
            const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
            canvas.drawImage(image, 0, 0);
            return [image.width, image.height, ...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }""",
        list(png),
    )


def test_chart_and_table_are_saved_on_a_phone(open_visitor) -> None:
    visitor = open_visitor(**PHONE)
    visitor.open("/usage")
    names = [file.name for file in visitor.save_pictures("Usage by month", 2)]
    assert names == ["usage_by-send-day_UTC.png", "usage_by-send-day_UTC_table.png"]
    assert visitor.overflow() <= 0


def test_campaign_week_and_verdict_are_one_click_away(
    visitor: Visitor, sample_store: Store, live_server: Server
) -> None:
    visitor.open("/benchmarks?period=all")
    peers = results.community(sample_store, "sales-outreach")
    ranked = results.campaign_comparison(sample_store, Filters(), peers, "reply_rate")
    assert press(visitor, dots(visitor, "by-campaign").first).startswith(ranked[0].name)
    visitor.page.wait_for_url("**campaigns=**")
    visitor.settle()
    assert visitor.parameters["campaigns"] == [ranked[0].campaign_id]
    assert "9.8%" in visitor.page.locator(".st-key-bullet-row-reply_rate").inner_text()
    visitor.click(visitor.page.get_by_role("button", name="Show all campaigns"))
    visitor.page.wait_for_function("() => !location.search.includes('campaigns')")
    visitor.settle()
    # a row of the table
    visitor.page.get_by_role("link", name=ranked[1].name, exact=True).click()
    visitor.page.wait_for_url("**campaigns=**")
    visitor.settle()
    assert visitor.parameters["campaigns"] == [ranked[1].campaign_id]
    # a dot of the series shows its week
    visitor.open("/benchmarks?period=all")
    assert press(visitor, dots(visitor, "over-time").last).startswith("Mar 23 – 27, 2026")
    visitor.page.wait_for_url("**period=custom**")
    visitor.settle()
    assert visitor.parameters["days"] == ["2026-03-23..2026-03-27"]
    # a filter that a click has set is no mistake that the server would have to warn of
    assert "Session State API" not in live_server.printed()
