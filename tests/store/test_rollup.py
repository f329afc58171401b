"""``daily_stats`` follows a change and a rebuild alike."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store import rollup, schema
from support.records import at, campaign, email, event
from support.recount import days_of, stored_days

DAY = date(2026, 1, 5)
RECORDS: list[Record] = [campaign(), email("e1"), email("e2"), event("delivered"), event("opened", email_id="e2")]


@pytest.fixture
def loaded(store):
    load(store, "f", RECORDS)
    return store


def test_a_rebuild_writes_every_day_anew(loaded):
    with loaded.write() as connection:
        connection.execute(schema.daily_stats.delete())
        rollup.rebuild(connection, "camp_1")
    assert stored_days(loaded) == days_of(RECORDS)


def test_rebuild_removes_days_without_events(loaded):
    with loaded.write() as connection:
        rollup.add(connection, "camp_1", Counter({("activity", date(2020, 1, 1), "opened"): 3}))
        rollup.rebuild(connection, "camp_1")
    assert stored_days(loaded) == days_of(RECORDS)


def test_a_change_is_added_to_the_days_it_touches(loaded):
    with loaded.write() as connection:
        rollup.add(connection, "camp_1", Counter({("send", DAY, "opened"): 5, ("send", DAY, "clicked"): 0}))
    expected = days_of(RECORDS)
    expected["camp_1", "send", DAY]["opened"] += 5
    assert stored_days(loaded) == expected


def test_recount_of_some_emails_is_their_share_of_all(loaded):
    with loaded.read() as connection:
        whole = rollup.recount(connection, "camp_1", ["e1", "e2"])
        parts = rollup.recount(connection, "camp_1", ["e1"]) + rollup.recount(connection, "camp_1", ["e2", "unknown"])
        assert rollup.recount(connection, "camp_1", []) == {}
    assert whole == parts
    assert whole["activity", DAY, "emails_sent"] == 2


def test_thousands_of_ids_fit_into_one_question(loaded):
    ids = [f"x{n}" for n in range(40_000)] + ["e1"]
    with loaded.read() as connection:
        result = select(schema.emails.c.email_id).where(rollup.id_in(connection, schema.emails.c.email_id, ids))
        assert connection.execute(result).scalars().all() == ["e1"]


def test_another_campaign_is_left_alone(loaded):
    load(loaded, "f", [campaign("camp_2"), email(of="camp_2", sent_at=at(9))])
    with loaded.write() as connection:
        rollup.rebuild(connection, "camp_2")
    assert stored_days(loaded) == days_of([*RECORDS, email(of="camp_2", sent_at=at(9))])
