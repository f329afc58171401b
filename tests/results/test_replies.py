"""Which replies the inbox shows, in which order, how many there are, and the file they leave in."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from outreach_results import export, results
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.models import Filters, Sentiment
from outreach_results.results import InboxFilters, ReplyKey, ReplyKind, ReplyStatus
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.changes import Action
from support.optional import present
from support.records import at, campaign, email, mark, reply

ALL = Filters()
SENTIMENTS = ["positive", "neutral", "negative", "automatic", "unclassified"]


@pytest.fixture
def many(store):
    """Two campaigns with 50 replies from 7 January on, one an hour, of all sentiments; each third is handled."""
    records: list[Record] = [campaign("a"), campaign("b"), email(of="a"), email(of="b")]
    for n in range(50):
        of = "ab"[n % 2]
        records.append(
            reply(f"r{n:02}", at(7 + n // 24, n % 24), of=of, name=f"Person {n}", sentiment=SENTIMENTS[n % 5])
        )
        if n % 3 == 0:
            records.append(mark(f"r{n:02}", None, of=of))
    load(store, "replies", records)
    return store


@pytest.fixture
def words(store):
    """Replies to search in."""
    replies: dict[str, dict[str, Any]] = {
        "r1": {"name": "Jürgen MÜLLER", "body": "Gerne, SCHÖNE Grüße"},
        "r2": {"name": "Ada", "company": "Straßenbau AG", "body": "100% sure, a_b/c"},
        "r3": {"name": "Ζωή", "body": "ΚΑΛΗΜΕΡΑ ΟΔΟΣ"},
        "r4": {"name": None, "address": "Grace@Prospect.example", "body": None, "preview": "Preis?"},
    }
    load(store, "replies", [campaign(), email(), *(reply(key, at(7), **about) for key, about in replies.items())])
    return store


def matching_ids(store, inbox_filters=results.EVERYTHING, filters=ALL):
    """The ids of all replies that the inbox shows, on all its pages."""
    first = results.inbox(store, filters, inbox_filters, per_page=7)
    ids = [shown.id for shown in first.replies]
    for page in range(2, first.pagination.total // 7 + 2):
        ids += [shown.id for shown in results.inbox(store, filters, inbox_filters, page=page, per_page=7).replies]
    return ids


# --- which -------------------------------------------------------------------------------------------------------


def test_automatic_replies_have_a_lane_of_their_own(many):
    people, automatic = (
        matching_ids(many, InboxFilters(kind=ReplyKind.PEOPLE)),
        matching_ids(many, InboxFilters(kind=ReplyKind.AUTOMATIC)),
    )
    assert automatic == [f"r{n:02}" for n in range(49, -1, -1) if n % 5 == 3]
    assert sorted(people + automatic) == sorted(matching_ids(many))
    assert not set(people) & set(automatic)


def test_a_correction_moves_a_reply_to_the_other_lane(many):
    state_changes.change_reply(many, "a", "r00", Sentiment.AUTOMATIC, by="Ana", seen_version=1)
    assert "r00" in matching_ids(many, InboxFilters(kind=ReplyKind.AUTOMATIC))
    assert "r00" not in matching_ids(many, InboxFilters(kind=ReplyKind.PEOPLE))
    assert "r00" not in matching_ids(many, InboxFilters(sentiments=(Sentiment.POSITIVE,)))
    assert "r00" not in matching_ids(many, filters=replace(ALL, humans_only=True))


def test_open_and_handled_replies_differ(many):
    handled = matching_ids(many, InboxFilters(status=ReplyStatus.HANDLED))
    assert handled == [f"r{n:02}" for n in range(49, -1, -1) if n % 3 == 0]
    assert set(matching_ids(many, InboxFilters(status=ReplyStatus.OPEN))) == set(matching_ids(many)) - set(handled)


def test_inbox_filters_combine(many):
    inbox_filters = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, (Sentiment.POSITIVE, Sentiment.NEUTRAL))
    filters = Filters(campaigns=("b",), start=date(2026, 1, 8), end=date(2026, 1, 8))
    expected = [f"r{n}" for n in range(47, 23, -1) if n % 2 == 1 and n % 3 and n % 5 in (0, 1)]
    assert expected
    assert matching_ids(many, inbox_filters, filters) == expected


def test_replies_newest_first_with_stable_ties(store):
    load(store, "replies", [campaign("a"), campaign("b"), email(of="a"), email(of="b")])
    load(store, "replies", [reply(key, at(7), of=of) for of in "ba" for key in ("r2", "r1")])
    shown = results.inbox(store, ALL).replies
    assert [(one.campaign_id, one.id) for one in shown] == [("b", "r2"), ("b", "r1"), ("a", "r2"), ("a", "r1")]


SEARCHES = {
    "müller": ["r1"],
    "MÜLLER": ["r1"],
    "jürgen schöne": ["r1"],
    "SCHÖNE grÜSSe": ["r1"],
    "jurgen muller": ["r1"],
    "strassenbau": ["r2"],
    "STRAßENBAU": ["r2"],
    "straßen": ["r2"],
    "bau": [],
    "καλημερα": ["r3"],
    "ΟΔΟΣ": ["r3"],
    "grace@prospect": ["r4"],
    "preis?": ["r4"],
    "  ada   sure ": ["r2"],
    "ada grace": [],
    "100%": ["r2"],
    "a_b/c": ["r2"],
    "1__%": [],
    "z%c": [],
    "nobody": [],
    "?!": [],
    "": ["r4", "r3", "r2", "r1"],
    None: ["r4", "r3", "r2", "r1"],
}


def test_search_matches_beginnings_of_words(words):
    assert {q: matching_ids(words, InboxFilters(q=q)) for q in SEARCHES} == SEARCHES


# --- how many ----------------------------------------------------------------------------------------------------


def test_each_count_is_that_of_its_filter(many):
    inbox_filters = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, (Sentiment.POSITIVE,))
    inbox = results.inbox(many, ALL, inbox_filters)
    assert inbox.pagination.total == len(matching_ids(many, inbox_filters)) > 0
    assert inbox.counts == {
        kind: len(matching_ids(many, replace(inbox_filters, sentiments=(kind,)))) for kind in Sentiment
    }
    assert inbox.kinds == {
        kind: len(matching_ids(many, replace(inbox_filters, kind=kind, sentiments=None))) for kind in ReplyKind
    }
    assert inbox.statuses == {
        part: len(matching_ids(many, replace(inbox_filters, status=part))) for part in ReplyStatus
    }
    assert inbox.counts[Sentiment.AUTOMATIC] == 0
    assert inbox.kinds[ReplyKind.AUTOMATIC] > 0


def test_counts_follow_search_and_period(many):
    filters = Filters(start=date(2026, 1, 9))
    assert results.inbox(many, filters).kinds[ReplyKind.ALL] == 2
    assert results.inbox(many, ALL, InboxFilters(q="person 49")).pagination.total == 1


# --- pages, and the way from one reply to the next ---------------------------------------------------------------


def test_pages_hold_every_reply_once(many):
    ids = matching_ids(many)
    assert len(ids) == len(set(ids)) == 50


@pytest.mark.parametrize("page", [1, 2, 5, 8])
def test_a_page_knows_the_replies_around_it(many, page):
    keys = [results.key_of(one) for n in (1, 2) for one in results.inbox(many, ALL, page=n, per_page=25).replies]
    shown = results.inbox(many, ALL, page=page, per_page=7)
    first, last = (page - 1) * 7, (page - 1) * 7 + len(shown.replies)
    assert [results.key_of(one) for one in shown.replies] == keys[first:last]
    assert shown.before == (keys[first - 1] if first else None)
    assert shown.after == (keys[last] if last < len(keys) else None)


def test_a_page_beyond_the_last_is_empty(many):
    beyond = results.inbox(many, ALL, page=9, per_page=7)
    assert (beyond.replies, beyond.before, beyond.after) == ([], None, None)
    assert beyond.pagination.total == 50


def test_neighbors_are_those_of_the_list(many):
    inbox_filters = InboxFilters(sentiments=(Sentiment.POSITIVE,))
    listed = results.inbox(many, ALL, inbox_filters, per_page=100).replies
    keys = [results.key_of(one) for one in listed]
    for place, one in enumerate(listed):
        around = results.neighbors(many, ALL, inbox_filters, one)
        assert around == (keys[place - 1] if place else None, keys[place + 1] if place + 1 < len(keys) else None)
    negative = present(results.reply(many, "a", "r22"))
    assert results.neighbors(many, ALL, inbox_filters, negative) == (ReplyKey("b", "r25"), ReplyKey("a", "r20"))


def test_the_page_of_a_reply_is_where_it_is_listed(many):
    inbox_filters = InboxFilters(kind=ReplyKind.PEOPLE)
    for page in range(1, 7):
        for one in results.inbox(many, ALL, inbox_filters, page=page, per_page=7).replies:
            assert results.page_of(many, ALL, inbox_filters, results.key_of(one), per_page=7) == page
    assert results.page_of(many, ALL, inbox_filters, ReplyKey("a", "no such reply")) == 1


@pytest.mark.parametrize(("page", "per_page"), [(0, 20), (1, 0), (1, 101)])
def test_impossible_pages_are_refused(sample_store, page, per_page):
    with pytest.raises(QueryError):
        results.inbox(sample_store, ALL, page=page, per_page=per_page)


# --- the contract ------------------------------------------------------------------------------------------------


def test_a_campaigns_replies_are_those_of_the_inbox(many):
    answer = results.replies(many, "b", sentiment=Sentiment.AUTOMATIC, q="person", per_page=3)
    assert [one.id for one in answer.replies] == ["r43", "r33", "r23"]
    assert answer.pagination.total == 5


def test_an_unknown_campaign_is_an_error(sample_store):
    with pytest.raises(UnknownCampaignError):
        results.replies(sample_store, "no such campaign")


def test_a_reply_shows_who_did_what(store):
    load(store, "replies", [campaign(), email(), reply()])
    state_changes.change_reply(store, "camp_1", "r1", Sentiment.NEGATIVE, by="Ana", seen_version=0)
    state_changes.change_reply(store, "camp_1", "r1", Action.HANDLED, by="Ben", seen_version=1)
    state_changes.change_reply(store, "camp_1", "r1", Action.MEETING_BOOKED, by="Eva", seen_version=2)
    one = present(results.reply(store, "camp_1", "r1"))
    assert (one.sentiment, one.source_sentiment) == (Sentiment.NEGATIVE, Sentiment.NEUTRAL)
    assert (one.corrected_by, one.handled_by, one.meeting_marked_by) == ("Ana", "Ben", "Eva")
    assert one.mark_version == 3


# --- over time ---------------------------------------------------------------------------------------------------


def test_sentiments_by_week_without_gaps(store):
    days = {"r1": 7, "r2": 8, "r3": 12, "r4": 40}  # 1 January 2026 is a Thursday
    load(store, "replies", [campaign(), email(), *(reply(key, at(day)) for key, day in days.items())])
    state_changes.change_reply(store, "camp_1", "r2", Sentiment.POSITIVE, by="Ana", seen_version=0)
    weeks = results.sentiment_over_time(store, Filters(start=date(2026, 1, 7), end=date(2026, 2, 10)))
    rows: list[Any] = list(weeks.itertuples())
    assert [(row.first.isoformat(), row.last.isoformat()) for row in rows] == [
        ("2026-01-07", "2026-01-11"),
        ("2026-01-12", "2026-01-18"),
        ("2026-01-19", "2026-01-25"),
        ("2026-01-26", "2026-02-01"),
        ("2026-02-02", "2026-02-08"),
        ("2026-02-09", "2026-02-10"),
    ]
    assert list(weeks["neutral"]) == [1, 1, 0, 0, 0, 1]
    assert list(weeks["positive"]) == [1, 0, 0, 0, 0, 0]


def test_a_short_period_is_counted_by_the_day(many):
    days = results.sentiment_over_time(many, Filters(start=date(2026, 1, 6), end=date(2026, 1, 10)))
    assert [row.first for row in days.itertuples()] == [row.last for row in days.itertuples()]
    assert list(days[list(Sentiment)].sum(axis=1)) == [0, 24, 24, 2, 0]


def test_open_ends_are_those_of_the_replies(many):
    days = results.sentiment_over_time(many, Filters(), InboxFilters(q="person"))
    assert (days["first"].iloc[0], days["last"].iloc[-1]) == (date(2026, 1, 7), date(2026, 1, 9))
    assert results.sentiment_over_time(many, Filters(), InboxFilters(q="nobody")).empty


def test_each_sample_reply_is_in_one_week(sample_store):
    weeks = results.sentiment_over_time(sample_store, Filters())
    counts = results.inbox(sample_store, Filters()).counts
    assert {kind: weeks[kind].sum() for kind in Sentiment} == counts


# --- leaving as a file -------------------------------------------------------------------------------------------


def rows_of(store, fmt, filters=ALL, inbox_filters=results.EVERYTHING):
    content = export.replies_download(store, filters, inbox_filters, fmt).content().decode("utf-8-sig")
    return json.loads(content)["rows"] if fmt == "json" else list(csv.DictReader(io.StringIO(content, newline="")))


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_file_has_filtered_replies_in_order(many, fmt):
    inbox_filters = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, q="person")
    rows = rows_of(many, fmt, inbox_filters=inbox_filters)
    assert [row["reply_id"] for row in rows] == matching_ids(many, inbox_filters)
    assert len(rows) > 20
    assert list(rows[0]) == list(export.REPLY_COLUMNS)


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_the_file_has_all_that_is_known_of_a_reply(store, fmt):
    load(store, "replies", [campaign(name="=Start"), email(), reply(body="@first\nsecond", name="=Ada")])
    state_changes.change_reply(store, "camp_1", "r1", Sentiment.POSITIVE, by="Ana", seen_version=0)
    state_changes.change_reply(store, "camp_1", "r1", Action.HANDLED, by="Ben", seen_version=1)
    state_changes.change_reply(store, "camp_1", "r1", Action.MEETING_BOOKED, by="Eva", seen_version=2)
    [row] = rows_of(store, fmt)
    escape = "'" if fmt == "csv" else ""
    expected = {
        "campaign_id": "camp_1",
        "campaign_name": f"{escape}=Start",
        "reply_id": "r1",
        "email_id": "e1",
        "received_at": "2026-01-07T12:00:00Z",
        "address": "ada@prospect.example",
        "name": f"{escape}=Ada",
        "company": "Prospect",
        "sentiment": "positive",
        "source_sentiment": "neutral",
        "corrected_sentiment": "positive",
        "corrected_by": "Ana",
        "handled_by": "Ben",
        "meeting_marked_by": "Eva",
        "preview": "Tell me more",
        "body": f"{escape}@first\nsecond",
    }
    assert {name: row[name] for name in expected} == expected
    assert row["corrected_at"] < row["handled_at"] < row["meeting_marked_at"]
    assert row["handled_at"].endswith("Z")


def test_export_meta_holds_the_filters(many):
    inbox_filters = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, (Sentiment.POSITIVE,), "person")
    filters = Filters(campaigns=("a",), start=date(2026, 1, 1), end=date(2026, 1, 31))
    download = export.replies_download(many, filters, inbox_filters, "json")
    assert download.file_name == "replies_people_open_positive_with-person_UTC_2026-01-01_2026-01-31.json"
    meta_filters = json.loads(download.content())["meta"]["filters"]
    assert meta_filters["campaigns"] == ["a"]
    assert (meta_filters["lane"], meta_filters["handling"], meta_filters["sentiments"], meta_filters["search"]) == (
        "people",
        "open",
        ["positive"],
        "person",
    )


def test_no_reply_leaves_a_file_with_its_columns(many):
    assert rows_of(many, "json", inbox_filters=InboxFilters(q="nobody")) == []
    header = export.replies_download(many, ALL, InboxFilters(q="nobody"), "csv").content().decode("utf-8-sig")
    assert header.rstrip().split(",") == list(export.REPLY_COLUMNS)


def test_an_unknown_format_is_refused(many):
    with pytest.raises(QueryError, match="format"):
        export.replies_download(many, ALL, results.EVERYTHING, "xls")
