"""The dashboard as people use it, whichever page they are on."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from outreach_results import results
from outreach_results.export import unescape_formula
from outreach_results.ingest.load import load
from outreach_results.ingest.registry import read_records
from outreach_results.models import Filters
from outreach_results.sample import sample_files
from outreach_results.store.engine import open_store
from outreach_results.ui import text
from outreach_results.ui.shell import WITHOUT_FILTERS
from outreach_results.ui.url_parameters import PARAMETERS
from outreach_results.ui.url_state import FIELDS
from support.dashboard import HOME, PAGES, address, title
from support.databases import contents, sqlite_url
from support.hostile import HOSTILE, add_hostile_names, hostile_records
from support.server import ROOT, running_server
from support.snapshot import rows_where
from support.visitor import PHONE

CAMPAIGN = "camp_abc123"
NAME = "Q1 Outreach – US & UK operations leads"

# Elements that no page is made of: one would have to come out of somebody's words.
FOREIGN = """() => {
const within = (root) => [...root.querySelectorAll('*')].flatMap(
    element => element.shadowRoot ? [element, ...within(element.shadowRoot)] : [element]);
return within(document.querySelector('[data-testid="stApp"]'))
    .filter(element => element.matches('b:not([class]), i:not(:empty), u, s, del, code, pre, iframe, script, object, '
            + 'img:not([alt=""][src^="data:image/svg+xml;base64,"]), embed, mark, '
            + 'sub, sup, blockquote, h4, h5, h6, .katex, [style*="color: red"], [onerror], '
            + '[data-testid="stMain"] [role="img"][translate="no"][aria-label*="home"]')
        || (element.matches('a[href]') && !(element.href.baseVal ?? element.href).startsWith(location.origin)))
    .map(element => element.outerHTML.slice(0, 200))
}"""


def assert_all_is_well(visitor, page):
    """The requested page is there, complete, inside the frame that app.py draws."""
    assert visitor.title == title(page)
    for element in ("stException", "stErrorElement"):
        assert visitor.page.get_by_test_id(element).count() == 0
    assert "Something went wrong" not in visitor.main.inner_text()
    assert sorted(visitor.page.get_by_test_id("stTopNavLink").all_inner_texts()) == sorted(map(title, PAGES))
    assert visitor.page.locator(".st-key-filter-bar h1").is_visible()
    assert visitor.page.get_by_test_id("stSidebar").count() == 0


# --- opening -----------------------------------------------------------------------------------------------------


def assert_hidden_fields_are_out_of_reach(visitor, page):
    """The fields that the URL is bound to are there, and take no place."""
    fields = visitor.page.locator(f".st-key-{FIELDS} input")
    assert fields.count() == sum(parameter.page in ("", page) for parameter in PARAMETERS.values()), page
    assert not any(field.is_visible() for field in fields.all())
    wrapper = visitor.page.locator(f".st-key-{FIELDS}").locator("xpath=ancestor::*[@data-testid='stLayoutWrapper'][1]")
    assert wrapper.evaluate("box => box.offsetHeight") == 0, page
    assert visitor.page.locator("[data-testid=stApp] script").count() == 0


def test_navigation_opens_pages_with_figures(visitor):
    visitor.open("/?period=all")
    for page in (HOME, *(page for page in PAGES if page != HOME)):
        if page != HOME:
            visitor.turn_to(title(page))
        assert_all_is_well(visitor, page)
        assert_hidden_fields_are_out_of_reach(visitor, page)
        assert visitor.path == urlsplit(address(page)).path
        for figure in visitor.page.locator(".chart").all():
            expect(figure.locator("svg.main-svg").first).to_be_visible()
        assert visitor.overflow() <= 0


_CUT_OFF = """() => [...document.querySelectorAll('[data-testid="stMain"] :is(button, p, h1, h2, h3, label, input)')]
    .filter(box => box.offsetParent && box.getBoundingClientRect().right > window.innerWidth + 1
        && !box.closest('[role="tablist"], [style*="overflow"]'))
    .map(box => box.outerHTML.slice(0, 200))"""


def test_every_page_fits_a_phone_and_is_in_its_menu(open_visitor):
    visitor = open_visitor(**PHONE)
    visitor.open("/")
    for page in (*(page for page in PAGES if page != HOME), HOME):
        visitor.page.get_by_test_id("stExpandSidebarButton").tap()
        visitor.page.get_by_test_id("stSidebar").get_by_role("link", name=title(page), exact=True).tap()
        expect(visitor.page.get_by_role("heading", level=1, name=title(page), exact=True)).to_be_attached()
        expect(visitor.page.get_by_test_id("stExpandSidebarButton")).to_be_visible()  # the menu has closed
        visitor.settle()
        assert visitor.title == title(page)
        assert (visitor.overflow(), visitor.page.evaluate(_CUT_OFF)) == (0, []), page


# --- the inbox and its files -------------------------------------------------------------------------------------


def negative_replies():
    """What the files of the sample data say, newest first."""
    files = [json.loads(file.read_text(encoding="utf-8")) for file in sample_files()]
    replies = [reply for file in files for reply in file.get("replies", []) if reply["sentiment"] == "negative"]
    return sorted(replies, key=lambda reply: reply["received_at"], reverse=True)


def test_inbox_downloads_what_it_shows(visitor):
    visitor.open("/inbox?period=all&status=all")
    visitor.click(visitor.main.get_by_role("button", name=re.compile("^Negative")).first)
    assert visitor.parameters["sentiment"] == ["negative"]

    as_csv, as_json = (visitor.download(visitor.file("Replies", fmt)) for fmt in ("CSV", "JSON"))
    rows = list(csv.DictReader(io.StringIO(as_csv.text.removeprefix("\ufeff"), newline="")))
    exported = json.loads(as_json.text)

    expected = negative_replies()
    assert len(expected) > 20  # more than a page
    assert as_csv.name.endswith(".csv")
    assert as_json.name.endswith(".json")
    assert [reply["received_at"] for reply in exported["rows"]] == [reply["received_at"] for reply in expected]
    assert {reply["reply_id"]: reply["body"] for reply in exported["rows"]} == {
        reply["id"]: reply["body"] for reply in expected
    }
    assert [unescape_formula(row["reply_id"]) for row in rows] == [reply["reply_id"] for reply in exported["rows"]]
    assert [unescape_formula(row["body"]) for row in rows] == [reply["body"] for reply in exported["rows"]]
    assert {row["sentiment"] for row in rows} == {"negative"} == {row["sentiment"] for row in exported["rows"]}
    assert exported["meta"]["filters"]["start"] is None


def test_campaign_export_imports_again(visitor, sample_store, make_sqlite, tmp_path):
    visitor.open(f"/?campaign={CAMPAIGN}&period=all")
    tables = ("campaigns", "emails", "events", "replies", "daily_stats")
    of_campaign = rows_where(contents(sample_store).only(*tables), lambda row: CAMPAIGN in row)
    assert all(of_campaign.values())
    for fmt in ("csv", "json"):
        file = visitor.download(visitor.file("all data of the campaign", fmt.upper()))
        assert file.name == f"{CAMPAIGN}.{fmt}"
        path, store = tmp_path / file.name, make_sqlite()
        path.write_bytes(file.content)
        load(store, "again", read_records(path))
        assert contents(store).only(*tables) == of_campaign


# --- one view, everywhere ----------------------------------------------------------------------------------------


def expected_sent(sample_store, **filters):
    return text.number(results.totals(sample_store, Filters(**filters)).stats.emails_sent)


def test_the_filters_are_in_the_address_and_stay_there(visitor, open_visitor, sample_store):
    visitor.open("/")
    visitor.choose("Dates", "All time")
    visitor.page.get_by_role("button", name="All campaigns").click()
    visitor.page.get_by_role("combobox", name="Campaigns").fill("Q1 Outreach")
    visitor.click(visitor.page.get_by_role("option", name=NAME))
    visitor.page.keyboard.press("Escape")  # the list stays open for more campaigns
    visitor.close_options()
    expect(visitor.page.get_by_role("button", name=NAME)).to_be_visible()
    options = visitor.open_options()
    visitor.click(options.get_by_text("Exclude bots & auto-replies"))
    visitor.click(options.get_by_text("Send date", exact=True))
    visitor.close_options()

    chosen = {"period": ["all"], "campaigns": [CAMPAIGN], "humans": ["true"], "basis": ["send"]}
    assert visitor.parameters == chosen
    assert visitor.metric("Sent") == expected_sent(sample_store, campaigns=(CAMPAIGN,))
    opened = visitor.metric("Open rate")

    visitor.reload()
    assert (visitor.parameters, visitor.metric("Open rate")) == (chosen, opened)

    visitor.turn_to("Trends")
    assert chosen.items() <= visitor.parameters.items()
    assert "by send date · without bots & auto-replies" in visitor.main.inner_text()

    visitor.back()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Overview")
    visitor.settle()
    assert (visitor.parameters, visitor.metric("Open rate")) == (chosen, opened)

    somebody_else = open_visitor()
    somebody_else.open(visitor.page.url)
    assert (somebody_else.parameters, somebody_else.metric("Open rate")) == (chosen, opened)
    assert somebody_else.metric("Sent") == visitor.metric("Sent")


NONSENSE = {
    "period": "<script>alert(1)</script>",
    "campaigns": ["nobody", NAME],
    "campaign": "camp_nowhere",
    "basis": "'; --",
    "humans": "maybe",
    "compare": "\u202e",
    "days": ["x", "2026-99-99"],
    "page": "-7",
    "sort": "sideways",
    "q": "%_\\'\"<b>",
    "sentiment": "Furious",
    "reply": "r",
    "month": "2026-13",
    **dict.fromkeys(("show", "counts", "rates", "mcp", "find", "metric", "by", "thread", "order", "costs"), "**["),
}


def test_nothing_in_an_address_breaks_a_page(visitor):
    for page in PAGES:
        visitor.open(address(page, **NONSENSE))
        assert_all_is_well(visitor, page)
        if page not in WITHOUT_FILTERS:
            assert "This link uses an unknown period; showing the default." in visitor.main.inner_text()
        assert visitor.page.evaluate(FOREIGN) == []


# --- a server nobody has visited, with words nobody should trust ---------------------------------------------------


@pytest.fixture(scope="module")
def hostile_server(start_server, tmp_path_factory):
    """A server that just started, over a database in which all that strangers write is hostile."""
    url = sqlite_url(tmp_path_factory.mktemp("hostile") / "hostile.db")
    store = open_store(url)
    assert not load(store, "hostile", hostile_records()).rejected
    add_hostile_names(store)
    store.close()
    return start_server({"OUTREACH_DATABASE_URL": url})


def test_hostile_text_is_plain_on_every_page(hostile_server, open_visitor):
    visitor = open_visitor(hostile_server)
    visitor.page.on("dialog", lambda dialog: visitor.errors.append(f"a dialog says {dialog.message}"))
    # The first visit of the server is a deep link: Streamlit would run the page's file alone, around app.py and
    # whatever it checks.
    visitor.open("/inbox?period=all")
    assert "34" in visitor.main.inner_text()
    for page in ("inbox", *(page for page in PAGES if page != "inbox")):
        if page != "inbox":
            visitor.open(address(page, period="all"))
        assert_all_is_well(visitor, page)
        assert visitor.page.evaluate(FOREIGN) == [], page
        assert visitor.overflow() <= 0
    # What a change says of it, and the menus, which are drawn when they are opened.
    visitor.open(address("inbox", period="all", reply="camp_hostile_1/r1"))
    visitor.click(visitor.page.get_by_role("button", name="Mark done").first)
    expect(visitor.page.locator(".st-key-inbox-done")).to_contain_text(HOSTILE[1])
    visitor.page.locator(".st-key-saved-views").get_by_role("button").first.click()
    expect(visitor.page.locator(".st-key-saved-views-content")).to_contain_text(HOSTILE[1])
    assert visitor.page.evaluate(FOREIGN) == []


def test_charts_and_choices_show_names_to_the_letter(hostile_server, open_visitor):
    visitor = open_visitor(hostile_server)
    visitor.open("/usage?period=all")
    drawn = " ".join(visitor.page.locator("svg.main-svg text").all_text_contents())
    for words in ("<b>Bold & Co</b>", "<img src=x onerror=alert(1)>", "@-> @-- :smile:<-> x@<=", "# Heading"):
        assert words in drawn
    visitor.turn_to(title(HOME))
    visitor.page.get_by_role("button", name="All campaigns").click()
    visitor.page.get_by_role("combobox", name="Campaigns").click()
    offered = visitor.page.get_by_role("option").all_text_contents()
    assert "<b>Bold & Co</b>" in offered
    assert len(offered) >= 10


def test_replies_are_read_to_the_letter(hostile_server, open_visitor):
    visitor = open_visitor(hostile_server)
    for number in (2, 12):  # with markup, and with what templates replace
        visitor.open(address("inbox", period="all", status="all", reply=f"camp_hostile_{number}/r{number}"))
        message = visitor.page.locator(".st-key-inbox-message")
        message.locator(":is(.body, .quoted .text):not(:empty)").first.wait_for(state="attached")
        read = " ".join(message.locator(":is(.body, .quoted .text)").all_text_contents())
        assert " ".join(read.split()) == " ".join(HOSTILE[number].split())
        assert visitor.page.evaluate(FOREIGN) == []


PLAIN_SCRIPT = """
import streamlit as st
from outreach_results.ui.text import escape
from support.hostile import HOSTILE

for number, words in enumerate(HOSTILE):
    with st.container(key=f"text-{number}"):
        st.markdown(f"**our own** {escape(words)} and on")
    with st.container(key=f"heading-{number}"):
        st.subheader(escape(words), anchor=False)
    with st.container(key=f"label-{number}"):
        st.button(escape(words), key=f"button-{number}")
st.title("Drawn")
"""


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory):
    """A script that shows every hostile text where Streamlit reads its own dialect of Markdown."""
    folder = tmp_path_factory.mktemp("plain")
    script = folder / "plain.py"
    script.write_text(PLAIN_SCRIPT, encoding="utf-8")
    path = os.pathsep.join(str(ROOT / name) for name in ("src", "tests"))
    with running_server(folder, {"PYTHONPATH": path}, script=script) as server:
        yield server


def test_plain_text_is_plain_in_streamlit_markdown(plain_server, open_visitor):
    # Links, emoji, icons and arrows are made after Markdown's escapes are gone: only a browser can tell.
    visitor = open_visitor(plain_server)
    visitor.open("/")
    assert visitor.page.evaluate(FOREIGN) == []
    assert visitor.page.locator("[data-testid=stMain] strong").count() == len(HOSTILE)
    for number, words in enumerate(HOSTILE):
        shown = " ".join(words.split())
        for place, expected in (("text", f"our own {shown} and on"), ("heading", shown), ("label", shown)):
            result = visitor.page.locator(f".st-key-{place}-{number}").text_content()
            assert " ".join(result.split()) == expected
