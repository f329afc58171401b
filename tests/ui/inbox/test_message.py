"""What the reading pane is given of a reply: nothing of it is lost, and nothing of it is markup."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from outreach_results.results import SentEmail
from outreach_results.ui.inbox import message
from support.hostile import HOSTILE

SENT = SentEmail(None, None, None, None, "Hello", "Dear Ada")


@pytest.fixture(autouse=True)
def in_utc(monkeypatch):
    """Without a database, so without its time zone."""
    monkeypatch.setattr(message.cache, "zone", lambda: ZoneInfo("UTC"))


def test_quoted_text_is_apart_and_complete(make_reply):
    body = "Tuesday works.\n\nOn Mon, Jan 5, 2026 at 10:00, Claire <c@team.example> wrote:\n> Would Tuesday work?"
    shown = message.contents(make_reply(body=body), "Spring", SENT)
    assert shown["own"] == "Tuesday works."
    assert f"{shown['own']}\n\n{shown['quoted']}" == body


def test_the_email_that_was_answered_stands_above(make_reply):
    shown = message.contents(make_reply(), "Spring", SENT)
    assert shown["sent"] == {"line": "Your email · “Hello”", "text": "Dear Ada"}
    assert message.contents(make_reply(), "Spring", None)["sent"] is None


def test_without_text_the_preview_is_shown(make_reply):
    assert message.contents(make_reply(), "Spring", None)["own"] == "Tell me more"
    shown = message.contents(make_reply(preview=" ", body="\u00a0"), "Spring", None)
    assert (shown["own"], shown["without_text"]) == ("", "No text in this reply")


def test_removed_text_says_why_it_is_missing(make_reply):
    old = message.contents(make_reply(preview="", body=None, text_removed="18m"), "Spring", None)
    assert old["without_text"] == "Text removed after 18 months"
    assert old["sender"] == "Ada"
    gone = make_reply(preview="", body=None, name=None, email="forgotten-0123456789abcdef", text_removed="forgotten")
    shown = message.contents(gone, "Spring", None)
    assert shown["without_text"] == "Text removed: this person was forgotten"
    assert (shown["sender"], shown["address"], shown["mailto"]) == ("Forgotten person", "", "")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_strangers_words_are_passed_as_they_are(make_reply, hostile):
    shown = message.contents(make_reply(name=hostile, body=hostile), "Spring", None)
    assert shown["sender"] == hostile
    assert "".join((shown["own"] + shown["quoted"]).split()) == "".join(hostile.split())
