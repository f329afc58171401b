"""The inbox as people work in it: alone, two at a time, with the keyboard only, on a phone."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from outreach_results import results
from outreach_results.export import unescape_formula
from outreach_results.ingest.load import load
from outreach_results.models import Filters, Sentiment
from outreach_results.results import InboxFilters
from outreach_results.sample import load_sample
from outreach_results.store import schema
from outreach_results.store.engine import open_store
from outreach_results.store.replies import inbox_table, state_changes
from outreach_results.store.replies.changes import Action
from outreach_results.ui.inbox.watch import EVERY_SECONDS
from support.databases import sqlite_url
from support.hostile import hostile_records
from support.optional import present
from support.server import Server
from support.visitor import PHONE, Visitor

ALL_TIME = "/inbox?period=all"
CAMPAIGN = "camp_abc123"
PER_PAGE = 20

# What the database says, without the product's own questions.
_REPLIES = """SELECT * FROM (
    SELECT replies.campaign_id, campaigns.name AS campaign_name, reply_id, email_id, received_at, address, replies.name,
        company, COALESCE(marks.sentiment, replies.sentiment) AS sentiment, replies.sentiment AS source_sentiment,
        marks.sentiment AS corrected_sentiment, corrected_by, corrected_at, handled_at, handled_by,
        meeting_marked_at, meeting_marked_by, assignee, assigned_by, assigned_at, snoozed_until, snoozed_by, snoozed_at,
        preview, body
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
            "SELECT campaign_id, reply_id, sentiment, corrected_by, handled_at, handled_by, meeting_marked_by "
            "FROM reply_marks"
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
        connection.execute(delete(schema.events).where(schema.events.c.event_id.endswith(schema.MARKED_MEETING)))
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
    visitor.page.get_by_role("button", name="View").click()
    visitor.page.get_by_role("textbox", name="Your name").fill(name)
    press(visitor, "Tab")
    press(visitor, "Escape")


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
    return visitor.page.locator(".st-key-inbox-rows li button")


def pane(visitor):
    return visitor.page.locator(".st-key-inbox-pane")


def body(visitor):
    """The words of the reply that is being read, quoted ones included. A message is filled after it appears."""
    visitor.page.locator(".st-key-inbox-message :is(.body, .quoted .text, .without-text):not(:empty)").first.wait_for(
        state="attached"
    )
    parts = visitor.page.locator(".st-key-inbox-message :is(.body, .quoted .text)").all_text_contents()
    return "".join("".join(parts).split())


def status_text(visitor):
    """What came of the last change."""
    return visitor.page.locator(".st-key-inbox-done, .st-key-inbox-warning").inner_text()


def correct(visitor, sentiment):
    visitor.click(sentiment_of(visitor, sentiment))


def sentiment_of(visitor, sentiment):
    """The choice of a sentiment in the reading pane, whose name may end with its key."""
    return pane(visitor).get_by_role("radio", name=re.compile(rf"^{sentiment}\b"))


def propose(visitor, change):
    """Choose what is to be done with all replies of the list."""
    visitor.page.locator(".st-key-inbox-bulk button:visible").click()
    visitor.click(visitor.page.get_by_role("menuitem", name=change, exact=True))


def confirm(visitor):
    visitor.click(visitor.page.locator(".st-key-inbox-confirmed button"))


def address_of(reply, rest=""):
    return f"{ALL_TIME}&reply={reply['campaign_id']}/{reply['reply_id']}{rest}"


def shown(reply):
    """The words of a reply as `body` gives them."""
    return "".join((reply["body"] or reply["preview"]).split())


# --- reading -----------------------------------------------------------------------------------------------------


def test_counts_equal_the_database(desk, enter):
    visitor = enter(address=f"{ALL_TIME}&campaign={CAMPAIGN}")
    mine = f"campaign_id = '{CAMPAIGN}'"
    by_sentiment = desk.counts("sentiment", mine)
    automatic = by_sentiment.pop("automatic")
    people = by_sentiment.total()
    assert counts(visitor, "sentiment") == by_sentiment
    assert counts(visitor, "lane") == {"human": people, "auto-reply": automatic, "all": people + automatic}
    assert counts(visitor, "status") == {"to do": people, "done": 0, "all": people}
    assert not listed(visitor).filter(has_text="Auto-reply ·").count()
    positive, unclassified = by_sentiment["positive"], by_sentiment["unclassified"]
    share = f"{positive / (people - unclassified):.0%} positive"
    assert share in visitor.main.inner_text()
    raised = f"{unclassified} unclassified could raise it to {(positive + unclassified) / people:.0%}"
    assert raised in visitor.main.inner_text()

    choose(visitor, "lane", "Auto-reply")
    assert listed(visitor).count() == automatic == listed(visitor).filter(has_text="Auto-reply").count() > 0

    choose(visitor, "lane", "Human")
    correct(visitor, "Auto-reply")
    assert counts(visitor, "lane") == {
        "human": people - 1,
        "auto-reply": automatic + 1,
        "all": people + automatic,
    }


def test_list_and_pane_fill_the_window(enter):
    visitor = enter(address="/inbox")
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.settle()
    rows, reading = (visitor.page.locator(f".st-key-inbox-{part}").bounding_box() for part in ("list", "pane"))
    assert reading["y"] == rows["y"] <= 205
    assert 860 < reading["y"] + reading["height"] == rows["y"] + rows["height"] <= 900
    assert reading["x"] > rows["x"] + rows["width"]
    listed(visitor).last.scroll_into_view_if_needed()
    assert visitor.main.evaluate("main => main.scrollTop") == 0  # the list scrolls by itself
    pages = visitor.page.locator(".st-key-inbox-pages")
    pages.scroll_into_view_if_needed()
    last = listed(visitor).last.bounding_box()
    assert last["y"] + last["height"] <= pages.bounding_box()["y"]  # below the rows, not over them

    # The address can be copied and answered.
    [name] = pane(visitor).locator(".address").all_inner_texts()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.click(pane(visitor).get_by_role("button", name="Copy address"))
    assert visitor.page.evaluate("navigator.clipboard.readText()") == name
    answer = pane(visitor).get_by_role("link", name="Reply in email app").get_attribute("href")
    assert answer.startswith(f"mailto:{name}?subject=Re%3A%20")


def test_a_click_on_a_reply_redraws_the_inbox_alone(enter):
    visitor = enter(address="/inbox")
    runs = []

    def note(frame):
        message = ForwardMsg.FromString(frame if isinstance(frame, bytes) else b"")
        if message.WhichOneof("type") == "new_session":
            runs.append(list(message.metadata.run.fragment_ids))

    visitor.page.on("websocket", lambda socket: socket.on("framereceived", note))
    visitor.reload()
    assert runs.pop(0) == []  # the whole page
    before = body(visitor)
    runs.clear()
    visitor.click(listed(visitor).nth(3))
    press(visitor, "j")
    assert body(visitor) != before
    assert all(runs)  # none of the whole page
    assert len({fragment for run in runs for fragment in run}) <= 3  # the desk, its URL parameters, and the timer


def test_print_shows_list_and_reply_in_full(desk, enter):
    [quoting, *_] = desk.replies(f"body LIKE '%wrote:%>%' AND {_BY_PEOPLE} AND NOT {_BY_STRANGERS}")
    visitor = enter(address=address_of(quoting))
    quoted = visitor.page.locator(".st-key-inbox-message .quoted .text")
    expect(quoted).to_be_hidden()
    visitor.click(visitor.page.get_by_text("Show quoted text"))
    expect(quoted).to_be_visible()
    visitor.click(visitor.page.get_by_text("Hide quoted text"))
    visitor.page.emulate_media(media="print")
    for part in ("list", "pane", "text"):
        frame = visitor.page.locator(f".st-key-inbox-{part}")
        assert frame.evaluate("e => e.scrollHeight - e.clientHeight") == 0
    assert quoted.evaluate("e => e.checkVisibility()")
    expect(listed(visitor).last).to_be_visible()
    expect(pane(visitor).get_by_role("button", name="Mark done")).to_be_hidden()


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
        moment = f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at):%b %-d, %Y, %-I:%M %p}"
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
    visitor.click(pane(visitor).locator(".st-key-inbox-next button:visible"))
    assert first != body(visitor)
    assert {first, body(visitor)} < {shown(reply) for reply in result}

    search(visitor, "nobodywrotethis")
    assert "No replies match." in visitor.main.inner_text()
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
        assert " ".join((reply["body"] or reply["preview"])[:60].split())[:40] in row
    for place in (0, 5):
        visitor.click(listed(visitor).nth(place))
        assert body(visitor) == shown(replies[place])
        name = pane(visitor).get_by_role("heading", level=2).text_content()
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
    assert f"{replies[1]['name']}'s reply marked done." in status_text(visitor)
    press(visitor, "z")
    assert not [mark for mark in desk.marks() if mark["handled_by"] == "Ana"]
    assert body(visitor) == shown(replies[1])

    press(visitor, "m")
    assert "marked as meeting booked" in status_text(visitor)
    assert [mark["meeting_marked_by"] for mark in desk.marks() if mark["meeting_marked_by"]] == ["Ana"]
    press(visitor, "z")
    press(visitor, "a")
    assert desk.replies("assignee = 'Ana' AND assigned_by = 'Ana'")[0]["reply_id"] == replies[1]["reply_id"]
    press(visitor, "z")
    press(visitor, "s")
    [snoozed] = desk.replies("snoozed_by = 'Ana'")
    assert (snoozed["reply_id"], body(visitor)) == (replies[1]["reply_id"], shown(replies[2]))
    press(visitor, "z")
    assert not desk.replies("assignee IS NOT NULL OR snoozed_until IS NOT NULL")
    press(visitor, "2")
    assert body(visitor) == shown(replies[2])
    press(visitor, "1")
    assert body(visitor) == shown(replies[3])
    corrected = {mark["reply_id"]: mark["sentiment"] for mark in desk.marks() if mark["corrected_by"] == "Ana"}
    assert corrected == {replies[1]["reply_id"]: "neutral", replies[2]["reply_id"]: "positive"}
    press(visitor, "k")
    press(visitor, "k")

    visitor.page.get_by_role("searchbox").focus()
    visitor.page.keyboard.type("jkez1mas")  # only words, there
    visitor.settle()
    assert body(visitor) == shown(replies[1])
    assert not [mark for mark in desk.marks() if mark["handled_by"] or mark["meeting_marked_by"]]
    visitor.page.get_by_role("searchbox").fill("")  # a search box that loses the focus searches

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

    propose(visitor, "Mark done")
    question = visitor.page.locator(".st-key-inbox-confirm").inner_text()
    assert f"Mark {len(wanted)} replies done?" in question
    assert "To do, human, negative · Jan 30 – Feb 4, 2026 · 1 campaign" in question
    assert desk.replies("TRUE") == before
    confirm(visitor)
    handled = desk.replies("handled_by = 'Ana'")
    assert {reply["reply_id"] for reply in handled} == wanted
    assert len({reply["handled_at"] for reply in handled}) == 1
    assert listed(visitor).count() == 0
    visitor.click(visitor.page.get_by_role("button", name="Undo"))
    assert f"Undone for {len(wanted)} replies." in status_text(visitor)
    assert desk.replies("TRUE") == before
    assert listed(visitor).count() == len(wanted)


def test_ticked_replies_are_changed_together(desk, enter):
    replies = desk.replies(_BY_PEOPLE)
    visitor = enter("Ana")
    for place in (1, 3):
        visitor.page.get_by_role("checkbox", name=f"Select {replies[place]['name']}").first.click()
    visitor.settle()
    expect(visitor.page.locator(".st-key-inbox-bulk button:visible")).to_have_text(re.compile(r"Bulk actions \(2\)"))
    assert body(visitor) == shown(replies[0])  # ticking reads nothing else
    propose(visitor, "Mark done")
    assert {reply["reply_id"] for reply in desk.replies("handled_by = 'Ana'")} == {
        replies[1]["reply_id"],
        replies[3]["reply_id"],
    }
    press(visitor, "z")
    assert not desk.replies("handled_by = 'Ana'")


def test_a_change_by_others_shows_within_seconds(desk, enter):
    replies = desk.replies(_BY_PEOPLE)
    ana, ben = enter("Ana"), enter("Ben")
    press(ana, "e")
    began = time.monotonic()
    expect(pane(ben)).to_contain_text("Done by Ana on", timeout=15_000)
    assert time.monotonic() - began < EVERY_SECONDS + 3
    assert counts(ben, "status") == counts(ana, "status")
    assert body(ben) == shown(replies[0])  # what he is reading stays


def test_second_of_two_editors_is_warned(desk, enter):
    reply = desk.replies(_BY_PEOPLE)[0]
    key = (reply["campaign_id"], reply["reply_id"])
    assert reply["sentiment"] == "negative"

    def decided():
        [mark] = [mark for mark in desk.marks() if mark["reply_id"] == reply["reply_id"]]
        return mark["sentiment"], mark["corrected_by"]

    ben = enter("Ben")
    with closing(open_store(sqlite_url(desk.path))) as store:
        # The moment before Ben's click, so that his page has not shown it yet.
        state_changes.change_reply(store, *key, Sentiment.POSITIVE, by="Ana", seen_version=0)
        correct(ben, "Neutral")
        assert "Not saved: Ana marked it positive on" in status_text(ben)
        assert decided() == ("positive", "Ana")
        assert body(ben) == shown(reply)
        expect(sentiment_of(ben, "Positive")).to_be_checked()  # what is there now
        correct(ben, "Neutral")  # who looked again may decide
        assert decided() == ("neutral", "Ben")

        choose(ben, "sentiment", "Unclassified")
        propose(ben, "Mark done")
        filters = InboxFilters(sentiments=(Sentiment.UNCLASSIFIED,))
        seen = state_changes.preview(store, results.chosen_replies(Filters(), filters), Action.HANDLED).seen
        chosen = results.chosen_replies(Filters(), filters)
        state_changes.change_replies(store, chosen, Action.HANDLED, by="Ana", seen=seen)
        confirm(ben)
    assert "Not saved. Ana updated one of them" in status_text(ben) or "The list now has 0" in status_text(ben)
    assert desk.counts("handled_by", "handled_by IS NOT NULL").keys() == {"Ana"}


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
    choose(visitor, "sentiment", "Auto-reply")
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
    choose(visitor, "lane", "Human")  # also another page, other sentiments, another reply: one step all the same
    assert visitor.parameters == {"period": ["all"]}
    visitor.back()
    assert is_the_same(visitor)

    assert is_the_same(enter(address=visitor.page.url))
    assert "/" in unquote(chosen["reply"][0])


def test_impossible_url_shows_default_and_notice(desk, enter):
    visitor = enter(address=f"{ALL_TIME}&lane=fast&status=lost&sentiment=furious&page=0&reply=no/where")
    page = visitor.main.inner_text()
    for complaint in (
        "an unknown type of replies",
        "an unknown status of replies",
        "a sentiment that is not shown here",
        "a page that does not exist",
        "names a reply that is no longer here",
    ):
        assert complaint in page
    assert body(visitor) == shown(desk.replies(_BY_PEOPLE)[0])
    assert visitor.parameters == {"period": ["all"]}


# --- small and dark ----------------------------------------------------------------------------------------------


def test_reply_covers_the_list_on_a_dark_phone(desk, enter):
    visitor = enter(address="/inbox", color_scheme="dark", **PHONE)
    assert visitor.overflow() <= 0
    expect(pane(visitor)).to_be_hidden()
    listed(visitor).nth(2).tap()
    visitor.settle()
    replies = desk.replies(f"{_BY_PEOPLE} AND NOT {_BY_STRANGERS}")
    assert body(visitor) == shown(replies[2])
    box = pane(visitor).bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert visitor.overflow() <= 0
    press(visitor, "j")
    assert body(visitor) == shown(replies[3])
    visitor.page.get_by_role("button", name="Mark done").tap()
    visitor.settle()
    assert body(visitor) == shown(replies[4])
    visitor.page.get_by_role("button", name="‹ Replies").tap()
    visitor.settle()
    expect(pane(visitor)).to_be_hidden()
    expect(listed(visitor).first).to_be_visible()
    listed(visitor).first.tap()
    visitor.settle()
    visitor.back()
    expect(pane(visitor)).to_be_hidden()


# --- layout ------------------------------------------------------------------------------------------------------


def test_reading_starts_near_the_top(enter):
    visitor = enter()
    name = pane(visitor).get_by_role("heading", level=2)
    for width, height in ((1440, 900), (1280, 720)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.settle()
        assert present(name.bounding_box())["y"] < 200, width
        assert present(pane(visitor).bounding_box())["height"] > height / 2
    choices = [visitor.page.locator(f".st-key-{one}_choice") for one in ("status", "lane", "sentiment")]
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    tops = [present(one.bounding_box())["y"] for one in (*choices, visitor.page.get_by_role("searchbox"))]
    assert max(tops) - min(tops) < 12, "one row of controls"
    visitor.page.set_viewport_size(PHONE["viewport"])
    listed(visitor).first.click()
    visitor.settle()
    box = present(name.bounding_box())
    on_top = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('.st-key-inbox-pane'))"
    assert visitor.page.evaluate(on_top, [box["x"] + 5, box["y"] + 5]), "the notice of the sample covers the name"
