"""Import of validated records into the database.

A load is one transaction. Records are written in batches, stored ones are recognized by their key, and the days they
touch are recounted in the same transaction, so that ``daily_stats`` is right the moment the load is visible.
The result does not depend on the order in which records or files arrive.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection

from outreach_results.config import settings
from outreach_results.ingest import history
from outreach_results.ingest.anonymizing import Anonymizer
from outreach_results.ingest.columns import BulkItem, Columns
from outreach_results.ingest.history import LoadKind
from outreach_results.ingest.loader import Loader
from outreach_results.ingest.records import Rejected, ReplyRecord
from outreach_results.ingest.report import LoadReport
from outreach_results.ingest.same_day import SameDay
from outreach_results.store import entries
from outreach_results.store.admin.deletion import KEPT_UNTIL_THEN, deleted_among, still_deleted
from outreach_results.store.batches import batches
from outreach_results.store.engine import Store

__all__ = ["BATCH", "LoadReport", "load"]

BATCH = 20_000
BATCH_TEXT = 4_000_000
"""Characters of replies after which a batch ends, whatever number of records it has."""


def load(
    store: Store,
    source: str,
    records: Iterable[BulkItem],
    *,
    is_sample: bool = False,
    replace: bool = False,
    same_day: SameDay | None = None,
    on_rejected: Callable[[Rejected], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
    also: Callable[[Connection, LoadReport], None] | None = None,
    kind: LoadKind = LoadKind.FILE,
    loaded_by: str | None = None,
) -> LoadReport:
    """Write all records in one transaction.

    Args:
        source: the name of the load in reports and in the history.
        replace: the source is the authority: its value of a campaign, email, event or reply wins over the stored one.
        same_day: what becomes of a snapshot where another one of the same moment is there and differs; None merges
            what they say of each contact.
        on_rejected: called with every rejected row, also those beyond the limit of the report.
        on_progress: called after each batch with the number of records read so far.
        also: called in the same transaction when all records are written.
        kind: where the records come from, for the history.
        loaded_by: who started it, for the history.

    Raises:
        StoreError: nothing was changed.
        SameDayError: ``same_day`` leaves open which of two snapshots counts; nothing was changed.
        Whatever ``records`` raises while being read (`SourceError`): nothing was changed.
    """
    started = datetime.now(UTC)
    is_durable = kind is LoadKind.WEBHOOK  # its sender forgets it once it is answered
    with _rare_collections(), store.write(exclusive=True, is_durable=is_durable) as connection:
        entries.restore_source_values(connection)
        load_no = history.next_load_no(connection)
        rejects = history.RejectedRows(connection)

        def reject(rejected: Rejected) -> None:
            rejects.add(rejected)
            if on_rejected:
                on_rejected(rejected)

        loader = Loader(
            connection,
            LoadReport(source, load_id=rejects.load_id),
            is_sample=is_sample,
            replace=replace,
            load_no=load_no,
            same_day=same_day,
            on_rejected=reject,
        )
        anonymizer = Anonymizer(connection, settings().retain_replies)
        read = 0
        for batch in _batches(records) if store.is_sqlite else _read_ahead(_batches(records)):
            loader.add(anonymizer.without_the_forgotten(batch))
            read += sum(map(_size, batch))
            if on_progress:
                on_progress(read)
        loader.finish()
        anonymizer.finish()
        report = loader.report
        if deleted := deleted_among(connection, report.campaigns):
            sentence = still_deleted(len(deleted), [one.name for one in deleted])
            report.add_note(f"{sentence} {KEPT_UNTIL_THEN}", is_first=True)
        if also:
            also(connection, report)
        entries.apply(connection)
        if kind is LoadKind.FILE:
            _note_entered(connection, report)
        rejects.flush()
        history.record(connection, report, load_no=load_no, kind=kind, loaded_by=loaded_by, started_at=started)
    return report


def _note_entered(connection: Connection, report: LoadReport) -> None:
    """Say of which campaigns of the load something entered counts, instead of what the file says."""
    for campaign_id in sorted(report.campaigns & entries.with_entries_made_here(connection)):
        entered = entries.entries_in(connection, campaign_id)
        fields = {"name": entered.name, "type": entered.mcp, "cost": entered.cost}
        named = [field for field, value in fields.items() if value is not None]
        what = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
        report.add_note(f"Of {campaign_id!r}, what was entered here counts and not what the file says: {what}.")


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Make garbage collections rare: records hold no cycles, and there are many of them at a time."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 50 * BATCH), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _batches(records: Iterable[BulkItem]) -> Iterator[list[BulkItem]]:
    return batches(records, _long_text, most_items=BATCH, most_text=BATCH_TEXT, size_of=_size)


def _size(item: BulkItem) -> int:
    """The number of records."""
    return len(item) if type(item) is Columns else 1


def _long_text(record: BulkItem) -> int:
    """The number of characters of the only text that can be long."""
    return len(record.body or "") if type(record) is ReplyRecord else 0


def _read_ahead(batches: Iterator[list[BulkItem]]) -> Iterator[list[BulkItem]]:
    """The same, each batch read while the one before is written: a server writes in a process of its own."""
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch
