"""The texts of the inbox, and the escaping of text from outside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outreach_results import metrics
from outreach_results.models import EventType, InboxReply, Sentiment
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus, Timeline, TimelineEvent
from outreach_results.store.replies.state_changes import Action, Batch, ChangedSince, Preview, Seen, UndoResult
from outreach_results.ui import text
from outreach_results.ui.inbox import labels, listing, timeline
from outreach_results.ui.inbox.state_changes import leaves_the_list
from support.hostile import HOSTILE

NOW = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
SEEN = Seen(30, 0, None, None)


def reply(**fields):
    return InboxReply(
        **{
            "id": "r1",
            "campaign_id": "c1",
            "name": "Ada",
            "sentiment": Sentiment.NEUTRAL,
            "source_sentiment": Sentiment.NEUTRAL,
            "preview": "Tell me more",
            "received_at": NOW,
        }
        | fields
    )


def event(kind="opened", *, hours=0, **fields):
    at = NOW + timedelta(hours=hours)
    usual: dict[str, Any] = {"type": EventType(kind), "at": at, "last_at": at, "count": 1, "email": 1}
    return TimelineEvent(**usual | fields)


# --- the list ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(minutes=5), "11:55"),
        (timedelta(hours=13), "1 d ago"),
        (timedelta(days=6, hours=23), "7 d ago"),
        (timedelta(days=7), "20 Mar"),
        (timedelta(days=80), "6 Jan"),
        (timedelta(days=90), "27 Dec 2025"),
        (timedelta(hours=-13), "28 Mar"),
    ],
)
def test_an_age_is_as_short_as_it_is_clear(ago, expected):
    assert labels.age(NOW - ago, NOW, ZoneInfo("UTC")) == expected


def test_an_age_is_shown_in_the_reporting_zone():
    assert labels.age(NOW, NOW, TOKYO) == "21:00"
    assert labels.age(NOW - timedelta(hours=22), NOW, TOKYO) == "1 d ago"


def test_list_marks_open_and_handled_replies():
    assert listing.row(reply(), "27 Mar").startswith("**Ada** :blue-badge[Neutral · 27 Mar]")
    assert listing.row(reply(handled_at=NOW), "27 Mar").startswith(":gray[✓ Ada]")


def test_who_gave_no_name_is_listed_by_the_address():
    assert "ada" in listing.row(reply(name=None, email="ada@prospect.example"), "27 Mar")
    assert "Unknown sender" in listing.row(reply(name=None), "27 Mar")


def test_long_words_are_cut_where_the_row_ends():
    row = listing.row(reply(preview="x" * 500), "27 Mar")
    assert "x" * 110 + "…" in row
    assert "x" * 111 not in row


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_row_holds_strangers_words_escaped(hostile):
    row = listing.row(reply(name=hostile, preview=hostile[:100]), "27 Mar")
    assert f"**{text.escape(hostile)}**" in row
    assert text.escape(hostile[:100].rstrip()) in row


# --- the timeline ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (event("sent"), "Sent · email 1"),
        (event(count=3, last_at=NOW + timedelta(hours=2)), "Opened 3 times, last on Mar 27, 2026, 11:00 PM · email 1"),
        (event(is_machine=True), "Opened by a machine (privacy proxy or link scanner) · email 1"),
        (event("clicked", url="https://example.com/a"), "Clicked https://example.com/a · email 1"),
        (event("replied", sentiment=Sentiment.AUTOMATIC, is_machine=True), "Replied (automatic) · email 1"),
        (event("meeting_booked", email=None), "Meeting booked"),
    ],
)
def test_an_entry_says_what_happened_to_which_email(event, expected):
    assert timeline.sentence(event, 2, TOKYO) == expected


def test_with_one_email_it_is_not_numbered():
    assert timeline.sentence(event("sent"), 1, TOKYO) == "Sent"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_link_in_the_timeline_is_plain_text(hostile, monkeypatch):
    drawn = []
    monkeypatch.setattr(timeline.st, "html", drawn.append)
    timeline.timeline(Timeline([event("clicked", url=hostile)], 1, is_cut=False), "r1", TOKYO)
    _styles, entries = drawn
    assert set(re.findall(r"<(/?\w+)", entries)) == {"ol", "li", "time", "/time", "span", "/span", "/li", "/ol"}
    assert f"Clicked {hostile}" in unescape(entries)


# --- what was done -----------------------------------------------------------------------------------------------


def test_a_correction_shows_old_value_author_and_time():
    corrected = reply(source_sentiment=Sentiment.POSITIVE, corrected_by="Ana", corrected_at=NOW)
    assert labels.correction(corrected, TOKYO) == "Neutral, corrected from Positive by Ana on Mar 27, 2026, 9:00 PM."
    assert labels.correction(reply(), TOKYO) is None


def test_a_handled_reply_shows_by_whom_and_when():
    assert labels.handled(reply(handled_at=NOW, handled_by="Ana"), TOKYO) == "Handled by Ana on Mar 27, 2026, 9:00 PM."
    assert labels.handled(reply(), TOKYO) is None


def test_confirmation_counts_replaced_corrections():
    assert labels.confirmation(Preview(28, 0, SEEN), Action.HANDLED, 30) == (
        "Mark 28 replies as handled? They are on all pages of this list, not only on this one. "
        "2 more are so already and not touched. You can undo it afterwards."
    )
    assert labels.confirmation(Preview(1, 0, SEEN), Action.REOPENED, 1) == (
        "Open 1 reply again? You can undo it afterwards."
    )
    assert "For 3 this replaces an earlier correction." in labels.confirmation(
        Preview(30, 3, SEEN), Sentiment.NEGATIVE, 30
    )


def test_undoing_names_whose_changes_stay():
    left = [ChangedSince("Ada", "Ben", NOW), ChangedSince("Grace", None, NOW)]
    assert labels.undone_sentence(UndoResult(28, 3, left), TOKYO) == (
        "Undone for 28 replies. Someone changed 3 meanwhile, which stay as they are: "
        "Ada (Ben, Mar 27, 2026, 9:00 PM), Grace (somebody, Mar 27, 2026, 9:00 PM) and 1 more."
    )
    assert labels.undone_sentence(UndoResult(1, 0, []), TOKYO) == "Undone for 1 reply."


@pytest.mark.parametrize("change", [Action.HANDLED, Action.REOPENED, Action.CORRECTION_CLEARED, *Sentiment])
def test_every_change_can_be_named_before_and_after(change):
    assert labels.button_label(change, 3)[0].isupper()
    assert labels.done_sentence(Batch("b", change, 3, ("c",))).startswith("3 replies: ")


@pytest.mark.parametrize(
    ("change", "inbox_filters", "expected"),
    [
        (Action.HANDLED, InboxFilters(status=ReplyStatus.OPEN), True),
        (Action.HANDLED, InboxFilters(status=ReplyStatus.ALL), False),
        (Action.REOPENED, InboxFilters(status=ReplyStatus.HANDLED), True),
        (Action.REOPENED, InboxFilters(status=ReplyStatus.OPEN), False),
        (Action.HANDLED, InboxFilters(status=ReplyStatus.HANDLED), False),
    ],
)
def test_what_leaves_the_list_is_known_before(change, inbox_filters, expected):
    assert leaves_the_list(change, inbox_filters) is expected


# --- how sure ----------------------------------------------------------------------------------------------------


def test_positive_rate_sentence_states_its_bounds():
    counts = {Sentiment.POSITIVE: 12, Sentiment.NEUTRAL: 10, Sentiment.NEGATIVE: 13, Sentiment.UNCLASSIFIED: 6}
    assert labels.positive_rate_sentence(metrics.positive_rate(counts)) == (
        "12 of 35 classified replies by people are positive: 34.3% (95% interval 20.8% to 50.8%). 6 are not "
        "classified: were none of them positive, it would be 29.3%; were all, 43.9%. Doubt and chance together leave "
        "it between 17.6% and 59.0%. If the neutral ones flipped as well: 68.3%."
    )


def test_without_doubt_it_says_only_how_sure_it_is():
    sentence = labels.positive_rate_sentence(metrics.positive_rate({Sentiment.POSITIVE: 1, Sentiment.NEGATIVE: 3}))
    assert sentence == "1 of 4 classified replies by people is positive: 25.0% (95% interval 4.6% to 69.9%)."


def test_unclassified_replies_have_no_positive_rate():
    assert labels.positive_rate_sentence(metrics.positive_rate({Sentiment.UNCLASSIFIED: 2})) == (
        "None of 2 replies by people is classified, so there is no positive rate."
    )


def test_without_a_reply_it_says_so():
    assert labels.positive_rate_sentence(metrics.positive_rate({})) == (
        "No reply by a person is among these, so there is no positive rate."
    )


def test_the_filters_are_a_sentence():
    inbox_filters = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, (Sentiment.POSITIVE, Sentiment.NEUTRAL), "price")
    assert labels.filters_sentence(inbox_filters) == "open replies by people, positive or neutral, with “price”"
    assert labels.filters_sentence(InboxFilters()) == "replies"
    assert labels.filters_sentence(InboxFilters(kind=ReplyKind.AUTOMATIC)) == "replies, automatic"
