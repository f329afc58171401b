"""What people note beside their results."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import pytest

from outreach_results import results
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.ingest.load import load
from outreach_results.models import Filters
from outreach_results.store import admin
from outreach_results.store import annotations as notes
from support.hostile import HOSTILE
from support.records import campaign

MONDAY = date(2026, 3, 16)


@pytest.fixture
def two_campaigns(store):
    load(store, "x", [campaign("camp_1"), campaign("camp_2")])
    return store


def noted(store, filters=None):
    return [note.text for note in results.annotations_in(store, filters or Filters())]


def test_a_note_comes_back_as_it_was_written(two_campaigns):
    before = datetime.now(UTC)
    added = notes.add(two_campaigns, MONDAY, "New subject line", campaign_id="camp_1", author="ada@team.example")
    assert results.annotations_in(two_campaigns, Filters()) == [added]
    assert (added.date, added.campaign_id, added.text, added.author) == (
        MONDAY,
        "camp_1",
        "New subject line",
        "ada@team.example",
    )
    assert before <= added.created_at <= datetime.now(UTC)


def test_notes_come_oldest_day_first(two_campaigns):
    for day in (17, 15, 16):
        notes.add(two_campaigns, date(2026, 3, day), f"on the {day}th")
    assert noted(two_campaigns) == ["on the 15th", "on the 16th", "on the 17th"]


def test_period_has_the_notes_of_its_days(two_campaigns):
    for day in (15, 16, 17, 18):
        notes.add(two_campaigns, date(2026, 3, day), str(day))
    assert noted(two_campaigns, Filters(start=date(2026, 3, 16), end=date(2026, 3, 17))) == ["16", "17"]
    assert noted(two_campaigns, Filters(start=date(2026, 3, 17))) == ["17", "18"]


def test_campaign_shows_own_and_global_notes(two_campaigns):
    notes.add(two_campaigns, MONDAY, "about all")
    notes.add(two_campaigns, MONDAY, "about one", campaign_id="camp_1")
    notes.add(two_campaigns, MONDAY, "about two", campaign_id="camp_2")
    assert noted(two_campaigns, Filters(campaigns=("camp_1",))) == ["about all", "about one"]
    assert noted(two_campaigns) == ["about all", "about one", "about two"]


def test_a_note_is_taken_away_and_brought_back_whole(two_campaigns):
    kept = notes.add(two_campaigns, MONDAY, "stays")
    note = notes.add(two_campaigns, MONDAY, "goes", campaign_id="camp_1")
    assert notes.remove(two_campaigns, note)
    assert results.annotations_in(two_campaigns, Filters()) == [kept]
    assert not notes.remove(two_campaigns, note), "it had gone already"
    notes.restore(two_campaigns, note)
    assert results.annotations_in(two_campaigns, Filters()) == [kept, note]


def test_every_change_makes_cached_answers_old(two_campaigns):
    versions = [two_campaigns.version()]
    note = notes.add(two_campaigns, MONDAY, "x")
    versions.append(two_campaigns.version())
    notes.remove(two_campaigns, note)
    versions.append(two_campaigns.version())
    assert len(set(versions)) == 3


def test_note_text_is_kept_exactly(sqlite_store):
    lines = [" ".join(words.split())[: notes.MAX_LENGTH].strip() for words in HOSTILE]
    seen = [line for line in lines if not any(unicodedata.category(letter) == "Cc" for letter in line)]
    assert len(seen) > len(HOSTILE) / 2
    for line in seen:
        notes.add(sqlite_store, MONDAY, line)
    assert noted(sqlite_store) == seen


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  New   subject\tline  ", "New subject line"),
        ("two\nlines\r\nand\u2028more", "two lines and more"),
        ("nul\x00byte", "nul byte"),
        ("half a \ud800 pair", "half a pair"),
    ],
)
def test_note_is_one_line_of_visible_characters(store, written, kept):
    notes.add(store, MONDAY, written)
    assert noted(store) == [kept]


@pytest.mark.parametrize(
    ("day", "words", "sentence"),
    [
        (MONDAY, "", "Enter some text first"),
        (MONDAY, " \n\t ", "Enter some text first"),
        (MONDAY, "x" * 201, r"The note has 201 characters; 200 are allowed"),
        (date(1066, 10, 14), "x", "The year 1066 cannot be right"),
    ],
)
def test_invalid_note_is_refused(sqlite_store, day, words, sentence):
    before = sqlite_store.version()
    with pytest.raises(QueryError, match=sentence):
        notes.add(sqlite_store, day, words)
    assert sqlite_store.version() == before
    assert noted(sqlite_store) == []


def test_200_characters_are_enough_for_200_characters(sqlite_store):
    notes.add(sqlite_store, MONDAY, "x" * 200)
    assert noted(sqlite_store) == ["x" * 200]


def test_note_on_unknown_campaign_is_refused(sqlite_store):
    with pytest.raises(UnknownCampaignError):
        notes.add(sqlite_store, MONDAY, "x", campaign_id="nowhere")
    assert noted(sqlite_store) == []


def test_notes_are_deleted_with_their_campaign(two_campaigns):
    notes.add(two_campaigns, MONDAY, "about all")
    notes.add(two_campaigns, MONDAY, "about one", campaign_id="camp_1")
    with two_campaigns.write() as connection:
        admin.delete_campaign(connection, "camp_1")
    assert noted(two_campaigns) == ["about all"]


def test_period_ending_before_start_is_refused(sqlite_store):
    with pytest.raises(QueryError, match="after its end"):
        results.annotations_in(sqlite_store, Filters(start=MONDAY, end=date(2026, 3, 1)))
