"""The inbox as people work in it: alone, two at a time, with the keyboard only, on a phone."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from outreach_results.export import unescape_formula
from outreach_results.ingest.load import load
from outreach_results.sample import load_sample
from outreach_results.store import schema
from outreach_results.store.engine import open_store
from outreach_results.store.replies import inbox_table
from support.databases import sqlite_url
from support.hostile import hostile_records
from support.server import Server
from support.visitor import PHONE, Visitor

ALL_TIME = "/inbox?period=all"
CAMPAIGN = "camp_abc123"
PER_PAGE = 20

# What the database says, without the product's own questions.
_REPLIES = """SELECT * FROM (
    SELECT replies.campaign_id, campaigns.name AS campaign_name, reply_id, email_id, received_at, address, replies.name,
        company, COALESCE(marks.sentiment, replies.sentiment) AS sentiment, replies.sentiment AS source_sentiment,
        marks.sentiment AS corrected_sentiment, corrected_by, corrected_at, handled_at, handled_by, preview, body
    FROM replies
    JOIN campaigns USING (campaign_id)
    LEFT JOIN reply_marks AS marks USING (campaign_id, reply_id)
) WHERE {} ORDER BY received_at DESC, campaign_id DESC, reply_id DESC"""
_BY_PEOPLE = "sentiment <> 'automatic'"
_BY_STRANGERS = "campaign_id LIKE 'camp_hostile%'"


@dataclass(frozen=True)
class Desk:
    """A running server, and what is in its database."""

    server: Server
    path: Path

    def rows(self, query, *values):
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def replies(self, where, *values):
        """All that is known of these replies, newest first."""
        return self.rows(_REPLIES.format(where), *values)

    def counts(self, column, where):
        """How many of these replies there are, by a column."""
        return Counter(reply[column] for reply in self.replies(where))

    def marks(self):
        return self.rows(
            "SELECT campaign_id, reply_id, sentiment, corrected_by, handled_at, handled_by FROM reply_marks"
        )


@pytest.fixture(scope="module")
def shared_desk(start_server, tmp_path_factory):
    """The sample data, and replies in which every word is hostile."""
    path = tmp_path_factory.mktemp("inbox") / "inbox.db"
    store = open_store(sqlite_url(path))
    load_sample(store)
    load(store, "hostile", hostile_records())
    store.close()
    return Desk(start_server({"OUTREACH_DATABASE_URL": sqlite_url(path)}), path)


@pytest.fixture
def desk(shared_desk):
    """The same for every test: what an earlier one marked in the sample data is gone."""
    store = open_store(sqlite_url(shared_desk.path))
    with store.write() as connection:
        connection.execute(delete(schema.mark_changes))
        connection.execute(delete(schema.reply_marks).where(schema.reply_marks.c.campaign_id.not_like("camp_hostile%")))
        inbox_table.rebuild(connection)
    store.close()
    return shared_desk


@pytest.fixture
def enter(desk, open_visitor):
    """``enter("Ana", "/inbox")``: somebody who has entered their name opens an address."""

    def enter(name=None, address=ALL_TIME, **options) -> Visitor:
        visitor = open_visitor(desk.server, **options)
        visitor.open(address)
        if name is not None:
            introduce(visitor, name)
        return visitor

    return enter


# --- what a person sees and does ---


def introduce(visitor, name):
    """Say under which name one marks replies."""
    visitor.page.get_by_role("textbox", name="Your name").fill(name)
    press(visitor, "Tab")


def counts(visitor, filter_):
    """What a filter offers, and how many replies it says there are."""
    offered = visitor.page.locator(f".st-key-{filter_}_choice").get_by_role("button", name=re.compile(r"\d$"))
    offered = offered.or_(visitor.page.locator(f".st-key-{filter_}_choice").get_by_role("radio"))
    labels = (label.rsplit(" ", 1) for label in offered.all_inner_texts())
    return {name.lower(): int(number.replace(",", "")) for name, number in labels}


def choose(visitor, filter_, name):
    """Choose something a filter offers."""
    visitor.click(visitor.page.locator(f".st-key-{filter_}_choice button").filter(has_text=re.compile(f"^{name} ")))


def search(visitor, words):
    field = visitor.page.get_by_role("searchbox")
    field.fill(words)
    field.press("Enter")
    visitor.settle()


def press(visitor, key):
    visitor.page.keyboard.press(key)
    visitor.settle()


def listed(visitor):
    """The rows of the list."""
    return visitor.page.locator(".st-key-inbox-list button")


def pane(visitor):
    return visitor.page.locator(".st-key-inbox-pane")


def body(visitor):
    """The words of the reply that is being read."""
    return visitor.page.locator(".st-key-inbox-body").inner_text().strip()


def status_text(visitor):
    """What came of the last change."""
    return visitor.page.locator(".st-key-inbox-done, .st-key-inbox-warning").inner_text()


def correct(visitor, sentiment):
    visitor.click(pane(visitor).get_by_role("radio", name=sentiment, exact=True))


def propose(visitor, change):
    """Choose what is to be done with all replies of the list."""
    visitor.page.locator(".st-key-inbox-bulk button:visible").click()
    visitor.click(visitor.page.get_by_role("menuitem", name=change, exact=True))


def confirm(visitor):
    visitor.click(visitor.page.locator(".st-key-inbox-confirmed button"))


def address_of(reply, rest=""):
    return f"{ALL_TIME}&reply={reply['campaign_id']}/{reply['reply_id']}{rest}"


def shown(reply):
    """The words of a reply as they stand on the page."""
    return (reply["body"] or reply["preview"]).strip()


# --- reading -----------------------------------------------------------------------------------------------------


def test_counts_equal_the_database(desk, enter):
    visitor = enter(address=f"{ALL_TIME}&campaign={CAMPAIGN}")
    mine = f"campaign_id = '{CAMPAIGN}'"
    by_sentiment = desk.counts("sentiment", mine)
    automatic = by_sentiment.pop("automatic")
    people = by_sentiment.total()
    assert counts(visitor, "sentiment") == by_sentiment
    assert counts(visitor, "lane") == {"people": people, "automatic": automatic, "all": people + automatic}
    assert counts(visitor, "status") == {"open": people, "handled": 0, "all": people}
    assert not listed(visitor).filter(has_text="Automatic ·").count()
    positive = by_sentiment["positive"]
    classified = people - by_sentiment["unclassified"]
    share = f"{positive / classified:.1%}"
    assert f"{positive} of {classified} classified replies by people are positive: {share}" in visitor.main.inner_text()
    most = (positive + by_sentiment["unclassified"]) / people
    assert f"were all, {most:.1%}" in visitor.main.inner_text()

    choose(visitor, "lane", "Automatic")
    assert listed(visitor).count() == automatic == listed(visitor).filter(has_text="Automatic ·").count() > 0

    choose(visitor, "lane", "People")
    correct(visitor, "Automatic")
    assert counts(visitor, "lane") == {"people": people - 1, "automatic": automatic + 1, "all": people + automatic}
    for width in (1360, 390):  # side by side, and on a phone one below the other
        visitor.page.set_viewport_size({"width": width, "height": 900})
        rows, reading = listed(visitor).first.bounding_box(), pane(visitor).bounding_box()
        assert (reading["x"] > rows["x"] + rows["width"]) is (width == 1360)


def test_prospect_timeline_stands_beside_reply(desk, enter):
    [with_meeting, *_] = desk.rows(
        """SELECT DISTINCT replies.* FROM replies JOIN events USING (campaign_id, email_id)
        WHERE type = 'meeting_booked' AND email_id IN (SELECT email_id FROM events WHERE type = 'opened')"""
    )
    happened = desk.rows(
        """SELECT type, MIN(occurred_at) AS at FROM events JOIN emails USING (campaign_id, email_id)
        WHERE campaign_id = ? AND recipient = (SELECT recipient FROM emails WHERE campaign_id = ? AND email_id = ?)
        GROUP BY type""",
        *(with_meeting["campaign_id"], with_meeting["campaign_id"], with_meeting["email_id"]),
    )
    visitor = enter(address=address_of(with_meeting))
    entries = visitor.page.locator("ol.timeline li").all_inner_texts()
    for kind in ("opened", "replied", "meeting_booked"):
        [at] = [event["at"] for event in happened if event["type"] == kind]
        moment = f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at):%-d %b %Y, %H:%M}"
        name = kind.replace("_", " ").capitalize()
        assert [entry for entry in entries if moment in entry and name in entry], f"{name} at {moment} in {entries}"
    assert "Sent" in entries[0]


def test_search_finds_words_in_any_case(desk, enter):
    def mentions(word):
        """The replies with this word, and not merely within another."""
        written = "COALESCE(name, '') || ' ' || COALESCE(company, '') || ' ' || preview || ' ' || COALESCE(body, '')"
        replies = desk.replies(f"{written} || ' ' || COALESCE(address, '') LIKE '%' || ? || '%'", word)
        texts = [" ".join(filter(None, (reply["preview"], reply["body"]))) for reply in replies]
        assert all(re.search(rf"\b{word}\b", text, re.IGNORECASE) for text in texts)
        return replies

    visitor = enter(address=f"{ALL_TIME}&lane=all&status=all")
    search(visitor, "TUESDAY")
    result = mentions("tuesday")
    assert 5 < len(result) < PER_PAGE
    assert visitor.parameters["q"] == ["TUESDAY"]
    assert listed(visitor).count() == counts(visitor, "lane")["all"] == len(result)
    first = body(visitor)
    visitor.click(visitor.page.get_by_role("button", name="Next"))
    assert first != body(visitor)
    assert {first, body(visitor)} < {shown(reply) for reply in result}

    search(visitor, "nobodywrotethis")
    assert "No reply matches." in visitor.main.inner_text()
    assert listed(visitor).count() == 0
    search(visitor, "")
    assert counts(visitor, "lane")["all"] == len(desk.replies("TRUE"))


def test_hostile_text_is_plain_in_list_and_pane(desk, enter):
    replies = desk.replies(_BY_STRANGERS)
    visitor = enter(
        address="&".join([f"{ALL_TIME}&status=all", *(f"campaign={one['campaign_id']}" for one in replies)])
    )
    rows = [" ".join(row.split()) for row in listed(visitor).all_text_contents()]
    assert len(rows) == PER_PAGE
    for row, reply in zip(rows, replies, strict=False):
        assert " ".join(reply["name"].split()) in row
        assert reply["preview"][:100].rstrip() in row
    for place in (0, 5):
        visitor.click(listed(visitor).nth(place))
        assert body(visitor) == shown(replies[place])
        name = pane(visitor).get_by_role("heading").first.text_content()
        assert " ".join(name.split()) == " ".join(replies[place]["name"].split())


# --- marking -----------------------------------------------------------------------------------------------------


def test_the_keyboard_alone_moves_marks_and_takes_back(desk, enter):
    visitor = enter("Ana")
    replies = desk.replies(_BY_PEOPLE)
    for key, place in (("j", 1), ("j", 2), ("k", 1)):
        press(visitor, key)
        assert body(visitor) == shown(replies[place])
    press(visitor, "e")
    [mark] = [mark for mark in desk.marks() if mark["handled_by"] == "Ana"]
    assert mark["reply_id"] == replies[1]["reply_id"]
    assert mark["handled_at"] is not None
    assert body(visitor) == shown(replies[2])  # on to the next
    assert "marked as handled" in status_text(visitor)
    press(visitor, "z")
    assert not [mark for mark in desk.marks() if mark["handled_by"] == "Ana"]
    assert body(visitor) == shown(replies[1])

    visitor.page.get_by_role("searchbox").focus()
    visitor.page.keyboard.type("jkez")  # only words, there
    visitor.settle()
    assert body(visitor) == shown(replies[1])
    assert not [mark for mark in desk.marks() if mark["handled_by"] == "Ana"]

    listed(visitor).nth(4).focus()
    press(visitor, "Enter")
    assert body(visitor) == shown(replies[4])
    visitor.open(address_of(replies[PER_PAGE - 1]))
    press(visitor, "j")
    assert visitor.parameters["page"] == ["2"]
    assert body(visitor) == shown(replies[PER_PAGE])


def test_bulk_change_is_confirmed_and_undone(desk, enter):
    chosen = f"campaign_id = '{CAMPAIGN}' AND sentiment = 'negative'"
    wanted = {reply["reply_id"] for reply in desk.replies(chosen)}
    before = desk.replies("TRUE")
    visitor = enter("Ana", f"{ALL_TIME}&campaign={CAMPAIGN}&sentiment=negative")

    propose(visitor, "Mark as handled")
    question = visitor.page.locator(".st-key-inbox-confirm").inner_text()
    assert f"Mark {len(wanted)} replies as handled?" in question
    assert "open replies by people, negative · 30 Jan – 4 Feb 2026 · 1 campaign" in question
    assert desk.replies("TRUE") == before
    confirm(visitor)
    handled = desk.replies("handled_by = 'Ana'")
    assert {reply["reply_id"] for reply in handled} == wanted
    assert len({reply["handled_at"] for reply in handled}) == 1
    assert "every reply is handled" in visitor.main.inner_text() or listed(visitor).count() == 0
    visitor.click(visitor.page.get_by_role("button", name="Undo"))
    assert f"Undone for {len(wanted)} replies." in status_text(visitor)
    assert desk.replies("TRUE") == before
    assert listed(visitor).count() == len(wanted)


def test_second_of_two_editors_is_warned(desk, enter):
    reply = desk.replies(_BY_PEOPLE)[0]
    assert reply["sentiment"] == "negative"

    def decided():
        [mark] = [mark for mark in desk.marks() if mark["reply_id"] == reply["reply_id"]]
        return mark["sentiment"], mark["corrected_by"]

    ana, ben = enter("Ana"), enter("Ben")
    correct(ana, "Positive")
    correct(ben, "Neutral")
    assert f"The reply of {reply['name']}: Ana changed its sentiment to positive on" in status_text(ben)
    assert "Your change was not saved" in status_text(ben)
    assert decided() == ("positive", "Ana")
    expect(pane(ben).get_by_role("radio", name="Positive")).to_be_checked()  # what is there now

    correct(ben, "Neutral")  # who looked again may decide
    assert decided() == ("neutral", "Ben")

    for person in (ana, ben):
        choose(person, "sentiment", "Unclassified")
        propose(person, "Mark as handled")
    confirm(ana)
    confirm(ben)
    assert "Not saved: someone updated these first. Review and retry." in status_text(ben)
    assert "There are now 0 of them" in status_text(ben)
    unclassified = desk.counts("handled_by", f"sentiment = 'unclassified' AND NOT {_BY_STRANGERS}")
    assert unclassified.keys() == {"Ana"}


# --- taking out --------------------------------------------------------------------------------------------------


def test_export_has_exactly_the_filtered_replies(desk, enter):
    where = f"campaign_id IN ('{CAMPAIGN}', 'camp_2fa5bc') AND sentiment IN ('positive', 'negative')"
    visitor = enter("Ana", f"{ALL_TIME}&campaign={CAMPAIGN}&campaign=camp_2fa5bc&status=all")
    press(visitor, "e")
    visitor.page.locator(".st-key-inbox-done").wait_for()
    correct(visitor, "Positive")  # it is negative
    choose(visitor, "sentiment", "Positive")
    choose(visitor, "sentiment", "Negative")
    expected = desk.replies(where)
    assert len(expected) > PER_PAGE
    assert {reply["handled_by"] for reply in expected} == {None, "Ana"} == {r["corrected_by"] for r in expected}

    files = {}
    for fmt in ("CSV", "JSON"):
        link = visitor.page.locator(".st-key-inbox-toolbar").get_by_role("link", name=fmt)
        link.evaluate("link => link.target = '_self'")
        files[fmt] = visitor.download(link).text
    exported = json.loads(files["JSON"])["rows"]
    rows = list(csv.DictReader(io.StringIO(files["CSV"].removeprefix("\ufeff"), newline="")))

    def plain(reply):
        return {name: _micros(value) if name.endswith("_at") else value for name, value in reply.items()}

    assert [plain(reply) for reply in exported] == expected
    assert [plain({name: unescape_formula(value) or None for name, value in row.items()}) for row in rows] == expected


def _micros(instant):
    if instant is None:
        return None
    return (datetime.fromisoformat(instant) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


# --- the address -------------------------------------------------------------------------------------------------


def test_filters_page_and_reply_survive(enter):
    visitor = enter(address=f"{ALL_TIME}&sentiment=neutral&lane=all")
    choose(visitor, "sentiment", "Automatic")
    visitor.click(visitor.page.get_by_role("navigation").last.get_by_text("3", exact=True))
    visitor.click(listed(visitor).nth(5))
    chosen, read, rows = visitor.parameters, body(visitor), listed(visitor).all_inner_texts()
    assert (chosen["lane"], chosen["sentiment"], chosen["page"]) == (["all"], ["neutral.automatic"], ["3"])
    assert len(chosen["reply"]) == 1

    def is_the_same(somebody):
        return (somebody.parameters, body(somebody), listed(somebody).all_inner_texts()) == (chosen, read, rows)

    visitor.reload()
    assert is_the_same(visitor)
    visitor.turn_to("Trends")
    visitor.turn_to("Inbox")
    assert is_the_same(visitor)
    visitor.back()
    assert visitor.path == "/trends"  # in one step
    visitor.back()
    assert is_the_same(visitor)
    choose(visitor, "lane", "People")  # also another page, other sentiments, another reply: one step all the same
    assert visitor.parameters == {"period": ["all"]}
    visitor.back()
    assert is_the_same(visitor)

    assert is_the_same(enter(address=visitor.page.url))
    assert "/" in unquote(chosen["reply"][0])


def test_impossible_url_shows_default_and_notice(desk, enter):
    visitor = enter(address=f"{ALL_TIME}&lane=fast&status=lost&sentiment=furious&page=0&reply=no/where")
    page = visitor.main.inner_text()
    for complaint in (
        "a lane that does not exist",
        "replies that are neither open nor handled",
        "a sentiment that is not shown here",
        "a page that does not exist",
        "names a reply that is not here",
    ):
        assert complaint in page
    assert body(visitor) == shown(desk.replies(_BY_PEOPLE)[0])
    assert visitor.parameters == {"period": ["all"]}


# --- small and dark ----------------------------------------------------------------------------------------------


def test_reply_covers_the_list_on_a_dark_phone(desk, enter):
    visitor = enter(address="/inbox", color_scheme="dark", **PHONE)
    assert visitor.overflow() <= 0
    listed(visitor).nth(2).tap()
    visitor.settle()
    replies = desk.replies(f"{_BY_PEOPLE} AND NOT {_BY_STRANGERS}")
    assert body(visitor) == shown(replies[2])
    box = visitor.page.locator(".st-key-inbox-chosen").bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert visitor.overflow() <= 0
    press(visitor, "j")
    assert body(visitor) == shown(replies[3])
    visitor.page.get_by_role("button", name="Mark handled").tap()
    visitor.settle()
    assert body(visitor) == shown(replies[4])
    visitor.page.get_by_role("button", name="‹ List").tap()
    visitor.settle()
    assert visitor.page.locator(".st-key-inbox-chosen").count() == 0
    expect(listed(visitor).first).to_be_visible()
    listed(visitor).first.tap()
    visitor.settle()
    visitor.back()
    assert visitor.page.locator(".st-key-inbox-chosen").count() == 0
