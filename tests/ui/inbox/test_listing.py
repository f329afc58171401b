"""The rows of the list: texts, whatever strangers wrote."""

from __future__ import annotations

import pytest

from outreach_results.models import Sentiment
from outreach_results.ui.inbox import listing
from support.hostile import HOSTILE


@pytest.fixture(autouse=True)
def in_utc(monkeypatch):
    """Without a database, so without its time zone."""
    from zoneinfo import ZoneInfo

    monkeypatch.setattr(listing.cache, "zone", lambda: ZoneInfo("UTC"))


def row(reply, names=None):
    [shown] = listing.rows([reply], names or {"c1": "Spring"})
    return shown


def test_a_row_has_what_the_list_needs(make_reply):
    shown = row(make_reply(company="Prospect", sentiment=Sentiment.AUTOMATIC))
    assert (shown["sender"], shown["company"], shown["campaign"]) == ("Ada", "Prospect", "Spring")
    assert (shown["sentiment"], shown["preview"], shown["moment"]) == (
        "Auto-reply",
        "Tell me more",
        "Mar 27, 2026, 12:00 PM",
    )
    assert not shown["is_done"]
    assert not shown["has_meeting"]


def test_row_without_name_has_the_address(make_reply):
    assert row(make_reply(name=None, email="ada@prospect.example"))["sender"] == "ada@prospect.example"
    assert row(make_reply(name=None))["sender"] == "Unknown sender"


def test_preview_is_what_the_sender_wrote(make_reply):
    body = "Tuesday\nworks.\n\nOn Mon, Jan 5, 2026 at 10:00, Claire <c@team.example> wrote:\n> Would Tuesday work?"
    assert row(make_reply(body=body))["preview"] == "Tuesday works."
    assert len(row(make_reply(body="x" * 5_000))["preview"]) == 240
    assert row(make_reply(preview="\u00a0 "))["preview"] == "No text in this reply"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_row_holds_strangers_words_as_they_are(make_reply, hostile):
    assert row(make_reply(name=hostile))["sender"] == hostile


def test_ids_survive_the_browser():
    key = listing.ReplyKey('a/b?c=d&e #%2F ü"\n', "r\\1")
    assert listing._key(listing._id(key)) == key
