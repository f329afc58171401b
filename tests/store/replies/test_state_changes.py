"""What people do with replies: nobody overwrites anybody, everything can be undone, and the counts follow."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from unittest import mock

import pytest
from hypothesis import strategies as st
from sqlalchemy import select

from outreach_results import export, results
from outreach_results.errors import ConflictError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, Record
from outreach_results.ingest.registry import read_records
from outreach_results.models import Filters, Sentiment
from outreach_results.store import admin, schema
from outreach_results.store.replies import events, state_changes
from outreach_results.store.replies.changes import Action, Assignment, Snooze
from outreach_results.store.replies.deletion import delete_missing_replies
from outreach_results.store.tracking import choose_tracking
from support.databases import contents, every_database, wipe
from support.records import CAMPAIGN, at, campaign, email, event, mark, reply
from support.recount import days_of, stored_days

EVERYTHING = (schema.replies.c.campaign_id == CAMPAIGN,)
RECORDS: list[Record] = [
    campaign(),
    *(email(f"e{n}", at(5)) for n in (1, 2, 3)),
    reply("r1", at(7), email_id="e1", name="Ada", sentiment="positive"),
    reply("r2", at(8), email_id="e2", name="Grace", sentiment="neutral"),
    reply("r3", at(9), email_id="e3", name="Edsger", sentiment="automatic"),
]


@pytest.fixture
def filled(store):
    load(store, "replies", RECORDS)
    return store


def marks_of(store):
    """reply → its mark without the version, blank ones left out."""
    with store.read() as connection:
        rows = [dict(row) for row in connection.execute(select(schema.reply_marks)).mappings()]
    return {
        row.pop("reply_id"): {name: value for name, value in row.items() if name not in ("campaign_id", "version")}
        for row in rows
        if any(
            row[name] is not None
            for name in ("sentiment", "handled_at", "meeting_marked_at", "assignee", "snoozed_until")
        )
    }


def version_of(store, reply_id):
    with store.read() as connection:
        own = schema.reply_marks.c.reply_id == reply_id
        return connection.execute(select(schema.reply_marks.c.version).where(own)).scalar() or 0


def do(store, reply_id, change, *, by="Ana"):
    """Mark a reply as somebody does who has just looked at it."""
    return state_changes.change_reply(
        store, CAMPAIGN, reply_id, change, by=by, seen_version=version_of(store, reply_id)
    )


def do_all(store, change, *, by="Ana", wanted=EVERYTHING):
    """Mark many replies as somebody does who has just looked at them."""
    return state_changes.change_replies(
        store, wanted, change, by=by, seen=state_changes.preview(store, wanted, change).seen
    )


def human_replies(store):
    """How many replies by people each day has."""
    return {
        day: numbers["replied_human"]
        for (_, basis, day), numbers in stored_days(store).items()
        if basis == "activity" and "replied_human" in numbers
    }


# --- one reply ---------------------------------------------------------------------------------------------------


def test_a_handled_reply_shows_who_handled_it_and_when(filled):
    before = datetime.now(UTC)
    batch = do(filled, "r1", Action.HANDLED, by="Ana")
    result = marks_of(filled)["r1"]
    assert batch.changed == 1
    assert result["handled_by"] == result["marked_by"] == "Ana"
    assert before <= result["handled_at"] <= datetime.now(UTC)
    assert result["sentiment"] is None


def test_correction_stands_beside_the_source_value(filled):
    do(filled, "r1", Sentiment.NEGATIVE, by="Ana")
    result = marks_of(filled)["r1"]
    assert (result["sentiment"], result["corrected_by"]) == ("negative", "Ana")
    with filled.read() as connection:
        own = schema.replies.c.reply_id == "r1"
        assert connection.execute(select(schema.replies.c.sentiment).where(own)).scalar_one() == "positive"


def test_handling_keeps_who_corrected(filled):
    do(filled, "r1", Sentiment.NEGATIVE, by="Ana")
    do(filled, "r1", Action.HANDLED, by="Ben")
    result = marks_of(filled)["r1"]
    assert (result["corrected_by"], result["handled_by"], result["marked_by"]) == ("Ana", "Ben", "Ben")


def test_reopened_reply_keeps_its_correction(filled):
    do(filled, "r1", Sentiment.NEGATIVE)
    do(filled, "r1", Action.HANDLED)
    do(filled, "r1", Action.REOPENED, by="Ben")
    result = marks_of(filled)["r1"]
    assert (result["sentiment"], result["handled_at"], result["handled_by"]) == ("negative", None, None)


@pytest.mark.parametrize("how", [Action.CORRECTION_CLEARED, Sentiment.POSITIVE])
def test_choosing_source_sentiment_clears_correction(filled, how):
    do(filled, "r1", Sentiment.NEGATIVE)
    do(filled, "r1", how)
    assert "r1" not in marks_of(filled)


def test_doing_what_is_done_already_changes_nothing(filled):
    do(filled, "r1", Action.HANDLED, by="Ana")
    before = contents(filled)
    assert do(filled, "r1", Action.HANDLED, by="Ben").changed == 0
    assert do(filled, "r1", Sentiment.POSITIVE, by="Ben").changed == 0
    assert contents(filled) == before


# --- two people at once ------------------------------------------------------------------------------------------


def test_unseen_change_is_a_conflict(filled):
    admin.change_time_zone(filled, "Asia/Tokyo")
    with mock.patch.object(state_changes, "datetime", wraps=datetime) as clock:
        clock.now.return_value = datetime(2026, 1, 31, 14, 23, tzinfo=UTC)
        state_changes.change_reply(filled, CAMPAIGN, "r1", Sentiment.NEGATIVE, by="Ana", seen_version=0)
    before = contents(filled)
    with pytest.raises(ConflictError) as refused:
        state_changes.change_reply(filled, CAMPAIGN, "r1", Action.HANDLED, by="Ben", seen_version=0)
    assert str(refused.value) == ("Not saved: Ana marked it negative on Jan 31, 2026, 11:23 PM. Review and retry.")
    assert contents(filled) == before


def test_all_unseen_changes_are_named(filled):
    for change, by in ((Action.HANDLED, "Ana"), (Action.REOPENED, "Eva"), (Sentiment.NEUTRAL, "Max")):
        do(filled, "r1", change, by=by)
    with pytest.raises(ConflictError, match=r"Ana marked it done .*; Eva reopened it .*; Max marked it neutral"):
        state_changes.change_reply(filled, CAMPAIGN, "r1", Action.HANDLED, by="Ben", seen_version=0)


def test_a_reply_that_went_meanwhile_cannot_be_marked(filled):
    with filled.write() as connection:
        admin.delete_campaign(connection, CAMPAIGN)
    with pytest.raises(ConflictError, match="no longer here"):
        state_changes.change_reply(filled, CAMPAIGN, "r1", Action.HANDLED, by="Ana", seen_version=0)


def test_simultaneous_changes_conflict(filled):
    messages, ready = [], threading.Barrier(2)

    def mark_it(by):
        ready.wait()
        try:
            state_changes.change_reply(filled, CAMPAIGN, "r1", Action.HANDLED, by=by, seen_version=0)
        except ConflictError as refused:
            messages.append(str(refused))

    threads = [threading.Thread(target=mark_it, args=(by,)) for by in ("Ana", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = marks_of(filled)["r1"]["handled_by"]
    assert len(messages) == 1
    assert messages[0].startswith(f"Not saved: {winner} marked it done on ")


def test_parallel_corrections_are_all_counted(store):
    count = 8
    records: list[Record] = [campaign(), *(email(f"e{n}", at(5)) for n in range(count))]
    records += [reply(f"r{n}", at(7), email_id=f"e{n}") for n in range(count)]
    load(store, "replies", records)
    threads = [threading.Thread(target=do, args=(store, f"r{n}", Sentiment.AUTOMATIC)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(marks_of(store)) == count
    assert human_replies(store) == {}


# --- many replies ------------------------------------------------------------------------------------------------


def test_replies_already_in_that_state_stay_unchanged(filled):
    do(filled, "r1", Action.HANDLED, by="Ana")
    assert state_changes.preview(filled, EVERYTHING, Action.HANDLED).changed == 2
    assert do_all(filled, Action.HANDLED, by="Ben").changed == 2
    assert {key: mark["handled_by"] for key, mark in marks_of(filled).items()} == {
        "r1": "Ana",
        "r2": "Ben",
        "r3": "Ben",
    }


def test_a_preview_counts_the_corrections_it_replaces(filled):
    do(filled, "r1", Sentiment.NEGATIVE)
    preview = state_changes.preview(filled, EVERYTHING, Sentiment.NEUTRAL)
    assert (preview.changed, preview.corrected) == (2, 1)
    assert state_changes.preview(filled, EVERYTHING, Action.HANDLED).corrected == 0


def test_bulk_change_conflicts_with_one_changed(filled):
    seen = state_changes.preview(filled, EVERYTHING, Action.HANDLED).seen
    do(filled, "r2", Sentiment.POSITIVE, by="Eva")
    before = contents(filled)
    with pytest.raises(ConflictError, match=r"^Not saved\. Eva updated one of them on "):
        state_changes.change_replies(filled, EVERYTHING, Action.HANDLED, by="Ben", seen=seen)
    assert contents(filled) == before


def test_bulk_change_is_refused_after_new_replies(filled):
    seen = state_changes.preview(filled, EVERYTHING, Action.HANDLED).seen
    load(filled, "one more", [reply("r4", at(10), email_id="e1")])
    before = contents(filled)
    with pytest.raises(ConflictError, match="The list now has 4, not 3"):
        state_changes.change_replies(filled, EVERYTHING, Action.HANDLED, by="Ben", seen=seen)
    assert contents(filled) == before


def test_bulk_change_conflicts_with_one_replaced(filled):
    still_open = (*EVERYTHING, schema.reply_marks.c.handled_at.is_(None))
    seen = state_changes.preview(filled, still_open, Action.HANDLED).seen
    do(filled, "r2", Action.HANDLED, by="Eva")
    load(filled, "one more", [reply("r4", at(10), email_id="e1")])
    with pytest.raises(ConflictError, match="Not saved"):
        state_changes.change_replies(filled, still_open, Action.HANDLED, by="Ben", seen=seen)


def test_failed_bulk_change_changes_nothing(filled):
    before = contents(filled, without=frozenset({"meta", "loads"}))
    with (
        mock.patch.object(events.rollup, "add", side_effect=RuntimeError("cut off")),
        pytest.raises(RuntimeError, match="cut off"),
    ):
        do_all(filled, Sentiment.NEGATIVE)
    assert contents(filled, without=frozenset({"meta", "loads"})) == before


# --- undoing -----------------------------------------------------------------------------------------------------


MEETINGS = (Action.MEETING_BOOKED, Action.MEETING_REMOVED)
WORK = (Assignment("Ben"), Action.UNASSIGNED, Snooze(date(2026, 2, 3)), Action.SNOOZE_ENDED)
CHANGES = (Action.HANDLED, Action.REOPENED, Action.CORRECTION_CLEARED, *MEETINGS, *WORK, *Sentiment)


def test_undoing_restores_exactly_what_was_there(filled):
    do(filled, "r1", Sentiment.AUTOMATIC, by="Ana")
    do(filled, "r2", Action.HANDLED, by="Eva")
    do(filled, "r3", Action.MEETING_BOOKED, by="Eva")
    do(filled, "r3", Assignment("Eva"), by="Eva")
    do(filled, "r3", Snooze(date(2026, 3, 4)), by="Eva")
    before, days = marks_of(filled), stored_days(filled)
    for change in CHANGES:
        batch = do_all(filled, change, by="Ben")
        assert marks_of(filled) != before, change
        undone = state_changes.undo(filled, batch, by="Ben")
        assert (undone.restored, undone.changed_since_total) == (batch.changed, 0), change
        assert marks_of(filled) == before, change
        assert stored_days(filled) == days, change


def test_undo_names_later_changes(filled):
    batch = do_all(filled, Action.HANDLED, by="Ana")
    do(filled, "r2", Action.REOPENED, by="Eva")
    undone = state_changes.undo(filled, batch, by="Ana")
    assert (undone.restored, undone.changed_since_total) == (2, 1)
    assert [(left.name, left.by) for left in undone.changed_since] == [("Grace", "Eva")]
    assert marks_of(filled) == {}
    assert last_changed_by(filled, "r2") == "Eva"


def last_changed_by(store, reply_id):
    with store.read() as connection:
        own = schema.reply_marks.c.reply_id == reply_id
        return connection.execute(select(schema.reply_marks.c.marked_by).where(own)).scalar_one()


def test_undo_keeps_an_imported_mark(filled):
    batch = state_changes.change_reply(filled, "camp_1", "r1", Action.HANDLED, by="Ana", seen_version=0)
    load(filled, "backup", [mark(by="Eva", marked_at=at(9_000))])
    undone = state_changes.undo(filled, batch, by="Ana")
    assert (undone.restored, [left.by for left in undone.changed_since]) == (0, ["Eva"])


def test_undoing_names_a_few_and_counts_the_rest(store):
    count = state_changes.NAMED + 3
    load(store, "replies", [campaign(), *(reply(f"r{n}", at(7), email_id=None) for n in range(count))])
    batch = do_all(store, Action.HANDLED)
    do_all(store, Sentiment.POSITIVE, by="Eva")
    undone = state_changes.undo(store, batch, by="Ana")
    assert (undone.restored, undone.changed_since_total, len(undone.changed_since)) == (0, count, state_changes.NAMED)


def test_undoing_twice_undoes_once(filled):
    batch = do_all(filled, Action.HANDLED)
    state_changes.undo(filled, batch, by="Ana")
    do(filled, "r1", Action.HANDLED, by="Eva")
    before = marks_of(filled)
    assert state_changes.undo(filled, batch, by="Ana").restored == 0
    assert marks_of(filled) == before


def test_view_from_before_an_undo_is_out_of_date(filled):
    batch = do(filled, "r1", Action.HANDLED)
    seen = version_of(filled, "r1")
    state_changes.undo(filled, batch, by="Ana")
    with pytest.raises(ConflictError, match="Ana undid an earlier change"):
        state_changes.change_reply(filled, CAMPAIGN, "r1", Action.HANDLED, by="Ben", seen_version=seen)


# --- what counts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply_id", "sentiment"), [("r1", "automatic"), ("r3", "neutral"), ("r2", "positive"), ("r3", "unclassified")]
)
def test_days_follow_a_correction(filled, reply_id, sentiment):
    do(filled, reply_id, Sentiment(sentiment))
    assert stored_days(filled) == days_of([*RECORDS, mark(reply_id, sentiment)])


def test_automatic_reply_is_not_human(filled):
    assert human_replies(filled) == {date(2026, 1, 7): 1, date(2026, 1, 8): 1}
    do(filled, "r1", Sentiment.AUTOMATIC)
    assert human_replies(filled) == {date(2026, 1, 8): 1}
    do(filled, "r3", Sentiment.NEGATIVE)
    assert human_replies(filled) == {date(2026, 1, 8): 1, date(2026, 1, 9): 1}


def test_email_counts_on_its_first_human_reply(filled):
    load(filled, "later", [reply("r9", at(12), email_id="e1")])
    do(filled, "r1", Sentiment.AUTOMATIC)
    assert human_replies(filled) == {date(2026, 1, 8): 1, date(2026, 1, 12): 1}


@pytest.mark.parametrize("replace", [False, True])
def test_no_later_load_overwrites_what_somebody_did(filled, replace):
    do(filled, "r1", Sentiment.AUTOMATIC)
    do(filled, "r2", Action.HANDLED)
    before = marks_of(filled)
    again: list[Record] = [
        reply("r1", at(7), email_id="e1", sentiment="negative"),
        mark("r1", "neutral"),
        mark("r2", "positive"),
    ]
    load(filled, "later", again, replace=replace)
    assert marks_of(filled) == before
    assert human_replies(filled) == {date(2026, 1, 8): 1}


def test_mark_before_its_email_counts(store):
    load(store, "replies", [campaign(), email("e1"), reply("r1", at(7), email_id=None)])
    do(store, "r1", Sentiment.AUTOMATIC)
    load(store, "emails", [reply("r1", at(7), email_id="e1")])
    assert human_replies(store) == {}
    assert stored_days(store) == days_of([email("e1"), reply("r1", at(7), email_id="e1"), mark("r1", "automatic")])


def test_reported_totals_stay_as_they_are(store):
    load(
        store,
        "totals",
        [
            campaign(detail="daily"),
            DailyRecord(CAMPAIGN, date(2026, 1, 7), emails_sent=9, replied=4),
            email("e1"),
            reply("r1", at(7), email_id="e1"),
        ],
    )
    before = stored_days(store)
    do(store, "r1", Sentiment.AUTOMATIC)
    assert stored_days(store) == before
    assert marks_of(store)["r1"]["sentiment"] == "automatic"


def test_an_event_without_a_reply_is_left_alone(filled):
    load(filled, "events", [event("replied", at(9), email_id="e2", event_id="x1")])
    before = stored_days(filled)
    batch = do_all(filled, Sentiment.AUTOMATIC)
    assert human_replies(filled) == {date(2026, 1, 9): 1}
    state_changes.undo(filled, batch, by="Ana")
    assert stored_days(filled) == before


def _steps():
    one = st.tuples(st.sampled_from(["r1", "r2", "r3", None]), st.sampled_from(CHANGES))
    return st.lists(one | st.integers(0, 20), max_size=8)


@every_database(_steps())
def test_days_equal_a_recount_after_changes(store, steps):
    wipe(store)
    load(store, "replies", RECORDS)
    batches = []
    for step in steps:
        if isinstance(step, tuple):
            reply_id, change = step
            batches.append(do(store, reply_id, change) if reply_id else do_all(store, change))
        elif batches:
            state_changes.undo(store, batches[step % len(batches)], by="Ben")
    marks = [
        mark(reply_id, found["sentiment"], meeting_marked_at=found["meeting_marked_at"])
        for reply_id, found in marks_of(store).items()
    ]
    assert stored_days(store) == days_of([*RECORDS, *marks])


# --- meetings ----------------------------------------------------------------------------------------------------


def meetings(store, basis="activity"):
    """How many meetings each day has."""
    return {
        day: numbers["meetings_booked"]
        for (_, of_basis, day), numbers in stored_days(store).items()
        if of_basis == basis and "meetings_booked" in numbers
    }


def test_marked_meeting_counts_on_the_reply_day(filled):
    do(filled, "r1", Action.MEETING_BOOKED, by="Ana")
    found = marks_of(filled)["r1"]
    assert (found["meeting_marked_by"], found["sentiment"], found["handled_at"]) == ("Ana", None, None)
    assert meetings(filled) == {date(2026, 1, 7): 1}
    assert meetings(filled, "send") == {date(2026, 1, 5): 1}
    assert stored_days(filled) == days_of([*RECORDS, mark("r1", None, meeting_marked_at=at(9))])
    do(filled, "r1", Action.MEETING_REMOVED)
    assert stored_days(filled) == days_of(RECORDS)


@pytest.mark.parametrize("source_first", [True, False])
def test_meeting_of_the_source_counts_once(filled, source_first):
    steps = [
        lambda: load(filled, "events", [event("meeting_booked", at(8), email_id="e1")]),
        lambda: do(filled, "r1", Action.MEETING_BOOKED),
    ]
    for step in steps if source_first else reversed(steps):
        step()
    assert meetings(filled) == {date(2026, 1, 7): 1}
    do(filled, "r1", Action.MEETING_REMOVED)
    assert meetings(filled) == {date(2026, 1, 8): 1}


@pytest.mark.parametrize("replace", [False, True])
def test_meeting_follows_its_reply_in_later_loads(filled, replace):
    do(filled, "r1", Action.MEETING_BOOKED)
    moved = reply("r1", at(6), email_id="e2", name="Ada", sentiment="positive")
    load(filled, "later", [moved, mark("r1", "neutral")], replace=replace)
    assert meetings(filled) == {date(2026, 1, 6): 1}
    by_hand = mark("r1", None, meeting_marked_at=at(9), version=9)
    assert stored_days(filled) == days_of([*RECORDS, moved, by_hand])


def test_meeting_waits_for_the_email_of_its_reply(store):
    load(store, "replies", [campaign(), email("e1", at(5)), reply("r1", at(7), email_id=None)])
    do(store, "r1", Action.MEETING_BOOKED)
    assert meetings(store) == {}
    load(store, "later", [reply("r1", at(7), email_id="e1")])
    assert meetings(store) == {date(2026, 1, 7): 1}


def test_untracked_meetings_are_those_marked(store):
    untracked = campaign()._replace(tracks=(("meetings", False),))
    load(store, "replies", [untracked, *RECORDS[1:]])

    def booked():
        return results.totals(store, Filters()).stats.meetings_booked

    assert booked() is None
    assert "meetings" not in results.campaign(store, CAMPAIGN).tracked
    batch = do(store, "r1", Action.MEETING_BOOKED)
    load(store, "again", [untracked])
    assert booked() == 1
    assert "meetings" in results.campaign(store, CAMPAIGN).tracked
    choose_tracking(store, CAMPAIGN, {"meetings": False})
    assert booked() is None
    choose_tracking(store, CAMPAIGN, {"meetings": None})
    state_changes.undo(store, batch, by="Ana")
    assert booked() is None


def test_meeting_leaves_reported_totals_alone(store):
    day = DailyRecord(CAMPAIGN, date(2026, 1, 7), emails_sent=9, replied=4)
    load(store, "totals", [campaign(detail="daily"), day, email("e1"), reply("r1", at(7), email_id="e1")])
    before = stored_days(store)
    do(store, "r1", Action.MEETING_BOOKED)
    assert stored_days(store) == before
    load(store, "events", [campaign()])  # from now on its events are known
    assert meetings(store) == {date(2026, 1, 7): 1}


def test_reply_with_a_marked_meeting_is_kept(filled):
    do(filled, "r1", Action.MEETING_BOOKED)
    with filled.write() as connection:
        gone = delete_missing_replies(connection, CAMPAIGN, ())
    assert (gone.deleted, gone.kept) == (2, 1)
    assert meetings(filled) == {date(2026, 1, 7): 1}


def test_time_zone_dates_marked_meetings_anew(filled):
    load(filled, "late", [reply("r4", datetime(2026, 1, 10, 23, tzinfo=UTC), email_id="e2")])
    do(filled, "r4", Action.MEETING_BOOKED)
    admin.change_time_zone(filled, "Asia/Tokyo")
    assert meetings(filled) == {date(2026, 1, 11): 1}


# --- leaving and coming back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_reply_states_survive_export_and_import(filled, make_store, tmp_path, fmt):
    do(filled, "r1", Sentiment.AUTOMATIC, by="=Ana")
    do(filled, "r1", Action.HANDLED, by="Ben")
    do(filled, "r2", Sentiment.NEGATIVE, by="Eva")
    do(filled, "r2", Action.MEETING_BOOKED, by="=Eva")
    do(filled, "r3", Action.MEETING_BOOKED, by="Eva")
    do(filled, "r3", Action.MEETING_REMOVED, by="Eva")
    do(filled, "r3", Assignment("=Max"), by="=Ana")
    do(filled, "r3", Snooze(date(2026, 2, 3)), by="=Eva")
    state_changes.undo(filled, do_all(filled, Action.REOPENED, by="Max"), by="Max")
    file = tmp_path / f"campaign.{fmt}"
    file.write_bytes(export.campaign_download(filled, CAMPAIGN, fmt).content())
    other = make_store()
    report = load(other, "export", read_records(file))
    assert report.rejected == []
    assert contents(other) == contents(filled)
