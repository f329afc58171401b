"""The doctor finds nothing in a sound database, names each thing that is wrong, and mends what is derived."""

from __future__ import annotations

import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, text, update

from outreach_results.ingest.load import load
from outreach_results.ingest.records import ContactRecord, DailyRecord
from outreach_results.models import Sentiment
from outreach_results.store import annotations as notes
from outreach_results.store import schema
from outreach_results.store.admin import deletion, doctor
from outreach_results.store.admin.doctor import look_over
from outreach_results.store.engine import open_store
from outreach_results.store.entries import checked, enter
from outreach_results.store.replies import state_changes
from support.databases import contents, sqlite_url
from support.records import CAMPAIGN, at, campaign, email, emails, event, mark, reply, reported

DERIVED = (
    schema.daily_stats,
    schema.hourly_stats,
    schema.lag_stats,
    schema.breakdown_stats,
    schema.snapshot_stats,
)


def fill(store):
    """A campaign of each level of detail, with what people marked, entered and deleted."""
    load(
        store,
        "all",
        [
            campaign(),
            *emails(25),
            *(email(f"g{n}", recipient=f"p{n}@acme.example") for n in range(25)),
            *(event(kind, email_id=f"e{n}") for n in range(1, 20) for kind in ("delivered", "opened")),
            *(reply(f"r{n}", email_id=f"e{n}", body=f"Danke schön, Nr. {n}!") for n in range(1, 9)),
            mark(),
            campaign("daily", detail="daily"),
            DailyRecord("daily", at(5).date(), emails_sent=5, cost=7),
            reported("daily", 9, at(1), at(9)),
            campaign("contacts", detail="contacts"),
            ContactRecord("contacts", "c1", at(9), sent=1, sent_at=at(5), opened=2),
            campaign("gone"),
            email(of="gone"),
            reply("gone", of="gone", email_id="e1"),
        ],
    )
    state_changes.change_reply(store, CAMPAIGN, "r2", Sentiment.AUTOMATIC, by="ada", seen_version=0)
    enter(store, CAMPAIGN, checked("Renamed", None, Decimal("9.50"), "campaign"))
    notes.add(store, at(5).date(), "New subject line", campaign_id=CAMPAIGN)
    deletion.delete(store, "gone", by="ada")


def wrong(store, **options):
    """Every sentence about what is wrong, by what was looked at."""
    return {
        check.name: [finding.sentence for finding in check.findings]
        for check in look_over(store, **options)
        if check.findings
    }


@pytest.fixture
def filled(make_store):
    store = make_store()
    fill(store)
    return store


def test_sound_database_has_nothing_wrong(filled):
    before, version = contents(filled, without=frozenset()), filled.version()
    names = [check.name for check in look_over(filled)]
    assert names == ["Tables", "Integrity", "References", "Counts", "Inbox and search", "Disk", "Clock"]
    assert wrong(filled) == {}
    assert (contents(filled, without=frozenset()), filled.version()) == (before, version)


def test_sample_has_nothing_wrong(writable_sample):
    assert wrong(writable_sample) == {}


def spoil_words(connection):
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"UPDATE {schema.FULL_TEXT} SET words = 'other' WHERE rowid = 1")
    else:
        connection.execute(text("UPDATE inbox SET words = 'other' WHERE reply_id = 'r1'"))


def change_one(table, column):
    """Makes a statement that counts one more in one row."""
    own = table.c.campaign_id.in_((CAMPAIGN, "contacts"))  # the days of the others are their source's
    return lambda connection: connection.execute(update(table).where(own).values({column: table.c[column] + 1}))


HARMS = {
    "daily_stats": change_one(schema.daily_stats, "emails_sent"),
    "hourly_stats": change_one(schema.hourly_stats, "h09"),
    "lag_stats": lambda connection: connection.execute(delete(schema.lag_stats)),
    "breakdown_stats": change_one(schema.breakdown_stats, "delivered"),
    "snapshot_stats": change_one(schema.snapshot_stats, "opened"),
    "inbox": lambda connection: connection.execute(update(schema.inbox).values(state="handled")),
    "inbox of too few": lambda connection: connection.execute(
        delete(schema.inbox).where(schema.inbox.c.reply_id == "r3")
    ),
    "inbox_stats": lambda connection: connection.execute(delete(schema.inbox_stats)),
    "words": spoil_words,
}


def test_every_wrong_count_is_named_and_mended(filled):
    """One harm after the other, each to the same database: so it is filled once."""
    sound = contents(filled)
    for harm, do in HARMS.items():
        with filled.write() as connection:
            do(connection)
        harmed = contents(filled)
        assert harmed != sound, harm
        [(name, [sentence])] = wrong(filled).items()
        assert name == ("Counts" if harm in {table.name for table in DERIVED} else "Inbox and search")
        assert sentence.endswith("Build them again with: outreach-results doctor --fix")
        if name == "Counts":
            assert f"({harm})" in sentence
        assert contents(filled) == harmed, "looking changes nothing"
        mended = [check for check in look_over(filled, fix=True) if check.findings]
        assert [(check.name, [finding.is_mended for finding in check.findings]) for check in mended] == [(name, [True])]
        assert contents(filled) == sound
        assert wrong(filled) == {}


def test_orphans_are_counted(filled):
    with filled.write() as connection:
        connection.execute(
            insert(schema.rejected_rows),
            {"load_id": "none", "place": 1, "source": "x", "row": 1, "column": "x", "reason": "x"},
        )
        connection.execute(
            update(schema.events).where(schema.events.c.is_reply, schema.events.c.event_id == "r3").values(event_id="x")
        )
        connection.execute(update(schema.annotations).values(campaign_id="nobody"))
    [sentence] = wrong(filled)["References"]
    assert "missing: 1 of events, 1 of rejected_rows, 1 of annotations. No page shows them. Put back a" in sentence


def test_dangling_reference_is_counted(make_sqlite):
    store = make_sqlite()
    with closing(sqlite3.connect(store.engine.url.database)) as connection, connection:
        connection.execute("INSERT INTO reported_stats (campaign_id, fetched_at) VALUES ('nobody', 1)")
    assert "1 of reported_stats" in wrong(store)["References"][0]


def test_missing_column_and_index_are_named(store):
    with store.write() as connection:
        connection.execute(text("ALTER TABLE annotations DROP COLUMN author"))
        connection.execute(text("DROP INDEX events_by_email"))
    lost = "Missing: annotations.author. Put back a backup: outreach-results restore FILE --replace"
    assert wrong(store)["Tables"] == [
        lost,
        "Indexes are missing, which makes pages slow: events_by_email. Build them again with: "
        "outreach-results doctor --fix",
    ]
    wrong(store, fix=True)
    assert wrong(store)["Tables"] == [lost]


def test_damaged_page_is_found(sample_database):
    content = bytearray(sample_database.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096 * 3] = b"\xff" * 4096 * 3
    sample_database.write_bytes(content)
    with closing(open_store(sqlite_url(sample_database))) as store:
        found = wrong(store)
    assert "is damaged" in found["Integrity"][0]
    assert "outreach-results restore FILE --replace" in found["Integrity"][0]


def test_full_disk_is_foreseen(sqlite_store, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(150_000_000))
    [sentence] = wrong(sqlite_store)["Disk"]
    assert sentence.startswith("Only 150 MB are free in ")
    assert sentence.endswith("needs 200 MB. Make room.")


def test_clock_that_is_behind_is_found(store, monkeypatch):
    load(store, "one", [campaign()])
    behind = datetime.now(UTC) - timedelta(hours=3)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return behind.astimezone(tz)

    monkeypatch.setattr(doctor, "datetime", Clock)
    sentences = wrong(store)["Clock"]
    assert "The last import ended at" in sentences[0]
    assert len(sentences) == (1 if store.is_sqlite else 2)


def test_a_look_that_fails_stops_no_other(store):
    """What may only be read cannot be counted again, which is said where it is tried."""
    with store.write() as connection:
        connection.execute(text("DROP TABLE rejected_rows"))
    found = wrong(store)
    assert list(found) == ["Tables", "References"]
    assert "rejected_rows" in found["References"][0]
