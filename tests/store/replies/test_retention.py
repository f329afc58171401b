"""Texts of replies that are old enough are removed, and all that is counted stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from outreach_results import results
from outreach_results.config import settings
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.models import Filters
from outreach_results.models.retention import Retention
from outreach_results.results import InboxFilters
from outreach_results.store import schema
from outreach_results.store.replies import retention
from outreach_results.store.replies.retention import remove_old_texts
from support.databases import contents, stored_rows
from support.records import at, campaign, email, mark, reply
from support.recount import stored_days

A_MONTH = Retention(1, "m")
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
OLD = [reply(f"r{n}", at(9, 11), email_id="e1", body="Zeppelin", preview="Hi") for n in range(5)]
NEW = [reply("new", at(11), email_id="e2", body="Zeppelin too"), reply("blank", at(2), preview="", body=None)]
RECORDS: list[Record] = [campaign(), email("e1", at(1)), email("e2", at(2)), *OLD, *NEW, mark("r1")]


def texts(store):
    columns = ("reply_id", "preview", "body", "text_removed")
    return {own_id: rest for own_id, *rest in stored_rows(store, schema.replies, *columns)}


def test_old_texts_are_removed_and_counts_stay(store, monkeypatch):
    monkeypatch.setattr(retention, "_AT_A_TIME", 2)
    load(store, "records", RECORDS)
    before = stored_days(store), results.inbox(store, Filters()).counts, stored_rows(store, schema.inbox_stats)
    assert remove_old_texts(store, A_MONTH, NOW) == 5
    now = texts(store)
    assert all(now[f"r{n}"] == ["", None, "1m"] for n in range(5))
    assert now["new"] == ["Tell me more", "Zeppelin too", None]
    assert now["blank"] == ["", None, None]
    found = results.inbox(store, Filters(), InboxFilters(q="zeppelin")).replies
    assert [one.id for one in found] == ["new"]
    assert len(results.inbox(store, Filters(), InboxFilters(q="ada@prospect.example")).replies) == 7
    assert (
        stored_days(store),
        results.inbox(store, Filters()).counts,
        stored_rows(store, schema.inbox_stats),
    ) == before
    assert remove_old_texts(store, A_MONTH, NOW) == 0


@pytest.mark.parametrize("replace", [False, True], ids=["a file", "a sync"])
def test_removed_texts_do_not_come_back(store, replace):
    load(store, "records", RECORDS)
    remove_old_texts(store, A_MONTH, NOW)
    before = contents(store)
    load(store, "again", [record for record in RECORDS if record != mark("r1")], replace=replace)
    assert contents(store) == before


def test_old_replies_come_in_without_text(store, monkeypatch):
    monkeypatch.setenv("OUTREACH_RETAIN_REPLIES", "1d")
    settings.cache_clear()
    load(store, "records", RECORDS)
    assert all(rest == ["", None, "1d"] for own_id, rest in texts(store).items() if own_id != "blank")


def test_removed_text_is_in_no_byte_of_the_file(sqlite_store):
    def do_not_overwrite(connection, _record):  # as some builds of SQLite do by themselves
        connection.execute("PRAGMA secure_delete = OFF")

    event.listen(sqlite_store.engine, "connect", do_not_overwrite)
    sqlite_store.close()
    load(sqlite_store, "records", RECORDS[:-2])
    assert remove_old_texts(sqlite_store, Retention(1, "d"), NOW)
    sqlite_store.close()  # empties the log
    assert b"zeppelin" not in Path(sqlite_store.engine.url.database).read_bytes().lower()


@pytest.mark.parametrize(
    ("text", "words", "before"),
    [
        ("10d", "10 days", datetime(2026, 3, 21, 12, tzinfo=UTC)),
        ("1m", "1 month", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("18m", "18 months", datetime(2024, 9, 30, 12, tzinfo=UTC)),
        (" 2y ", "2 years", datetime(2024, 3, 31, 12, tzinfo=UTC)),
    ],
)
def test_retention_counts_back(text, words, before):
    kept = Retention.parse(text)
    assert kept.words() == words
    assert kept.before(datetime(2026, 3, 31, 12, tzinfo=UTC)) == before
    assert Retention.parse(str(kept)) == kept


@pytest.mark.parametrize("text", ["", "0d", "m", "18", "18 months", "-1d", "1h", "99999d"])
def test_other_retentions_are_refused(text):
    with pytest.raises(ValueError, match="such as 90d, 18m or 2y"):
        Retention.parse(text)
