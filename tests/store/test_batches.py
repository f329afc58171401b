"""Batches end by their text as well as by their number, wherever long texts are read or written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from outreach_results.export import campaign_download
from outreach_results.ingest import load as loading
from outreach_results.ingest.load import load
from outreach_results.ingest.loader import Loader
from outreach_results.store.batches import LONG_ROWS_FETCHED, batches
from support.records import CAMPAIGN, campaign, emails, reply


@given(st.lists(st.text(max_size=30)), st.integers(1, 10), st.integers(1, 60))
def test_batches_are_as_long_as_their_limits_allow(texts, most_items, most_text):
    result = list(batches(texts, len, most_items=most_items, most_text=most_text))
    assert [text for batch in result for text in batch] == texts
    for batch in result:
        assert 0 < len(batch) <= most_items
        assert sum(map(len, batch[:-1])) < most_text
    for batch in result[:-1]:
        assert len(batch) == most_items or sum(map(len, batch)) >= most_text


@pytest.fixture
def long_replies():
    """Replies whose texts together are far more than a batch may hold."""
    return [campaign(), *emails(30), *(reply(f"r{n}", email_id=f"e{n}", body=f"{n} " * 1_000) for n in range(30))]


def test_an_import_batches_long_replies_by_text(sqlite_store, long_replies, monkeypatch):
    sizes, add = [], Loader.add

    def measured(self, batch):
        sizes.append(sum(len(getattr(record, "body", None) or "") for record in batch))
        add(self, batch)

    monkeypatch.setattr(Loader, "add", measured)
    monkeypatch.setattr(loading, "BATCH_TEXT", 5_000)
    load(sqlite_store, "long", long_replies)
    assert max(sizes) < 5_000 + 3_000
    assert sum(sizes) == sum(len(f"{n} " * 1_000) for n in range(30))


@pytest.mark.parametrize("fmt", ["json", "csv"])
def test_an_export_writes_long_replies_by_text(sqlite_store, long_replies, monkeypatch, fmt):
    load(sqlite_store, "long", long_replies)
    whole = campaign_download(sqlite_store, CAMPAIGN, fmt).content()
    monkeypatch.setattr("outreach_results.export.reading.TEXT_AT_A_TIME", 5_000)
    chunks = list(campaign_download(sqlite_store, CAMPAIGN, fmt).chunks)
    assert b"".join(chunks) == whole
    assert len(whole) > 80_000
    assert max(map(len, chunks)) < 12_000


def test_exports_keep_few_pages_of_sqlite_in_memory(sqlite_store):
    statements = []
    event.listen(sqlite_store.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    with sqlite_store.read(is_stream=True) as connection:
        inside = connection.exec_driver_sql("PRAGMA cache_size").scalar()
    with sqlite_store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -65_536
    assert inside == -2_048
    assert LONG_ROWS_FETCHED < 20
