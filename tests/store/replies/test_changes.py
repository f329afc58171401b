"""Who is to answer a reply, and until when it is snoozed: kept with who and when, undone, and back by itself."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.mcp_server import stdio
from outreach_results.models import Filters, Sentiment
from outreach_results.results import InboxFilters, ReplyStatus
from outreach_results.store import schema
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.changes import Action, Assignment, Change, Snooze
from outreach_results.store.replies.deletion import delete_missing_replies
from outreach_results.store.replies.inbox_table import end_snoozes, has_wrong_rows
from support.inbox import check_inbox
from support.optional import present
from support.records import CAMPAIGN, at, campaign, email, reply

FEB_2, FEB_3, FEB_4 = date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 4)


@pytest.fixture
def filled(store):
    answered = [reply(f"r{n}", at(n), email_id="e1", sentiment="positive") for n in (1, 2, 3)]
    load(store, "replies", [campaign(), email("e1"), *answered])
    return store


def do(store, reply_id, change: Change, by="Ana"):
    seen = present(results.reply(store, CAMPAIGN, reply_id)).mark_version
    return state_changes.change_reply(store, CAMPAIGN, reply_id, change, by=by, seen_version=seen)


def listed(store, status, **more):
    found = results.inbox(store, Filters(), InboxFilters(status=status, **more))
    assert found.statuses[status] == found.pagination.total == len(found.replies)
    return {one.id for one in found.replies}


def test_a_snoozed_reply_comes_back_by_itself(filled):
    version = filled.version()
    do(filled, "r1", Snooze(FEB_3))
    do(filled, "r2", Snooze(FEB_4))
    assert filled.version() != version
    assert listed(filled, ReplyStatus.OPEN) == {"r3"}
    assert listed(filled, ReplyStatus.SNOOZED) == {"r1", "r2"}
    assert end_snoozes(filled, FEB_2) == 0
    before = filled.version()
    assert end_snoozes(filled, FEB_3) == 1
    assert filled.version() != before, "cached answers would still hide it"
    assert listed(filled, ReplyStatus.OPEN) == {"r1", "r3"}
    again = filled.version()
    assert end_snoozes(filled, FEB_3) == 0
    assert filled.version() == again
    one = present(results.reply(filled, CAMPAIGN, "r1"))
    assert (one.snoozed_until, one.snoozed_by, one.mark_version) == (FEB_3, "Ana", 1), "a change of it still fits"
    assert check_inbox(filled) == 3
    assert end_snoozes(filled, date(2027, 1, 1)) == 1
    with filled.read() as connection:
        assert not has_wrong_rows(connection)


def test_snooze_over_is_to_do_without_dashboard(filled):
    """For commands and assistants, which may be all that runs."""
    do(filled, "r1", Snooze(FEB_3))
    do(filled, "r2", Snooze(date(2100, 1, 1)))
    assert listed(filled, ReplyStatus.OPEN) == {"r3"}
    stdio._of_today(lambda store: store.version(), filled)
    assert listed(filled, ReplyStatus.OPEN) == {"r1", "r3"}
    version = filled.version()
    stdio._of_today(lambda store: store.version(), filled)
    assert filled.version() == version, "nothing is written where no snooze is over"


def test_what_is_done_is_neither_snoozed_nor_back(filled):
    do(filled, "r1", Snooze(FEB_3))
    do(filled, "r1", Action.HANDLED)
    assert do(filled, "r1", Snooze(FEB_4)).changed == 0
    assert end_snoozes(filled, FEB_3) == 0
    assert listed(filled, ReplyStatus.HANDLED) == {"r1"}
    do(filled, "r1", Snooze(FEB_4))
    do(filled, "r1", Action.REOPENED, by="Ben")
    one = present(results.reply(filled, CAMPAIGN, "r1"))
    assert (one.handled_at, one.snoozed_until, one.snoozed_by) == (None, None, None)
    assert listed(filled, ReplyStatus.OPEN) == {"r1", "r2", "r3"}
    assert check_inbox(filled) == 3


def test_assignee_and_snooze_are_undone_exactly(filled):
    do(filled, "r1", Assignment("Ben"))
    first = present(results.reply(filled, CAMPAIGN, "r1"))
    given = do(filled, "r1", Assignment("grace@team.example"), by="Ben")
    assert listed(filled, ReplyStatus.ALL, assignee="grace@team.example") == {"r1"}
    assert results.assignees(filled) == ["grace@team.example"]
    assert state_changes.undo(filled, given, by="Ben").restored == 1
    back = present(results.reply(filled, CAMPAIGN, "r1"))
    assert (back.assignee, back.assigned_by, back.assigned_at) == ("Ben", "Ana", first.assigned_at)
    everything = (schema.replies.c.campaign_id == CAMPAIGN,)
    seen = state_changes.preview(filled, everything, Snooze(FEB_3))
    assert seen.changed == 3
    batch = state_changes.change_replies(filled, everything, Snooze(FEB_3), by="Eva", seen=seen.seen)
    assert listed(filled, ReplyStatus.OPEN) == set()
    state_changes.undo(filled, batch, by="Eva")
    assert listed(filled, ReplyStatus.OPEN) == {"r1", "r2", "r3"}
    do(filled, "r1", Action.UNASSIGNED)
    assert listed(filled, ReplyStatus.ALL, assignee=results.NOBODY) == {"r1", "r2", "r3"}
    with filled.read() as connection:
        said = connection.execute(select(schema.audit_log.c.about).order_by(schema.audit_log.c.entry_id)).scalars()
        assert f"1 reply of {CAMPAIGN}: assigned to grace@team.example" in list(said)
    assert check_inbox(filled) == 3


def test_a_reply_that_is_somebodys_stays(filled):
    do(filled, "r1", Assignment("Ben"))
    do(filled, "r2", Snooze(FEB_3))
    with filled.write() as connection:
        assert delete_missing_replies(connection, CAMPAIGN, ()).kept == 2
    assert check_inbox(filled) == 2
    do(filled, "r1", Sentiment.NEGATIVE)
    assert present(results.reply(filled, CAMPAIGN, "r1")).assignee == "Ben"
