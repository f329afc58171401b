"""Replies that their source no longer has."""

from __future__ import annotations

from sqlalchemy import select

from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, Record
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.deletion import MissingReplies, delete_missing_replies
from support.records import CAMPAIGN, at, campaign, emails, event, mark, reply
from support.recount import days_of, stored_days

RECORDS: list[Record] = [
    campaign(),
    *emails(3),
    event("opened"),
    reply("r1"),
    reply("r2", at(8), email_id="e1"),
    reply("r3", email_id="e2"),
    reply("r4", email_id=None),
]


def without(*reply_ids: str) -> list[Record]:
    return [record for record in RECORDS if getattr(record, "reply_id", None) not in reply_ids]


def delete(store: Store, *still_there: str) -> MissingReplies:
    with store.write() as connection:
        return delete_missing_replies(connection, CAMPAIGN, set(still_there))


def test_the_days_are_as_if_the_replies_had_never_been(store: Store) -> None:
    load(store, "test", RECORDS)
    replies = ("r4", "r3", "r1", "r2")
    for count in range(len(replies)):
        gone = replies[:count]
        assert delete(store, *replies[count:]) == MissingReplies(min(count, 1), 0)
        assert stored_days(store) == days_of(without(*gone)), gone


def test_days_lack_all_replies_that_went_at_once(store: Store) -> None:
    load(store, "test", RECORDS)
    assert delete(store) == MissingReplies(4, 0)
    assert stored_days(store) == days_of(without("r1", "r2", "r3", "r4"))


def test_handled_or_corrected_reply_stays(store: Store) -> None:
    load(store, "test", [*RECORDS, mark("r1", None), mark("r2", "negative", handled_at=None)])
    assert delete(store) == MissingReplies(deleted=2, kept=2)
    with store.read() as connection:
        assert set(connection.execute(select(schema.replies.c.reply_id)).scalars()) == {"r1", "r2"}
        assert len(connection.execute(select(schema.reply_marks)).all()) == 2
    assert stored_days(store) == days_of(without("r3", "r4"))


def test_a_mark_that_was_undone_keeps_nothing(store: Store) -> None:
    load(store, "test", RECORDS)
    batch = state_changes.change_reply(
        store, CAMPAIGN, "r1", state_changes.Action.HANDLED, by="grace@team.example", seen_version=0
    )
    state_changes.undo(store, batch, by="grace@team.example")
    assert delete(store, "r2", "r3", "r4") == MissingReplies(deleted=1, kept=0)
    with store.read() as connection:
        assert connection.execute(select(schema.mark_changes)).all() == []


def test_other_campaigns_are_left_alone(store: Store) -> None:
    load(store, "test", [*RECORDS, campaign("other"), *emails(3, of="other"), reply("r1", of="other")])
    delete(store)
    with store.read() as connection:
        assert list(connection.execute(select(schema.replies.c.campaign_id)).scalars()) == ["other"]


def test_days_that_came_as_totals_stay_as_they_are(store: Store) -> None:
    day = DailyRecord(CAMPAIGN, at(5).date(), emails_sent=3, replied=2, cost=10)
    load(store, "test", [campaign(detail="daily"), reply("r1", email_id=None), day])
    before = stored_days(store)
    assert delete(store) == MissingReplies(1, 0)
    assert stored_days(store) == before
