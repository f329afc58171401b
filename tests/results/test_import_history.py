"""The history: one line an import, and one for consecutive deliveries of a webhook or a sync."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from outreach_results import results
from outreach_results.ingest.history import LoadKind, record_failure
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Rejected
from outreach_results.results import import_history
from outreach_results.store import schema
from support.records import at, campaign, emails


def entered(store, *sources, kind=LoadKind.WEBHOOK, first=0, **values):
    """Enter loads a minute apart, oldest first, the first of them so many minutes after the hour."""
    begun = at(9) + timedelta(minutes=first)
    rows = [
        {"load_id": f"{kind}-{first + n}", "source": source, "started_at": begun, "kind": kind.value}
        | {"finished_at": begun + timedelta(minutes=n), "inserted": 2, "duplicate": 1, "rejected": 1}
        | values
        for n, source in enumerate(sources)
    ]
    with store.write() as connection:
        connection.execute(insert(schema.loads), rows)


def lines(store):
    return [(entry.source, len(entry.load_ids)) for entry in results.load_history(store)]


def test_consecutive_deliveries_are_one_line(store):
    entered(store, "SendGrid", "SendGrid", "SendGrid")
    [entry] = results.load_history(store)
    assert entry.load_ids == ("webhook-2", "webhook-1", "webhook-0")
    assert (entry.inserted, entry.duplicate, entry.rejected) == (6, 3, 3)
    assert entry.finished_at - entry.first_at == timedelta(minutes=2)


def test_another_import_between_parts_them(sqlite_store):
    entered(sqlite_store, "SendGrid", "SendGrid", "Mailgun", "SendGrid")
    entered(sqlite_store, "SendGrid", kind=LoadKind.FILE, first=10)
    entered(sqlite_store, "SendGrid", first=20)
    assert lines(sqlite_store) == [("SendGrid", 1), ("SendGrid", 1), ("SendGrid", 1), ("Mailgun", 1), ("SendGrid", 2)]


def test_the_campaigns_of_a_sync_are_one_line(sqlite_store):
    entered(sqlite_store, "host:8501: account", "host:8501: camp_1", "other: camp_2", kind=LoadKind.SYNC)
    assert lines(sqlite_store) == [("other", 1), ("host:8501", 2)]


def test_files_stay_lines_of_their_own(sqlite_store):
    entered(sqlite_store, "a.csv", "a.csv", kind=LoadKind.FILE)
    assert lines(sqlite_store) == [("a.csv", 1)] * 2


def test_undone_ones_stay_apart(sqlite_store):
    entered(sqlite_store, "SendGrid", "SendGrid")
    entered(sqlite_store, "SendGrid", first=5, undone_at=at(10))
    assert lines(sqlite_store) == [("SendGrid", 1), ("SendGrid", 2)]


def test_a_failure_is_a_line(sqlite_store):
    load(sqlite_store, "a.csv", [campaign(), *emails(2)])
    record_failure(sqlite_store, "photo.csv", "It is a picture.", loaded_by="ada")
    failed, loaded = results.load_history(sqlite_store)
    assert (failed.source, failed.problem, failed.loaded_by) == ("photo.csv", "It is a picture.", "ada")
    assert loaded.problem is None


def test_only_the_newest_lines_are_read(sqlite_store, monkeypatch):
    monkeypatch.setattr(import_history, "LOADS_SHOWN", 2)
    entered(sqlite_store, "a.csv", "b.csv", "c.csv", kind=LoadKind.FILE)
    assert lines(sqlite_store) == [("c.csv", 1), ("b.csv", 1)]


def test_the_table_counts_what_is_merged(sqlite_store):
    entered(sqlite_store, "SendGrid", "SendGrid")
    [row] = results.history_table(results.load_history(sqlite_store)).to_dict("records")
    assert (row["load_id"], row["loads"], row["inserted"]) == ("webhook-1", 2, 4)
    assert isinstance(row["first_at"], datetime)
    assert "load_ids" not in row


@pytest.mark.parametrize("kept", [True, False])
def test_details_say_what_an_import_did(sqlite_store, kept):
    report = load(sqlite_store, "a.csv", [campaign(), *emails(2), Rejected("a.csv", 3, "x", "no")])
    details = results.import_details(sqlite_store, report.load_id if kept else "none")
    assert details.inserted == ({"campaigns": 1, "emails": 2} if kept else {})
