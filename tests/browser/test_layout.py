"""The layout of every page with two hundred campaigns, whose names are long, at the widths that people have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, Record
from outreach_results.store.engine import open_store
from support import records
from support.dashboard import HOME, PAGES, title
from support.databases import sqlite_url
from support.server import Server
from support.visitor import Visitor

CAMPAIGNS, LAST = 200, date(2026, 3, 27)
NAME = "VP Engineering at Series B companies in the Nordics and Baltics, follow-up wave"

# Tables and tiles are components, each below a root of its own.
_EVERY = """const every = (selector, root = document) => [...root.querySelectorAll('*')].flatMap(one => [
    ...(one.matches(selector) ? [one] : []), ...(one.shadowRoot ? every(selector, one.shadowRoot) : [])]);"""

# Cards that stand beside each other and do not end at the same height.
_UNEVEN = """() => [...document.querySelectorAll(':has(> [data-testid=stColumn])')].flatMap(row => {
    const inside = column => [...column.querySelectorAll('[class*="st-key-card-"]:not([class*=card-heading])')];
    const columns = [...row.children].map(inside).filter(cards => cards.length);
    const tops = columns.map(cards => cards[0].getBoundingClientRect().top);
    const ends = columns.map(cards => cards.at(-1).getBoundingClientRect().bottom);
    const areBeside = columns.length > 1 && Math.max(...tops) - Math.min(...tops) < 2;
    return areBeside && Math.max(...ends) - Math.min(...ends) > 2 ? [columns[0][0].className] : [];
})"""

# Words that end in dots or behind an edge. Names of campaigns wrap, and totals are whole.
_CUT = f"""() => {{ {_EVERY}
    return every('.table th, .table td, .tile .value, [data-testid=stMetricValue] > *, [role=option] *')
        .filter(box => box.offsetParent && getComputedStyle(box).overflowX !== 'visible'
            && box.scrollWidth > box.clientWidth + 1)
        .map(box => box.outerHTML.slice(0, 160)) }}"""

# Tables of which some columns are to be scrolled to.
_SCROLLS = f"""() => {{ {_EVERY}
    return every('.table .box').filter(box => box.offsetParent && box.scrollWidth > box.clientWidth + 1)
        .map(box => box.innerText.slice(0, 80)) }}"""

_MIDDLES = """bar => ['h1', '[data-testid=stCaptionContainer]'].map(one => {
    const {top, bottom} = bar.querySelector(one).getBoundingClientRect(); return (top + bottom) / 2 })"""


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    url = sqlite_url(tmp_path_factory.mktemp("many") / "many.db")
    store = open_store(url)
    sent: list[Record] = []
    for number in range(CAMPAIGNS):
        of = f"camp_{number:03}"
        sent.append(records.campaign(of, name=f"{NAME} {number}", mcp="sales-outreach", detail="daily"))
        sent += [
            DailyRecord(
                of,
                LAST - timedelta(days=7 * week),
                emails_sent=900 + number,
                delivered=880,
                bounced=20 + number,
                opened=300,
                replied=30 + week,
                meetings_booked=4,
                cost=9_000_000,
            )
            for week in range(6)
        ]
    assert not load(store, "many", sent).rejected
    store.close()
    return start_server({"OUTREACH_DATABASE_URL": url})


def test_every_page_holds_two_hundred_campaigns(server: Server, open_visitor: Callable[..., Visitor]) -> None:
    visitor = open_visitor(server, viewport={"width": 1440, "height": 900})
    page, wrong = visitor.page, {}
    visitor.open("/")
    for name in (HOME, *(one for one in PAGES if one != HOME)):
        if name != HOME:
            visitor.turn_to(title(name))
        said = visitor.main.inner_text()
        assert not {"None", "nan", "NaN", "undefined"} & set(said.split()), name
        title_at, caption_at = page.locator(".st-key-filter-bar").evaluate(_MIDDLES)
        assert abs(title_at - caption_at) < 8, f"title and dates of {name} stand in one row"
        for width, height in ((1440, 900), (1280, 720), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)  # until charts are laid out for the new width
            found = [*page.evaluate(_CUT), *page.evaluate(_UNEVEN)]
            found += page.evaluate(_SCROLLS) if width > 390 and name != HOME else []
            found += [f"{visitor.overflow()} px wider than the window"] if visitor.overflow() > 0 else []
            wrong |= {(name, width): found} if found else {}
        page.set_viewport_size({"width": 1440, "height": 900})
    assert wrong == {}


def test_names_of_campaigns_wrap_in_table_and_picker(server: Server, open_visitor: Callable[..., Visitor]) -> None:
    visitor = open_visitor(server, viewport={"width": 1280, "height": 720})
    page = visitor.page
    visitor.open("/")
    table = page.locator(".st-key-campaign-table")
    name = table.locator("tbody.rows th a").first
    ink = table.locator("tbody.rows td").nth(1)
    assert NAME in name.inner_text()
    assert name.evaluate("one => getComputedStyle(one).color") == ink.evaluate("one => getComputedStyle(one).color")
    page.get_by_role("button", name="All campaigns").click()
    page.get_by_role("combobox", name="Campaigns").click()
    option = page.get_by_role("option").nth(1)  # after the one for all of them
    option.wait_for()
    assert NAME in option.inner_text()
    assert page.evaluate(_CUT) == []
    # These checks would see what is wrong.
    name.evaluate(
        "one => { one.closest('th').style = 'display: block; width: 9rem; overflow: hidden; white-space: nowrap' }"
    )
    page.locator(".st-key-card-funnel").evaluate("card => card.style.setProperty('max-height', '50px', 'important')")
    page.keyboard.press("Escape")
    assert len(page.evaluate(_CUT)) == 1
    assert len(page.evaluate(_UNEVEN)) == 1
