"""Writing snapshots: contacts with what became of them."""

from __future__ import annotations

from sqlalchemy import Connection

from outreach_results.ingest.merging import CONTACT, CONTACT_RULES
from outreach_results.ingest.records import ContactRecord
from outreach_results.ingest.report import LoadReport
from outreach_results.store import schema, snapshots
from outreach_results.store.write import Encoder, Row, insert_new, merge

_INSTANTS = frozenset(schema.OUTCOME_COLUMNS.values()) | {"as_of"}
_AT_ONCE = 20_000


class SnapshotWriter:
    """Writes contacts in batches, and derives their campaigns' totals and days at the end of a load."""

    def __init__(self, connection: Connection, encoder: Encoder, report: LoadReport, load_no: int) -> None:
        self._connection = connection
        self._encoder = encoder
        self._report = report
        self._load_no = load_no
        self._contacts: dict[tuple[object, ...], ContactRecord] = {}
        self._touched: set[str] = set()

    def has_room_for(self, record: ContactRecord) -> bool:
        """Whether a contact can be kept before the next `flush`.

        Two different rows of the same contact in one snapshot cannot: the database merges them, one after the other.
        """
        return len(self._contacts) < _AT_ONCE and self._contacts.get(record[:3], record) == record

    def keep(self, record: ContactRecord) -> None:
        """Take a contact that there is room for."""
        if record[:3] in self._contacts:
            self._report.duplicate["contacts"] += 1
        self._contacts[record[:3]] = record

    def flush(self) -> None:
        """Write what was kept so far; their campaigns have to be there."""
        if not self._contacts:
            return
        rows = [self._row(record) for record in self._contacts.values()]
        inserted = insert_new(self._connection, schema.contacts, CONTACT, rows)
        if inserted < len(rows):
            merge(self._connection, schema.contacts, CONTACT, rows, CONTACT_RULES)
        self._report.inserted["contacts"] += inserted
        self._report.duplicate["contacts"] += len(rows) - inserted
        self._touched.update(record.campaign_id for record in self._contacts.values())
        self._report.campaigns.update(self._touched)
        self._contacts.clear()

    def finish(self) -> None:
        """Write the rest, and derive totals and days anew."""
        self.flush()
        for campaign_id in sorted(self._touched):
            snapshots.rebuild(self._connection, campaign_id)

    def _row(self, record: ContactRecord) -> Row:
        encode = self._encoder.instant
        values = (
            encode(value) if name in _INSTANTS else value  # type: ignore[arg-type]
            for name, value in zip(ContactRecord._fields, record, strict=True)
        )
        return (*values, self._load_no)
