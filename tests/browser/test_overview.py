"""The overview as a person uses it."""

import io

import pandas as pd
import pytest
from playwright.sync_api import expect

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.store.engine import Store
from support.axe import violations
from support.visitor import Visitor

pytestmark = pytest.mark.browser


def test_table_downloads_and_filters_by_a_row(visitor: Visitor, sample_store: Store) -> None:
    visitor.open("/?period=all")
    expected = results.campaign_totals(sample_store, Filters())
    frame = pd.read_csv(io.StringIO(visitor.download(visitor.file("Campaigns")).text))
    assert list(frame["campaign_id"]) == list(expected["campaign_id"])
    assert list(frame["replied"]) == list(expected["replied"])
    visitor.page.get_by_role("link", name="Q1 SaaS founders – DACH").click()
    visitor.page.wait_for_url("**campaigns=**")
    visitor.settle()
    (campaign_id,) = visitor.parameters["campaigns"]
    assert campaign_id.startswith("camp_")
    visitor.click(visitor.page.get_by_role("button", name="Show all campaigns"))
    visitor.page.wait_for_function("() => !location.search.includes('campaigns')")
    assert "campaigns" not in visitor.parameters


def test_a_tile_fills_the_chart_and_back_undoes_it(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 1360, "height": 600})
    visitor.open("/?period=all")
    heading = visitor.page.locator(".st-key-card-headline h3")
    expect(heading).to_contain_text("Reply rate")
    tile = visitor.page.locator(".tile").filter(has_text="Meetings")
    scrolled = visitor.main.evaluate("main => { main.scrollTop = 40; return main.scrollTop }")
    visitor.click(tile)
    expect(heading).to_contain_text("Meetings")
    expect(tile).to_have_attribute("aria-pressed", "true")
    assert visitor.parameters == {"period": ["all"], "tile": ["meetings_booked"]}
    assert visitor.main.evaluate("main => main.scrollTop") == scrolled == 40
    visitor.back()
    expect(heading).to_contain_text("Reply rate")
    expect(tile).to_have_attribute("aria-pressed", "false")
    assert visitor.parameters == {"period": ["all"]}


def test_order_and_search_survive_a_reload(visitor: Visitor) -> None:
    visitor.open("/?period=all&sort=meeting_cost&find=a")
    visitor.reload()
    assert visitor.parameters["sort"] == ["meeting_cost"]
    assert visitor.parameters["find"] == ["a"]
    # A range, of fewer than three meetings, has no place in the order.
    rows = visitor.page.locator(".st-key-campaign-table tbody.rows tr")
    expect(rows.first).to_contain_text("Webinar “Scaling outbound” – attendees")
    expect(rows.first).to_contain_text("$0.58")


def test_click_on_funnel_replies_opens_the_inbox(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.click(visitor.page.locator(".tile").filter(has_text="Meetings"))  # of which the funnel does not know
    bars = visitor.page.locator(".st-key-funnel .barlayer .point path")
    bars.first.wait_for()
    visitor.page.evaluate("window.isTheSamePage = true")
    bars.nth(4).click(force=True)
    visitor.page.get_by_role("heading", level=1, name="Inbox").wait_for()
    visitor.settle()
    assert visitor.parameters == {"tile": ["meetings_booked"]}
    visitor.back()  # in one step
    assert (visitor.title, visitor.parameters) == ("Overview", {"tile": ["meetings_booked"]})
    assert visitor.page.evaluate("window.isTheSamePage")


def test_a_breakdown_is_chosen_in_its_fragment(visitor: Visitor) -> None:
    visitor.open("/?period=all")
    card = visitor.page.locator(".st-key-card-breakdown")
    visitor.page.locator(".st-key-card-funnel h3").evaluate("heading => { heading.dataset.drawn = 'before' }")
    visitor.click(card.get_by_role("radio", name="Variant", exact=True))
    expect(card.get_by_role("columnheader", name="Variant")).to_be_visible()
    assert visitor.parameters == {"period": ["all"], "breakdown": ["variant"]}
    assert visitor.page.locator(".st-key-card-funnel h3[data-drawn=before]").count() == 1
    visitor.back()
    expect(card.get_by_role("columnheader", name="Step")).to_be_visible()
    assert visitor.parameters == {"period": ["all"]}


def test_invalid_url_notice_can_be_closed(visitor: Visitor) -> None:
    visitor.open("/?period=Next+year&campaign=camp_nowhere")
    notice = visitor.main.get_by_text("This link uses an unknown period")
    notice.wait_for()
    assert visitor.main.get_by_text("This link uses an unknown campaign").is_visible()
    visitor.click(visitor.page.get_by_role("button", name="Close", exact=True))
    notice.wait_for(state="detached")


def test_view_switches_to_people(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.click(visitor.open_options().get_by_text("People", exact=True))
    visitor.close_options()
    assert visitor.parameters == {"count": ["people"]}
    expect(visitor.page.locator(".st-key-tiles").get_by_text("Contacted")).to_be_visible()
    assert visitor.page.locator(".st-key-tiles").get_by_role("button").count() == 0  # people have no days to draw
    assert violations(visitor) == []
    visitor.turn_to("Trends")
    visitor.back()
    expect(visitor.page.locator(".st-key-tiles").get_by_text("Contacted")).to_be_visible()
