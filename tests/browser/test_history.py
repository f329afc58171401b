"""The Back button, reload and page switches: each leads to a view that somebody has seen, with its controls."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.dashboard import address, title
from support.visitor import Visitor

pytestmark = pytest.mark.browser


def steps(visitor: Visitor) -> int:
    """How many entries the history of the tab has."""
    return int(visitor.page.evaluate("history.length"))


def expect_period(visitor: Visitor, period: str) -> None:
    expect(visitor.page.get_by_role("combobox", name="Dates")).to_have_value(period)


def test_each_choice_is_one_step_back(visitor: Visitor) -> None:
    visitor.open("/inbox")
    first = steps(visitor)
    visitor.choose("Dates", "All time")
    visitor.click(visitor.page.locator(".st-key-lane_choice").get_by_text("Auto-reply"))
    visitor.click(visitor.open_options().get_by_text("Send date", exact=True))
    visitor.close_options()
    assert steps(visitor) == first + 3
    assert visitor.parameters == {"period": ["all"], "basis": ["send"], "lane": ["automatic"]}
    visitor.back()
    assert visitor.parameters == {"period": ["all"], "lane": ["automatic"]}
    expect(visitor.open_options().get_by_role("radio", name="Event date")).to_be_checked()
    visitor.close_options()
    visitor.back()
    assert visitor.parameters == {"period": ["all"]}
    expect(visitor.page.locator(".st-key-lane_choice").get_by_role("radio", name="Human")).to_be_checked()
    expect_period(visitor, "All time")
    visitor.back()
    assert visitor.parameters == {}
    expect_period(visitor, "Last 28 days")
    visitor.page.go_forward()
    visitor.settle()
    assert visitor.parameters == {"period": ["all"]}
    expect_period(visitor, "All time")


def test_each_page_switch_is_one_step_back(visitor: Visitor) -> None:
    visitor.open("/trends?period=90d&show=rates&mean=true")
    first = steps(visitor)
    for page in ("inbox", "usage", "trends"):
        visitor.turn_to(title(page))
        assert visitor.parameters["period"] == ["90d"]
    assert steps(visitor) == first + 3
    expect(visitor.main.get_by_role("radio", name="Rates")).to_be_checked()
    for page in ("usage", "inbox", "trends"):
        visitor.back()
        assert visitor.path == address(page)
        assert visitor.title == title(page)
    assert visitor.parameters == {"period": ["90d"], "show": ["rates"], "mean": ["true"]}
    expect(visitor.main.get_by_role("radio", name="Rates")).to_be_checked()


def test_labels_in_a_link_are_followed_by_codes(visitor: Visitor) -> None:
    visitor.open("/trends?period=Last+90+days&basis=Sending+day&show=Rates&rates=Open+rate&rates=Click+rate&by=Week")
    expect_period(visitor, "Last 90 days")
    visitor.open_options()
    for chosen in ("Send date", "Rates", "Week"):
        expect(visitor.page.get_by_role("radio", name=chosen, include_hidden=True)).to_be_checked()
    visitor.close_options()
    expect(visitor.page.locator(".st-key-trend .annotation").filter(has_text="Clickrate")).to_be_visible()
    visitor.choose("Dates", "Last 7 days")
    assert visitor.parameters["period"] == ["7d"]


def test_opening_a_saved_view_is_one_step_back(visitor: Visitor) -> None:
    visitor.open("/inbox?period=7d&lane=all")
    visitor.click(visitor.page.get_by_role("button", name="Saved"))
    visitor.page.get_by_role("textbox", name="Save this view as").fill("Last week")
    visitor.click(visitor.page.get_by_role("button", name="Save view"))
    visitor.open("/trends?show=rates")
    first = steps(visitor)
    visitor.click(visitor.page.get_by_role("button", name="Saved"))
    visitor.click(visitor.page.get_by_role("button", name="Last week"))
    expect(visitor.page.locator(".st-key-inbox-choices")).to_be_visible()
    visitor.settle()
    assert (visitor.path, visitor.parameters) == ("/inbox", {"period": ["7d"], "lane": ["all"]})
    assert steps(visitor) == first + 1
    visitor.back()
    assert (visitor.path, visitor.parameters) == ("/trends", {"show": ["rates"]})
