"""The texts of the inbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach_results import metrics
from outreach_results.models import Sentiment
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus, SentEmail
from outreach_results.store.replies.changes import Action
from outreach_results.store.replies.state_changes import Batch, ChangedSince, Preview, Seen, UndoResult
from outreach_results.ui.inbox import labels

NOW = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
SEEN = Seen(30, 0, None, None)
SENT = SentEmail(NOW, "2", "B", "ann@team.example", "Hello", "Dear Ada")
UNKNOWN = SentEmail(None, None, None, None, None, None)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(minutes=5), "11:55 AM"),
        (timedelta(hours=13), "Mar 26"),
        (timedelta(days=80), "Jan 6"),
        (timedelta(days=90), "Dec 27, 2025"),
        (timedelta(hours=-13), "Mar 28"),
    ],
)
def test_a_moment_is_as_short_as_it_is_clear(ago, expected):
    assert labels.short_moment(NOW - ago, NOW, ZoneInfo("UTC")) == expected


def test_a_moment_is_shown_in_the_reporting_zone():
    assert labels.short_moment(NOW, NOW, TOKYO) == "9:00 PM"
    assert labels.short_moment(NOW - timedelta(hours=22), NOW, TOKYO) == "Mar 26"


# --- the email that was answered ---------------------------------------------------------------------------------


def test_sent_line_has_what_the_source_says():
    assert labels.sent_line(SENT, TOKYO) == (
        "Your email · “Hello” · step 2, variant B · from ann@team.example · Mar 27, 2026, 9:00 PM"
    )
    assert labels.sent_line(UNKNOWN, TOKYO) == "Your email"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Hello & welcome", "mailto:ada@prospect.example?subject=Re%3A%20Hello%20%26%20welcome"),
        ("RE: Hello", "mailto:ada@prospect.example?subject=RE%3A%20Hello"),
        ("Hi\r\nBcc: all@team.example", "mailto:ada@prospect.example?subject=Re%3A%20Hi%20Bcc%3A%20all%40team.example"),
        (None, "mailto:ada@prospect.example"),
    ],
)
def test_mail_link_answers_with_the_subject(make_reply, subject, expected):
    reply = make_reply(email="ada@prospect.example")
    assert labels.mailto(reply, replace(UNKNOWN, subject=subject)) == expected
    assert labels.mailto(reply, None) == "mailto:ada@prospect.example"


@pytest.mark.parametrize(
    "address",
    [None, "", "no address", "a@b\r\nBcc:c@d", "a@b,c@d", "a@b;c@d", "<a@b>", '"a"@b', "a@b@c", "a@"],
)
def test_no_mail_link_for_an_unsafe_address(make_reply, address):
    link = labels.mailto(make_reply(email=address), SENT)
    assert link is None


def test_mail_link_escapes_what_an_address_may_hold(make_reply):
    assert labels.mailto(make_reply(email="a?bcc=x&b%0a@prospect.example"), None) == (
        "mailto:a%3Fbcc%3Dx%26b%250a@prospect.example"
    )


# --- the state of a reply ----------------------------------------------------------------------------------------


def test_a_correction_shows_old_value_author_and_time(make_reply):
    corrected = make_reply(source_sentiment=Sentiment.AUTOMATIC, corrected_by="Ana", corrected_at=NOW)
    assert labels.correction(corrected, TOKYO) == "Neutral, corrected from auto-reply by Ana on Mar 27, 2026, 9:00 PM."
    assert labels.correction(make_reply(), TOKYO) is None


def test_a_done_reply_shows_by_whom_and_when(make_reply):
    assert labels.done(make_reply(handled_at=NOW, handled_by="Ana"), TOKYO) == "Done by Ana on Mar 27, 2026, 9:00 PM."
    assert labels.done(make_reply(), TOKYO) is None


@pytest.mark.parametrize(
    ("fields", "known", "expected"),
    [
        ({}, {"counts": True, "in_source": False}, None),
        ({}, {"counts": True, "in_source": True}, "Meeting booked, as reported by the source."),
        ({"meeting_marked_at": NOW}, {"counts": True, "in_source": False}, ""),
        (
            {"meeting_marked_at": NOW},
            {"counts": True, "in_source": True},
            " The source reports it too; it counts once.",
        ),
        (
            {"meeting_marked_at": NOW},
            {"counts": False, "in_source": False},
            " It does not count in results: this campaign reports totals only.",
        ),
        (
            {"meeting_marked_at": NOW, "email_id": None},
            {"counts": True, "in_source": False},
            " It does not count in results: the email this reply answers is unknown.",
        ),
    ],
)
def test_a_meeting_says_whether_it_counts(make_reply, fields, known, expected):
    marked = "Meeting booked, marked by Ana on Mar 27, 2026, 9:00 PM."
    sentence = labels.meeting(make_reply(meeting_marked_by="Ana", **fields), TOKYO, **known)
    assert sentence == (marked + (expected or "") if fields else expected)


# --- changes -----------------------------------------------------------------------------------------------------


def test_confirmation_counts_replaced_corrections():
    assert labels.confirmation(Preview(28, 0, SEEN), Action.HANDLED, 30) == (
        "Mark 28 replies done? This includes all pages of the list. 2 more need no change. You can undo it."
    )
    assert labels.confirmation(Preview(1, 0, SEEN), Action.REOPENED, 1) == "Reopen 1 reply? You can undo it."
    assert "It replaces 3 earlier corrections." in labels.confirmation(Preview(30, 3, SEEN), Sentiment.NEGATIVE, 30)


def test_undoing_names_whose_changes_stay():
    left = [ChangedSince("Ada", "Ben", NOW), ChangedSince("Grace", None, NOW)]
    assert labels.undone_sentence(UndoResult(28, 3, left), TOKYO) == (
        "Undone for 28 replies. 3 kept later changes: "
        "Ada (Ben, Mar 27, 2026, 9:00 PM), Grace (someone, Mar 27, 2026, 9:00 PM) and 1 more."
    )
    assert labels.undone_sentence(UndoResult(1, 0, []), TOKYO) == "Undone for 1 reply."


@pytest.mark.parametrize("change", labels.BULK.values())
def test_every_change_can_be_named_before_and_after(change):
    assert "3" in labels.button_label(change, 3)
    assert labels.done_sentence(Batch("b", change, 3, ("c",))).startswith("3 replies")


def test_a_change_says_whose_reply_it_is(make_reply):
    batch = Batch("b", Sentiment.AUTOMATIC, 1, ("c",))
    assert labels.done_sentence(batch, labels.of_sender(make_reply())) == "Ada's reply marked auto-reply."
    assert labels.of_sender(make_reply(name=None)) == "The reply"


# --- how sure ----------------------------------------------------------------------------------------------------


def test_positive_rate_states_its_bounds():
    counts = {Sentiment.POSITIVE: 12, Sentiment.NEUTRAL: 10, Sentiment.NEGATIVE: 13, Sentiment.UNCLASSIFIED: 6}
    rate = metrics.positive_rate(counts)
    assert labels.positive_rate_sentence(rate) == "34% positive (21–51%); 6 unclassified could raise it to 44%"
    assert labels.positive_rate_detail(rate).endswith(
        "Here 12 of 35. If none of the unclassified were positive, it would be 29.3%; with chance, it lies between "
        "17.6% and 59.0%. If neutral replies turned positive as well: 68.3%."
    )


def test_without_doubt_it_says_only_how_sure_it_is():
    rate = metrics.positive_rate({Sentiment.POSITIVE: 1, Sentiment.NEGATIVE: 3})
    assert labels.positive_rate_sentence(rate) == "25% positive (5–70%)"


def test_unclassified_replies_have_no_positive_rate():
    rate = metrics.positive_rate({Sentiment.UNCLASSIFIED: 2})
    assert labels.positive_rate_sentence(rate) == "2 unclassified, so there is no positive rate yet"
    assert "Here" not in labels.positive_rate_detail(rate)


def test_without_a_reply_it_says_so():
    assert labels.positive_rate_sentence(metrics.positive_rate({})) == "No human replies in this period"


def test_the_filters_are_a_sentence():
    inbox_filters = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, (Sentiment.POSITIVE, Sentiment.NEUTRAL), "price")
    assert labels.filters_sentence(inbox_filters) == "to do, human, positive or neutral, with “price”"
    assert labels.filters_sentence(InboxFilters()) == "all replies"
    assert labels.filters_sentence(InboxFilters(kind=ReplyKind.AUTOMATIC)) == "auto-reply"
