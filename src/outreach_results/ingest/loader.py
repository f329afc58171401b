"""Writes records batch by batch, within one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select, update

from outreach_results.ingest.campaign_writer import CampaignWriter
from outreach_results.ingest.columns import BulkItem, Columns, Key, joined
from outreach_results.ingest.event_writer import EventWriter, ids_by_campaign
from outreach_results.ingest.label_writer import write_clients_and_rules
from outreach_results.ingest.mark_writer import MarkWriter
from outreach_results.ingest.merging import (
    DESCRIPTION_RULES,
    EMAIL_RULES,
    EMAIL_RULES_OF_AUTHORITY,
    REPLY,
    REPLY_RULES,
    REPLY_RULES_OF_AUTHORITY,
    merged,
)
from outreach_results.ingest.records import (
    BenchmarkRecord,
    CampaignRecord,
    ClientRecord,
    ContactRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    ForgottenRecord,
    MarkRecord,
    Notice,
    PlanRecord,
    Rejected,
    ReplyRecord,
    ReportedRecord,
    RuleRecord,
)
from outreach_results.ingest.report import REJECTED_KEPT, LoadReport
from outreach_results.ingest.rollup_updates import RollupUpdater
from outreach_results.ingest.rows import Rows, email_rows
from outreach_results.ingest.same_day import SameDay
from outreach_results.ingest.snapshots import SnapshotWriter
from outreach_results.ingest.totals import TotalsWriter
from outreach_results.models import EventType, Sentiment
from outreach_results.store import rollup, schema
from outreach_results.store.deferred_indexes import DeferredIndexes
from outreach_results.store.engine import zone_of
from outreach_results.store.forgotten import remember_digests
from outreach_results.store.replies import inbox_table
from outreach_results.store.replies.events import align_meetings
from outreach_results.store.replies.state import counts_as_automatic
from outreach_results.store.write import Encoder, Row, insert_new, merge

REMEMBERED = 100_000

_SENT = EventType.SENT.value


class Loader:
    """Collects records into batches and writes them within one transaction."""

    def __init__(
        self,
        connection: Connection,
        report: LoadReport,
        *,
        is_sample: bool,
        replace: bool,
        load_no: int,
        same_day: SameDay | None,
        on_rejected: Callable[[Rejected], None] | None,
    ) -> None:
        self.report = report
        self._on_rejected = on_rejected
        self._connection = connection
        self._encoder = Encoder(connection, zone_of(connection))
        self._is_sample = is_sample
        self._replace = replace
        self._load_no = load_no
        self._campaigns = CampaignWriter(
            connection, self._encoder, report, is_sample=is_sample, replace=replace, load_no=load_no
        )
        self._emails: dict[Key, EmailRecord] = {}
        self._sent: list[Columns[EmailRecord]] = []
        self._events = EventWriter(connection, self._encoder, report, self._reject, replace=replace, load_no=load_no)
        self._replies: dict[Key, ReplyRecord] = {}
        self._marks = MarkWriter(connection, self._encoder, report)
        self._totals = TotalsWriter(connection, report, is_sample=is_sample, replace=replace)
        self._snapshots = SnapshotWriter(connection, self._encoder, report, load_no, same_day)
        self._there: set[Key] = set()  # emails that this load wrote, so that they need not be inserted again
        self._days = RollupUpdater(connection)
        self._forgotten: list[ForgottenRecord] = []
        self._named: list[ClientRecord | RuleRecord] = []
        self._indexes = DeferredIndexes(connection)
        self._batches = 0
        self._outdated: dict[str, set[str]] = defaultdict(set)  # replies whose inbox rows are out of date
        self._keep: dict[type, Callable[[Any], None]] = {
            EventRecord: self._keep_sending,
            EmailRecord: self._keep_email,
            ReplyRecord: self._keep_reply,
            CampaignRecord: self._keep_campaign,
            MarkRecord: self._marks.keep,
            ContactRecord: self._keep_contact,
            **dict.fromkeys((DailyRecord, ReportedRecord, PlanRecord, BenchmarkRecord), self._totals.keep),
            ForgottenRecord: self._forgotten.append,
            **dict.fromkeys((ClientRecord, RuleRecord), self._named.append),
            Columns: self._keep_columns,
            Rejected: self._reject,
            Notice: lambda notice: self.report.add_note(notice.sentence),
        }

    def add(self, batch: list[BulkItem]) -> None:
        """Write a batch of records, some of which may come as columns."""
        self._batches += 1
        if self._batches == 2:  # there is more than a batch, and perhaps much more
            self._indexes.drop(self._load_no)
        self._keep_all(joined(batch))
        self._flush()
        if sum(map(len, self._outdated.values())) > REMEMBERED:
            self._refresh_inbox()

    def _keep_all(self, records: Iterable[BulkItem]) -> None:
        events = self._events.records
        for record in records:
            # Nearly all are events: they are kept right here, without a call.
            if type(record) is EventRecord and record.type != _SENT:
                key = record[:2]
                if key in events:
                    self._events.repeat(events[key], record)
                else:
                    events[key] = record
            else:
                self._keep[type(record)](record)

    def finish(self) -> None:
        self._indexes.build()  # the days are counted by them
        self._days.finish()
        self._refresh_inbox()
        self._snapshots.finish()
        self._totals.write()
        if self._forgotten:
            new = remember_digests(self._connection, [record._asdict() for record in self._forgotten])
            self.report.inserted["forgotten people"] += new
            self.report.duplicate["forgotten people"] += len(self._forgotten) - new
        if self._named:
            new = write_clients_and_rules(self._connection, self._named)
            self.report.inserted["clients and rules"] += new
            self.report.duplicate["clients and rules"] += len(self._named) - new

    def _reject(self, rejected: Rejected) -> None:
        self.report.rejected_total += 1
        if len(self.report.rejected) < REJECTED_KEPT:
            self.report.rejected.append(rejected._replace(original=None))  # it may be long, and the history has it
        if self._on_rejected:
            self._on_rejected(rejected)

    def _keep_campaign(self, record: CampaignRecord) -> None:
        if self._campaigns.has_another(record):
            self._flush()  # the database merges the two, one after the other
        self._campaigns.keep(record)

    def _keep_email(self, record: EmailRecord) -> None:
        key = record[:2]
        earlier = self._emails.get(key)
        if earlier is None:
            self._emails[key] = record
        elif earlier != record:
            if earlier.sent_at is not None and record.sent_at is not None:
                self.report.duplicate["emails"] += 1
            replaces = self._replace and record.sent_at is not None
            self._emails[key] = record if replaces else merged(earlier, record)
        elif record.sent_at is not None:
            self.report.duplicate["emails"] += 1

    def _keep_columns(self, columns: Columns[Any]) -> None:
        """Keep many records at once. They are settled one by one where two of them have one key."""
        if columns.kind is EventRecord:
            is_kept = _SENT not in columns.fields["type"] and self._events.keep_columns(columns)
        else:
            is_kept = None not in columns.fields["sent_at"] and len(set(columns.keys())) == len(columns)
            if is_kept:
                self._sent.append(columns)
        if not is_kept:
            self._keep_all(columns.records())

    def _keep_sending(self, record: EventRecord) -> None:
        """Keep an event of type ``sent`` as the sending of its email."""
        self._keep_email(EmailRecord(record.campaign_id, record.email_id, sent_at=record.occurred_at))

    def _keep_reply(self, record: ReplyRecord) -> None:
        key = record[:2]
        earlier = self._replies.get(key)
        if earlier == record:
            self.report.duplicate["replies"] += 1
        elif earlier is not None:
            self._flush()  # the database merges the two, one after the other
        self._replies[key] = record

    def _keep_contact(self, record: ContactRecord) -> None:
        if not self._snapshots.has_room_for(record):
            self._campaigns.write(self._days)  # contacts refer to them
            self._snapshots.flush()
        self._snapshots.keep(record)

    def _flush(self) -> None:
        self._campaigns.write(self._days)
        sizes = self._sizes()
        self.report.campaigns.update(sizes)
        self._days.plan(sizes)
        touched = self._touched()
        self._days.subtract_current(touched)
        self._write_emails()
        self._events.write(self._days, touched)
        replied = set(self._replies)
        self._write_replies()
        marked = self._marks.write()
        self._queue_inbox_refresh(marked)
        for campaign_id, reply_ids in ids_by_campaign(replied | marked).items():
            align_meetings(self._connection, campaign_id, reply_ids)
        self._days.add_current(touched)

    def _sizes(self) -> Counter[str]:
        """The number of records of this batch by campaign id."""
        sizes: Counter[str] = Counter()
        for records in (self._emails, self._replies, self._marks.records):
            sizes.update(map(itemgetter(0), records))
        for emails in self._sent:
            sizes.update(emails.fields["campaign_id"])
        sizes.update(self._events.campaign_ids())
        return sizes

    def _touched(self) -> dict[str, set[str]]:
        """The emails whose days may change, by campaign; only of campaigns that are updated and not rebuilt."""
        touched: dict[str, set[str]] = defaultdict(set)
        by_change = self._days.updated_campaigns
        if not by_change:
            return touched
        for campaign_id, email_id in self._emails.keys() | self._referred() | self._keys_of_sent():
            if campaign_id in by_change:
                touched[campaign_id].add(email_id)
        for campaign_id, reply_ids in ids_by_campaign(self._replies.keys() | self._marks.records.keys()).items():
            if campaign_id in by_change:
                touched[campaign_id].update(self._emails_answered(campaign_id, reply_ids))
        return {campaign_id: email_ids for campaign_id, email_ids in touched.items() if email_ids}

    def _emails_answered(self, campaign_id: str, reply_ids: list[str]) -> list[str]:
        """The emails that stored replies answer: a newer record of a reply may name another email, or none."""
        table = schema.events.c
        stored = select(table.email_id).where(
            table.campaign_id == campaign_id,
            table.type == EventType.REPLIED,
            rollup.id_in(self._connection, table.event_id, reply_ids),
        )
        return list(self._connection.execute(stored).scalars())

    def _write_emails(self) -> None:
        sent = [record for record in self._emails.values() if record.sent_at is not None]
        for emails in (*self._sent, Columns.of(EmailRecord, sent)):
            self._write_sent(emails)

        # Emails without their sending, known from later events only.
        described = Columns.of(EmailRecord, [record for record in self._emails.values() if record.sent_at is None])
        merge(self._connection, schema.emails, *self._email_rows(described), DESCRIPTION_RULES)
        here = self._emails.keys() | self._keys_of_sent()
        referred = self._referred() - here - self._there
        unknown = Columns.of(EmailRecord, [EmailRecord(*key) for key in referred])
        insert_new(self._connection, schema.emails, *self._email_rows(unknown))
        if len(self._there) > REMEMBERED:
            self._there.clear()
        self._there.update(here, referred)
        self._emails.clear()
        self._sent.clear()

    def _write_sent(self, emails: Columns[EmailRecord]) -> None:
        rows = self._email_rows(emails)
        inserted = insert_new(self._connection, schema.emails, *rows)
        if inserted < len(emails):
            inserted += self._count_unsent(emails.keys())
            rules = EMAIL_RULES_OF_AUTHORITY if self._replace else EMAIL_RULES
            merge(self._connection, schema.emails, *rows, rules)
        self.report.inserted["emails"] += inserted
        self.report.duplicate["emails"] += len(emails) - inserted

    def _email_rows(self, emails: Columns[EmailRecord]) -> Rows:
        return email_rows(emails, self._encoder, self._load_no)

    def _keys_of_sent(self) -> set[Key]:
        """The keys of the emails that came as columns."""
        return set(chain.from_iterable(emails.keys() for emails in self._sent))

    def _referred(self) -> set[Key]:
        """The keys of the emails that events and replies refer to."""
        keys = self._events.referred()
        keys.update((reply[0], reply[2]) for reply in self._replies.values() if reply[2] is not None)
        return keys

    def _count_unsent(self, keys: Iterable[Key]) -> int:
        """The number of these emails that are stored without their sending, and so count as inserted."""
        table = schema.emails.c
        return sum(
            self._connection.execute(
                select(func.count()).where(
                    table.campaign_id == campaign_id,
                    rollup.id_in(self._connection, table.email_id, of_campaign),
                    table.sent_at.is_(None),
                )
            ).scalar_one()
            for campaign_id, of_campaign in ids_by_campaign(keys).items()
        )

    def _write_replies(self) -> None:
        records = list(self._replies.values())
        self._queue_inbox_refresh(self._replies)
        rows: list[Row] = [
            (*r[:9], *self._encoder.dated(r.received_at), self._load_no, r.text_removed) for r in records
        ]
        inserted = insert_new(self._connection, schema.replies, REPLY, rows)
        if inserted < len(rows):
            self._note_moved_replies()
            rules = REPLY_RULES_OF_AUTHORITY if self._replace else REPLY_RULES
            merge(self._connection, schema.replies, REPLY, rows, rules)
        self.report.inserted["replies"] += inserted
        self.report.duplicate["replies"] += len(rows) - inserted
        derived = Columns.of(EventRecord, list(filter(None, map(_replied, records))))
        new_events = insert_new(self._connection, schema.events, *self._events.rows(derived, is_reply=True))
        is_changed = new_events < len(derived) or inserted < len(rows)
        for campaign_id, ids in ids_by_campaign(self._replies).items():
            self._events.delete_repeats_of_replies(campaign_id, ids)
            if is_changed:
                self._realign_events(campaign_id, ids)
        self._replies.clear()

    def _note_moved_replies(self) -> None:
        """Say which replies answer another email than the one that is stored."""
        reply = schema.replies.c
        for campaign_id, ids in ids_by_campaign(self._replies).items():
            query = select(reply.reply_id, reply.email_id).where(
                reply.campaign_id == campaign_id,
                rollup.id_in(self._connection, reply.reply_id, ids),
                reply.email_id.is_not(None),
            )
            for reply_id, stored in self._connection.execute(query.order_by(reply.reply_id)):
                email_id = self._replies[campaign_id, reply_id].email_id
                if email_id not in (None, stored):
                    kept, lost = (email_id, stored) if self._replace else sorted((email_id, stored), reverse=True)
                    self.report.add_note(
                        f"The reply {reply_id!r} of {campaign_id!r} answers two emails: {kept!r} was kept, "
                        f"{lost!r} was not."
                    )

    def _realign_events(self, campaign_id: str, reply_ids: list[str]) -> None:
        """Let the events of replies say what the merged replies say."""
        reply, event = schema.replies.c, schema.events.c
        self._connection.execute(
            update(schema.events)
            .where(
                event.campaign_id == campaign_id,
                rollup.id_in(self._connection, event.event_id, reply_ids),
                event.is_reply,
                reply.campaign_id == event.campaign_id,
                reply.reply_id == event.event_id,
            )
            .values(
                email_id=reply.email_id,
                is_machine=counts_as_automatic(campaign_id),
                occurred_at=reply.received_at,
                occurred_on=reply.received_on,
                occurred_hour=reply.received_hour,
            )
        )

    def _queue_inbox_refresh(self, keys: Iterable[Key]) -> None:
        for campaign_id, reply_ids in ids_by_campaign(keys).items():
            self._outdated[campaign_id].update(reply_ids)

    def _refresh_inbox(self) -> None:
        """Update the inbox as late as possible: from then on nobody can mark a reply until the load is done."""
        for campaign_id, reply_ids in sorted(self._outdated.items()):
            inbox_table.refresh(self._connection, campaign_id, reply_ids)
        self._outdated.clear()


def _replied(reply: ReplyRecord) -> EventRecord | None:
    """The ``replied`` event of a reply; None without its email."""
    if reply.email_id is None:
        return None
    return EventRecord(
        reply.campaign_id,
        reply.reply_id,
        reply.email_id,
        EventType.REPLIED.value,
        reply.received_at,
        reply.sentiment == Sentiment.AUTOMATIC,
    )
