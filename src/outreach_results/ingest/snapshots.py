"""Writing snapshots: contacts with what became of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from outreach_results.ingest.merging import CONTACT, CONTACT_RULES
from outreach_results.ingest.records import ContactRecord
from outreach_results.ingest.report import LoadReport
from outreach_results.ingest.same_day import SameDay, is_row_a_contact, settle, waiting_place
from outreach_results.store import schema, snapshots
from outreach_results.store.write import Encoder, Row, insert_new, merge

_INSTANTS = frozenset(schema.OUTCOME_COLUMNS.values()) | {"as_of"}
_AT_ONCE = 20_000


class SnapshotWriter:
    """Writes contacts in batches, and derives their campaigns' totals and days at the end of a load.

    What another load brought of the same campaign and moment is not touched before all contacts are there: they wait
    at a moment of their own (`waiting_place`), so that neither the order of rows nor that of files decides.
    """

    def __init__(
        self, connection: Connection, encoder: Encoder, report: LoadReport, load_no: int, same_day: SameDay | None
    ) -> None:
        """``same_day`` None merges what two loads say of one contact, as the rows of one file are merged."""
        self._connection = connection
        self._encoder = encoder
        self._report = report
        self._load_no = load_no
        self._same_day = same_day
        self._contacts: dict[tuple[object, ...], ContactRecord] = {}
        self._touched: set[str] = set()
        self._stored: dict[str, set[datetime]] = {}  # the moments of a campaign's snapshots before this load
        self._waiting: dict[tuple[str, datetime], bool] = {}  # and whether its rows are contacts, not emails

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
        placed = [(record, self._is_waiting(record)) for record in self._contacts.values()]
        self._write([self._row(record) for record, waits in placed if not waits], is_waiting=False)
        self._write(
            [self._row(record._replace(as_of=waiting_place(record.as_of))) for record, waits in placed if waits],
            is_waiting=True,
        )
        self._touched.update(record.campaign_id for record in self._contacts.values())
        self._report.campaigns.update(self._touched)
        self._contacts.clear()

    def finish(self) -> None:
        """Write the rest, settle what waits, and derive totals and days again.

        Raises:
            SameDayError: another export of the same day is there, and it was not chosen which of the two counts.
        """
        self.flush()
        for (campaign_id, as_of), is_contacts in sorted(self._waiting.items()):
            settle(self._connection, campaign_id, as_of, self._same_day, self._report, is_row_a_contact=is_contacts)
        for campaign_id in sorted(self._touched):
            snapshots.rebuild(self._connection, campaign_id)

    def _write(self, rows: list[Row], *, is_waiting: bool) -> None:
        inserted = insert_new(self._connection, schema.contacts, CONTACT, rows)
        if inserted < len(rows):
            merge(self._connection, schema.contacts, CONTACT, rows, CONTACT_RULES)
        if not is_waiting:
            self._report.inserted["contacts"] += inserted
        self._report.duplicate["contacts"] += len(rows) - inserted

    def _is_waiting(self, record: ContactRecord) -> bool:
        """Whether another load brought contacts of this campaign and moment."""
        if self._same_day is None:
            return False
        campaign_id, _, as_of = record[:3]
        if campaign_id not in self._stored:
            known = schema.snapshot_stats.c
            query = select(known.as_of).where(known.campaign_id == campaign_id)
            self._stored[campaign_id] = set(self._connection.execute(query).scalars())
        if as_of not in self._stored[campaign_id]:
            return False
        place = (campaign_id, as_of)
        self._waiting[place] = self._waiting.get(place, False) or is_row_a_contact(record.contact_id, record.address)
        return True

    def _row(self, record: ContactRecord) -> Row:
        encode = self._encoder.instant
        values = (
            encode(value) if name in _INSTANTS else value  # type: ignore[arg-type]
            for name, value in zip(ContactRecord._fields, record, strict=True)
        )
        return (*values, self._load_no)
