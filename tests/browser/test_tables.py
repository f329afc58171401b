"""Tables and the buttons of cards, over campaigns whose names are as hostile as strangers can write them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from outreach_results.ingest.load import load
from outreach_results.store.engine import open_store
from outreach_results.ui.downloads import EXPIRED
from support.axe import violations
from support.databases import sqlite_url
from support.hostile import HOSTILE, hostile_records
from support.server import Server
from support.visitor import PHONE, Visitor

OpenVisitor = Callable[..., Visitor]
CARD = ".st-key-card-campaigns"


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    url = sqlite_url(tmp_path_factory.mktemp("hostile") / "hostile.db")
    store = open_store(url)
    load(store, "hostile", hostile_records())
    store.close()
    return start_server({"OUTREACH_DATABASE_URL": url})


def names(page: Page) -> Locator:
    return page.locator(f"{CARD} .rows tr:not([hidden]) th a")


def test_names_are_characters_sorted_and_searched(open_visitor: OpenVisitor, server: Server) -> None:
    visitor = open_visitor(server)
    page = visitor.page
    visitor.open("/?period=all")
    shown = [" ".join(name.split()) for name in names(page).all_text_contents()]
    assert sorted(shown) == sorted(" ".join(words.split()) for words in HOSTILE)
    assert page.locator(f"{CARD} table :is(img, script, b, u, style)").count() == 0
    # by the header, with the keyboard; the keyboard stays there
    header = page.get_by_role("button", name="Bounce rate", exact=True)
    header.press("Enter")
    expect(page.locator(f"{CARD} th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    page.wait_for_url("**sort=bounce_rate**")
    visitor.settle()
    header.press("Enter")
    expect(page.locator(f"{CARD} th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    page.wait_for_url("**sort=-bounce_rate**")
    # by name, as one types
    field = page.get_by_role("searchbox", name="Search campaigns")
    field.fill("SCRIPT")
    expect(names(page)).to_have_count(1)
    expect(page.locator(f"{CARD} .found")).to_have_text(f"1 of {len(HOSTILE)}")
    page.wait_for_url("**find=SCRIPT**")
    visitor.settle()
    assert visitor.download(visitor.file("Campaigns")).text.count("\n") == 2
    visitor.reload()
    expect(names(page)).to_have_count(1)
    assert visitor.parameters["sort"] == ["-bounce_rate"]


def test_name_is_a_link_that_keeps_the_filters(open_visitor: OpenVisitor, server: Server) -> None:
    visitor = open_visitor(server)
    visitor.open("/?period=all&humans=true")
    link = names(visitor.page).nth(3)
    href = link.get_attribute("href") or ""
    assert re.fullmatch(r"/\?campaigns=camp_hostile_\d+&period=all&humans=true", href)
    with visitor.context.expect_page() as opened:
        link.click(modifiers=["ControlOrMeta"])
    assert opened.value.url.endswith(href)
    opened.value.close()
    assert "campaigns" not in visitor.parameters
    visitor.click(link)
    expect(names(visitor.page)).to_have_count(1)
    assert visitor.page.url.endswith(href)
    visitor.back()
    expect(names(visitor.page)).to_have_count(len(HOSTILE))

    # On paper the table is whole.
    visitor.page.emulate_media(media="print")
    box = visitor.page.locator(f"{CARD} .box")
    assert box.evaluate("box => box.scrollHeight - box.clientHeight") <= 1
    for hidden in (visitor.file("Campaigns"), visitor.page.get_by_role("searchbox")):
        expect(hidden).to_be_hidden()
    expect(names(visitor.page).last).to_be_visible()


def test_open_menu_and_all_columns_break_no_rule(open_visitor: OpenVisitor, server: Server) -> None:
    visitor = open_visitor(server)
    visitor.open("/?period=all")
    page = visitor.page
    visitor.click(page.locator(CARD).get_by_role("button", name="More columns"))
    expect(page.get_by_role("columnheader", name="Campaign type")).to_be_visible()
    visitor.click(page.get_by_role("button", name="More for Campaigns"))
    assert visitor.download(visitor.file("Campaigns", "Excel")).name.endswith(".xlsx")
    page.get_by_role("button", name="More for Campaigns").click()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    assert violations(visitor) == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(17, 22, 29)")
    assert violations(visitor) == []


def test_a_failed_download_says_why(open_visitor: OpenVisitor, server: Server) -> None:
    visitor = open_visitor(server)
    visitor.open("/?period=all")
    button = visitor.file("Campaigns")
    button.evaluate("link => { link.href += 'x' }")
    button.click()
    expect(visitor.page.get_by_role("alert").get_by_text(EXPIRED)).to_be_visible()
    visitor.errors.clear()  # the browser says itself that the file was refused


def test_on_a_phone_names_stay_and_fingers_fit(open_visitor: OpenVisitor, server: Server) -> None:
    visitor = open_visitor(server, **PHONE)
    visitor.open("/?period=all")
    page = visitor.page
    for button in (visitor.file("Campaigns"), page.get_by_role("button", name="More for Campaigns")):
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    assert visitor.overflow() <= 0
    name = names(page).first
    before = name.bounding_box()
    page.locator(f"{CARD} .box").evaluate("box => box.scrollBy(300, 0)")
    after = name.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] == before["x"]
