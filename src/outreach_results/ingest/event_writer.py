"""Writes events, and settles which one stays where two have the same id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, select

from outreach_results.ingest.columns import Columns, Key
from outreach_results.ingest.merging import (
    EVENT_RULES,
    event_rank,
    is_same_event,
    merged_event,
    moment,
)
from outreach_results.ingest.records import EventRecord, Rejected
from outreach_results.ingest.report import LoadReport
from outreach_results.ingest.rollup_updates import RollupUpdater
from outreach_results.ingest.rows import Rows, event_rows
from outreach_results.models import EventType
from outreach_results.store import rollup, schema
from outreach_results.store.write import Encoder, insert_new, merge


class EventWriter:
    """Keeps the events of a batch, one for each id, and writes them.

    An event never changes, so a second one of its id is the same one or a mistake of the source. Which of the two
    stays does not depend on their order (`event_rank`); the other one is rejected. Where the source is the authority,
    what it says replaces what is stored.
    """

    def __init__(
        self,
        connection: Connection,
        encoder: Encoder,
        report: LoadReport,
        reject: Callable[[Rejected], None],
        *,
        replace: bool,
        load_no: int,
    ) -> None:
        self.records: dict[Key, EventRecord] = {}
        self._columns: list[Columns[EventRecord]] = []
        self._connection = connection
        self._encoder = encoder
        self._report = report
        self._reject = reject
        self._replace = replace
        self._load_no = load_no
        self._emails_of_rejected: set[Key] = set()

    def keep_columns(self, events: Columns[EventRecord]) -> bool:
        """Take many events at once; whether that can be done, because all of them have ids of their own."""
        if EventType.REPLIED in events.fields["type"] or len(set(events.keys())) < len(events):
            return False
        self._columns.append(events)
        return True

    def repeat(self, first: EventRecord, second: EventRecord) -> None:
        """Take a second record of the id of one that is kept already."""
        if is_same_event(first, second):
            self._report.duplicate["events"] += 1
            self.records[first[:2]] = merged_event(first, second)
        else:
            self.records[first[:2]] = self._settle(first, second)

    def referred(self) -> set[Key]:
        """The emails that these events are about; those of rejected ones included, so that no order matters."""
        keys = self._emails_of_rejected | {(event[0], event[2]) for event in self.records.values()}
        for events in self._columns:
            keys.update(zip(events.fields["campaign_id"], events.fields["email_id"], strict=True))
        return keys

    def campaign_ids(self) -> Iterator[str]:
        """The campaign of each event."""
        yield from (key[0] for key in self.records)
        for events in self._columns:
            yield from events.fields["campaign_id"]

    def write(self, days: RollupUpdater, touched: dict[str, set[str]]) -> None:
        """Write the events. Emails that lose an event are subtracted from ``days`` and added to ``touched``."""
        for key in self._repeats_of_replies():
            del self.records[key]
            self._report.duplicate["events"] += 1
        for events in (*self._columns, Columns.of(EventRecord, self.records.values())):
            self._write(events, days, touched)
        self._columns.clear()
        self.records.clear()
        self._emails_of_rejected.clear()

    def _write(self, events: Columns[EventRecord], days: RollupUpdater, touched: dict[str, set[str]]) -> None:
        inserted = insert_new(self._connection, schema.events, *self.rows(events))
        settled = self._merge_stored(events, days, touched) if inserted < len(events) else 0
        self._report.inserted["events"] += inserted
        self._report.duplicate["events"] += len(events) - inserted - settled

    def rows(self, events: Columns[EventRecord], *, is_reply: bool = False) -> Rows:
        """Rows of the table; ``is_reply``: they are those of replies."""
        return event_rows(events, self._encoder, self._load_no, is_reply=is_reply)

    def delete_repeats_of_replies(self, campaign_id: str, reply_ids: list[str]) -> None:
        """Delete ``replied`` events of the ids of replies that are stored with their email: they are the same thing."""
        event = schema.events.c
        this = (event.campaign_id == campaign_id, rollup.id_in(self._connection, event.event_id, reply_ids))
        is_repeat = exists().where(_answers_an_email(campaign_id), schema.replies.c.reply_id == event.event_id)
        self._connection.execute(
            delete(schema.events).where(*this, ~event.is_reply, event.type == EventType.REPLIED, is_repeat)
        )

    def _repeats_of_replies(self) -> list[Key]:
        """The ``replied`` events of this batch that a stored reply tells of too."""
        replied = [key for key, record in self.records.items() if record.type == EventType.REPLIED]
        repeats: list[Key] = []
        for campaign_id, ids in ids_by_campaign(replied).items():
            reply_id = schema.replies.c.reply_id
            these = select(reply_id).where(
                _answers_an_email(campaign_id), rollup.id_in(self._connection, reply_id, ids)
            )
            repeats += ((campaign_id, own_id) for own_id in self._connection.execute(these).scalars())
        return repeats

    def _merge_stored(self, events: Columns[EventRecord], days: RollupUpdater, touched: dict[str, set[str]]) -> int:
        """Compare with what is stored under the same ids, and write what differs; how many are other events."""
        records = dict(zip(events.keys(), events.records(), strict=True))
        others = 0
        changed: list[EventRecord] = []
        losing: dict[str, set[str]] = defaultdict(set)
        for campaign_id, ids in ids_by_campaign(records).items():
            for stored in self._stored(campaign_id, ids):
                record = records[stored[:2]]
                if record == stored:
                    continue
                others += not self._replace and not is_same_event(stored, record)
                now = self._winner(stored, record)
                if now != stored:
                    changed.append(now)
                    if stored.email_id not in touched.get(campaign_id, ()):
                        losing[campaign_id].add(stored.email_id)
        days.touch(losing, touched)
        merge(self._connection, schema.events, *self.rows(Columns.of(EventRecord, changed)), EVENT_RULES)
        return others

    def _stored(self, campaign_id: str, ids: list[str]) -> list[EventRecord]:
        event = schema.events.c
        columns = (event[name] for name in EventRecord._fields)
        these = (event.campaign_id == campaign_id, rollup.id_in(self._connection, event.event_id, ids))
        query = select(*columns).where(*these, ~event.is_reply).order_by(event.event_id)
        return [EventRecord(*row) for row in self._connection.execute(query)]

    def _winner(self, stored: EventRecord, record: EventRecord) -> EventRecord:
        if self._replace:
            return record
        return merged_event(stored, record) if is_same_event(stored, record) else self._settle(stored, record)

    def _settle(self, a: EventRecord, b: EventRecord) -> EventRecord:
        """The one of two different events that stays; the other one is rejected."""
        lost, kept = sorted((a, b), key=event_rank)
        self._emails_of_rejected.add((lost.campaign_id, lost.email_id))
        reason = f"{kept.event_id!r} is the id of two events: {_named(kept)} was kept, {_named(lost)} was not"
        self._reject(Rejected(self._report.source, 0, "event_id", reason))
        return kept


def _named(event: EventRecord) -> str:
    return f"{event.type} of {event.email_id!r} at {moment(event.occurred_at)}"


def _answers_an_email(campaign_id: str) -> ColumnElement[bool]:
    reply = schema.replies.c
    return and_(reply.campaign_id == campaign_id, reply.email_id.is_not(None))


def ids_by_campaign(keys: Iterable[Key]) -> dict[str, list[str]]:
    """The ids of each campaign."""
    ids: dict[str, list[str]] = defaultdict(list)
    for campaign_id, own_id in keys:
        ids[campaign_id].append(own_id)
    return ids
