"""Replies that change, vanish and move while they are read."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Basis, Filters, Sentiment
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.replies import inbox_table, state_changes
from support import faulty_server as faults
from support.faulty_server import FaultyServer, remote_campaign, remote_reply
from support.records import CAMPAIGN, mark, reply
from support.recount import days_of, stored_days
from support.syncing import RECORDS, publish, replies_here, sync_from


def forget_reply(remote: FaultyServer, origin: Store, reply_id: str) -> None:
    """Somebody deletes a reply on the server."""
    with origin.write() as connection:
        inbox_table.remove(connection, CAMPAIGN, [reply_id])
        for table in (schema.reply_marks, schema.replies):
            connection.execute(table.delete().where(table.c.reply_id == reply_id))
        connection.execute(schema.events.delete().where(schema.events.c.event_id == reply_id))
    publish(remote, origin)


def test_deleted_reply_goes_with_its_event(remote: FaultyServer, origin: Store, store: Store) -> None:
    publish(remote, origin)
    sync_from(remote.url, store)
    forget_reply(remote, origin, "r1")
    report = sync_from(remote.url, store)
    assert report.notes == {CAMPAIGN: ["1 reply deleted, as on the server."]}
    assert replies_here(store) == {"r2", "r3"}
    assert stored_days(store) == days_of([record for record in RECORDS if record != reply("r1")])


@pytest.mark.parametrize("formats", [("json",), ()], ids=["export", "no export"])
def test_reply_with_own_state_stays_and_is_reported(
    remote: FaultyServer, origin: Store, sqlite_store: Store, formats: tuple[str, ...]
) -> None:
    publish(remote, origin, formats=formats)
    sync_from(remote.url, sqlite_store)
    load(sqlite_store, "inbox", [mark("r1", "negative")])
    with origin.write() as connection:
        inbox_table.remove(connection, CAMPAIGN, ["r1", "r3"])
        connection.execute(schema.events.delete().where(schema.events.c.event_id.in_(["r1", "r3"])))
        connection.execute(schema.replies.delete().where(schema.replies.c.reply_id.in_(["r1", "r3"])))
    publish(remote, origin, formats=formats)
    report = sync_from(remote.url, sqlite_store)
    assert report.notes[CAMPAIGN][-2:] == [
        "1 reply deleted, as on the server.",
        "1 reply deleted on the server but kept here, because someone worked on them.",
    ]
    assert replies_here(sqlite_store) == {"r1", "r2"}


def test_a_correction_made_here_outlives_every_sync(remote: FaultyServer, origin: Store, store: Store) -> None:
    publish(remote, origin)
    sync_from(remote.url, store)
    state_changes.change_reply(store, CAMPAIGN, "r1", Sentiment.NEGATIVE, by="me@here.example", seen_version=0)
    load(origin, "inbox", [mark("r1", "positive", by="them@there.example"), mark("r3", "positive")])
    with origin.write() as connection:
        connection.execute(schema.replies.update().values(sentiment="unclassified", preview="Edited"))
    publish(remote, origin)
    sync_from(remote.url, store)
    first, third = results.reply(store, CAMPAIGN, "r1"), results.reply(store, CAMPAIGN, "r3")
    assert first is not None
    assert third is not None
    assert (first.sentiment, first.source_sentiment, first.preview) == ("negative", "unclassified", "Edited")
    assert third.sentiment == "positive"  # nobody had said anything of it here
    mine = schema.reply_marks.c
    with store.read() as connection:
        by = connection.execute(select(mine.marked_by).where(mine.reply_id == "r1")).scalar_one()
    assert by == "me@here.example"


def test_later_machine_flag_is_taken(remote: FaultyServer, origin: Store, store: Store) -> None:
    publish(remote, origin)
    sync_from(remote.url, store)
    with origin.write() as connection:
        connection.execute(schema.events.update().where(schema.events.c.type == "opened").values(is_machine=True))
    publish(remote, origin)
    sync_from(remote.url, store)
    assert results.totals(store, Filters(humans_only=True)).stats.opened == 0
    assert results.totals(store, Filters(basis=Basis.SEND)).stats.opened == 2


def test_replies_moving_between_pages_come_once(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.longest_page = 10
    remote.campaigns["a"] = remote_campaign(replies=35)
    replies = remote.campaigns["a"].replies
    remote.trouble("replies.page=2", faults.preceded_by(lambda: replies.insert(0, remote_reply(36))))
    remote.trouble("replies.page=3", faults.preceded_by(lambda: replies.pop(5)))
    report = sync_from(remote.url, sqlite_store)
    assert report.failed == {}
    assert replies_here(sqlite_store) == {reply["id"] for reply in replies}


def test_a_page_that_comes_twice_loses_nothing(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.longest_page = 10
    remote.campaigns["a"] = remote_campaign(replies=25)
    first_page = {"campaign_id": "a", **remote._page("replies", remote.campaigns["a"].replies, PAGE_1)}
    remote.trouble("replies.page=2", faults.changed(lambda _body: json.dumps(first_page).encode()))
    sync_from(remote.url, sqlite_store)
    assert len(replies_here(sqlite_store)) == 25


PAGE_1 = {"page": "1", "per_page": "10"}


def test_incomplete_replies_delete_nothing(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.longest_page = 10
    remote.campaigns["a"] = remote_campaign(replies=25)
    sync_from(remote.url, sqlite_store)
    remote.campaigns["a"].replies.pop()
    remote.trouble("replies.page=[23]", faults.edited(lambda page: page["replies"].clear()), times=None)
    report = sync_from(remote.url, sqlite_store)
    assert report.notes["a"][-1] == f"{remote.url[7:]} says it has 24 replies and gave 10; none was deleted here."
    assert len(replies_here(sqlite_store)) == 25
