"""Writes what people did with replies, and settles which mark stays where two disagree."""

from __future__ import annotations

from sqlalchemy import Connection, select

from outreach_results.ingest.columns import Key
from outreach_results.ingest.event_writer import ids_by_campaign
from outreach_results.ingest.merging import MARK, MARK_RULES, mark_rank, moment
from outreach_results.ingest.records import MarkRecord
from outreach_results.ingest.report import LoadReport
from outreach_results.store import rollup, schema
from outreach_results.store.replies import inbox_table
from outreach_results.store.replies.events import flag_replied_events
from outreach_results.store.write import Encoder, Row, merge


class MarkWriter:
    """Keeps the marks of a batch, one for each reply, and writes those that replace what is stored.

    The higher version stays, then the later moment, whichever came first; the report names the mark that gave way.
    """

    def __init__(self, connection: Connection, encoder: Encoder, report: LoadReport) -> None:
        self.records: dict[Key, MarkRecord] = {}
        self._connection = connection
        self._encoder = encoder
        self._report = report

    def keep(self, record: MarkRecord) -> None:
        """Take a mark."""
        known = self.records.setdefault(record[:2], record)
        if known != record:
            self.records[record[:2]] = self._settle(known, record)

    def write(self) -> set[Key]:
        """Write the marks; the replies whose marks are new or others now."""
        if not self.records:
            return set()
        # Otherwise somebody who marks one of these replies would wait for this load, and the load for them.
        inbox_table.lock_reply_states(self._connection)
        stored = self._stored()
        written = {
            key: record
            for key, record in self.records.items()
            if key not in stored or (stored[key] != record and self._settle(stored[key], record) == record)
        }
        self._report.inserted["marks"] += len(written)
        rows = list(map(self._row, written.values()))
        merge(self._connection, schema.reply_marks, MARK, rows, MARK_RULES)
        for campaign_id, reply_ids in ids_by_campaign(written).items():
            flag_replied_events(self._connection, campaign_id, reply_ids)
        self.records.clear()
        return set(written)

    def _stored(self) -> dict[Key, MarkRecord]:
        mark = schema.reply_marks.c
        columns = [mark[name] for name in MarkRecord._fields]
        stored: dict[Key, MarkRecord] = {}
        for campaign_id, ids in ids_by_campaign(self.records).items():
            these = (mark.campaign_id == campaign_id, rollup.id_in(self._connection, mark.reply_id, ids))
            for row in self._connection.execute(select(*columns).where(*these)):
                stored[row.campaign_id, row.reply_id] = MarkRecord(*row)
        return stored

    def _settle(self, a: MarkRecord, b: MarkRecord) -> MarkRecord:
        lost, kept = sorted((a, b), key=mark_rank)
        reply = f"{kept.reply_id!r} of {kept.campaign_id!r}"
        self._report.add_note(f"The reply {reply} has two marks: {_named(kept)} replaces {_named(lost)}.")
        return kept

    def _row(self, record: MarkRecord) -> Row:
        instant = self._encoder.instant
        return (
            *record[:3],
            instant(record.handled_at),
            record.marked_by,
            instant(record.marked_at),
            record.corrected_by,
            instant(record.corrected_at),
            record.handled_by,
            record.version,
            instant(record.meeting_marked_at),
            record.meeting_marked_by,
            record.assignee,
            record.assigned_by,
            instant(record.assigned_at),
            self._encoder.local_day(record.snoozed_until),
            record.snoozed_by,
            instant(record.snoozed_at),
        )


def _named(mark: MarkRecord) -> str:
    by = f" by {mark.marked_by}" if mark.marked_by else ""
    return f"version {mark.version}{by} of {moment(mark.marked_at)}"
