"""What a load added can be taken out again, as if it had never been there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from outreach_results.errors import ConflictError
from outreach_results.ingest import history
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record, Rejected
from outreach_results.ingest.rejects import rejected_table
from outreach_results.ingest.undo import undo_load
from outreach_results.models import Filters
from outreach_results.results import totals
from outreach_results.store import schema
from support.databases import contents
from support.records import at, campaign, contact, email, event, mark, reply

FIRST: list[Record] = [campaign(), email("e1", sent_at=at(1)), event("opened", at(2))]
SECOND: list[Record] = [
    campaign(),
    campaign("b"),
    email("e1", of="b"),
    email("e2", sent_at=at(2)),
    event("clicked", at(3)),
    reply("r1", at(4), email_id="e1"),
    contact("c1", of="b"),
]


@pytest.mark.parametrize("first", [[], FIRST], ids=["into nothing", "beside others"])
def test_undoing_leaves_what_was_there_before(store, first):
    if first:
        load(store, "first", first)
    before = contents(store)
    loaded = load(store, "second", SECOND)
    assert contents(store) != before
    report = undo_load(store, loaded.load_id, by="Ada")
    assert contents(store) == before
    assert report.removed["replies"] == 1


def test_marked_replies_stay_and_are_reported(store):
    load(store, "first", FIRST)
    loaded = load(store, "second", SECOND)
    load(store, "marks", [mark("r1", "positive")])
    report = undo_load(store, loaded.load_id)
    assert report.kept_replies == 1
    assert report.sentence().endswith("1 reply stayed because someone worked on them.")
    assert totals(store, Filters()).stats.replied == 1


def test_a_sending_that_is_undone_leaves_its_events(store):
    load(store, "events", [campaign(), event("opened", at(2))])
    before = contents(store)
    loaded = load(store, "sendings", [email("e1", at(1), recipient=None, name=None, company=None)])
    assert totals(store, Filters()).stats.emails_sent == 1
    undo_load(store, loaded.load_id)
    assert contents(store) == before


def test_an_undone_file_can_be_imported_again(store):
    loaded = load(store, "first", FIRST)
    there = contents(store)
    undo_load(store, loaded.load_id)
    load(store, "first", FIRST)
    assert contents(store) == there


def test_undoing_twice_is_refused(store):
    loaded = load(store, "first", FIRST)
    undo_load(store, loaded.load_id)
    with pytest.raises(ConflictError, match="was already undone"):
        undo_load(store, loaded.load_id)
    with pytest.raises(ConflictError, match="before imports kept"):
        undo_load(store, "no such load")


def test_history_says_who_added_what(store):
    load(store, "first", FIRST, loaded_by="Ada")
    with store.read() as connection:
        row = connection.execute(select(schema.loads)).mappings().one()
    assert (row["load_no"], row["kind"], row["loaded_by"]) == (1, "file", "Ada")


def test_rejected_rows_are_kept_with_their_fields(store):
    bad = Rejected("mine.csv", 3, "Email", "isn't an email address", {"Email": "nobody", "Opened": 1})
    loaded = load(store, "mine.csv", [*FIRST, bad])
    kept = history.rejected_rows(store, loaded.load_id)
    assert kept == [bad]
    assert rejected_table(kept) == [
        ["Email", "Opened", "import_file", "import_row", "import_column", "import_problem"],
        ["nobody", 1, "mine.csv", 3, "Email", "isn't an email address"],
    ]
