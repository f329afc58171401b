"""The one way into the database: validated records in, a `LoadReport` out.

A load is one transaction. Records are written in batches, known ones are recognised by their key, and the days they
touch are recounted in the same transaction, so that ``daily_stats`` is right the moment the load is visible.
The result does not depend on the order in which records or files arrive.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from outreach_results.ingest.records import (
    BenchmarkRecord,
    CampaignRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    MarkRecord,
    PlanRecord,
    Record,
    Rejected,
    ReplyRecord,
    ReportedRecord,
)
from outreach_results.models import COST_COLUMNS, Basis, Detail, EventType, Sentiment
from outreach_results.store import admin, rollup, schema
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.marked import counts_as_automatic
from outreach_results.store.replied import flag_replied
from outreach_results.store.rollup import Tally
from outreach_results.store.write import Encoder, Row, insert_new, merge

BATCH = 10_000
REJECTED_KEPT = 1_000
REMEMBERED = 100_000

_SENT = EventType.SENT.value

# Which value stays when two sources disagree. Chosen so that the order of loads does not matter: something beats
# nothing, a judgement beats none, and otherwise the value that sorts last stays (for instants, the earliest).
_FILL = "{new} IS NOT NULL AND ({old} IS NULL OR {new} > {old})"
_MISSING = "{old} IS NULL AND {new} IS NOT NULL"
_EARLIEST = "{new} IS NOT NULL AND ({old} IS NULL OR {new} < {old})"
_LARGEST = "{new} > {old}"
_JUDGED = "{new} <> {old} AND {new} <> 'unclassified' AND ({old} = 'unclassified' OR {new} > {old})"
_LATEST_WINS = "{new} IS DISTINCT FROM {old}"
_LATEST_KNOWN_WINS = "{new} IS NOT NULL AND {new} IS DISTINCT FROM {old}"

_CAMPAIGN = ("campaign_id", "name", "mcp", "created_at", "created_on", "detail", "is_sample")
_EMAIL = ("campaign_id", "email_id", "recipient", "name", "company", "sent_at", "sent_on", "sent_hour", *COST_COLUMNS)
_EVENT = (
    "campaign_id",
    "event_id",
    "email_id",
    "type",
    "occurred_at",
    "occurred_on",
    "occurred_hour",
    "is_machine",
    "url",
)
_REPLY = (
    "campaign_id",
    "reply_id",
    "email_id",
    "address",
    "name",
    "company",
    "sentiment",
    "preview",
    "body",
    "received_at",
    "received_on",
    "received_hour",
)
_MARK = (
    "campaign_id",
    "reply_id",
    "sentiment",
    "handled_at",
    "marked_by",
    "marked_at",
    "corrected_by",
    "corrected_at",
    "handled_by",
    "version",
)

_CAMPAIGN_RULES = {
    "name": _FILL,
    "mcp": _FILL,
    "created_at": _EARLIEST,
    "created_on": _EARLIEST,
    "detail": _LARGEST,  # 'events' after 'daily': once events are known they stay the truth
}
_EMAIL_RULES = {
    "recipient": _FILL,
    "name": _FILL,
    "company": _FILL,
    "sent_at": _EARLIEST,
    "sent_on": _EARLIEST,
    "sent_hour": _EARLIEST,
    **dict.fromkeys(COST_COLUMNS, _LARGEST),
}
_DESCRIPTION_RULES = {name: _EMAIL_RULES[name] for name in ("recipient", "name", "company")}
_REPLY_RULES = {
    "email_id": _MISSING,
    "address": _FILL,
    "name": _FILL,
    "company": _FILL,
    "sentiment": _JUDGED,
    "preview": _LARGEST,
    "body": _FILL,
    "received_at": _EARLIEST,
    "received_on": _EARLIEST,
    "received_hour": _EARLIEST,
}

_EVENT_RULES_OF_AUTHORITY = dict.fromkeys(_EVENT[3:], _LATEST_WINS)
_REPLY_RULES_OF_AUTHORITY = dict.fromkeys(_REPLY_RULES, _LATEST_WINS) | {
    # A source that tells less of a reply than another did does not take anything back.
    "email_id": _LATEST_KNOWN_WINS,
    "body": _LATEST_KNOWN_WINS,
}

Key = tuple[str, str]


@dataclass
class LoadReport:
    """What a load did. ``rejected`` holds the first rows that could not be used, ``rejected_total`` counts all."""

    source: str
    inserted: Counter[str] = field(default_factory=Counter)
    duplicate: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    rejected_total: int = 0
    campaigns: set[str] = field(default_factory=set)

    def sentence(self) -> str:
        """The report in one line."""
        new = ", ".join(f"{n:,} {kind}" for kind, n in self.inserted.items() if n) or "nothing new"
        known = sum(self.duplicate.values())
        return (
            f"{self.source}: {new}"
            + (f"; {known:,} already known" if known else "")
            + (f"; {self.rejected_total:,} rejected" if self.rejected_total else "")
            + "."
        )


def load(
    store: Store,
    source: str,
    records: Iterable[Record | Rejected],
    *,
    is_sample: bool = False,
    replace: bool = False,
    on_rejected: Callable[[Rejected], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
    also: Callable[[Connection, LoadReport], None] | None = None,
) -> LoadReport:
    """Write all records in one transaction.

    Args:
        source: what the load is called in reports and in the history.
        replace: the source is the authority: its value of a campaign, e-mail, event or reply wins over the stored one.
        on_rejected: called with every rejected row, also those the report no longer keeps.
        on_progress: called now and then with how many records were read so far.
        also: what belongs into the same transaction, done when all records are written.

    Raises:
        StoreError: nothing was changed.
        Whatever ``records`` raises while being read (`SourceError`): nothing was changed.
    """
    started = datetime.now(UTC)
    with store.write(exclusive=True) as connection:
        loader = _Loader(connection, LoadReport(source), is_sample=is_sample, replace=replace, on_rejected=on_rejected)
        for n, batch in enumerate(_batches(records), 1):
            loader.take(batch)
            if on_progress and len(batch) == BATCH:
                on_progress(n * BATCH)
        loader.finish()
        report = loader.report
        if also:
            also(connection, report)
        connection.execute(
            insert(schema.loads),
            {
                "load_id": secrets.token_hex(8),
                "source": source,
                "started_at": started,
                "finished_at": datetime.now(UTC),
                "inserted": sum(report.inserted.values()),
                "duplicate": sum(report.duplicate.values()),
                "rejected": report.rejected_total,
            },
        )
    return report


def _batches(records: Iterable[Record | Rejected]) -> Iterator[list[Record | Rejected]]:
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        yield batch


class _Loader:
    """Collects records into batches and writes them within one transaction."""

    def __init__(
        self,
        connection: Connection,
        report: LoadReport,
        *,
        is_sample: bool,
        replace: bool,
        on_rejected: Callable[[Rejected], None] | None,
    ) -> None:
        self.report = report
        self._on_rejected = on_rejected
        self._connection = connection
        self._encoder = Encoder(connection, zone_of(connection))
        self._is_sample = is_sample
        self._replace = replace
        self._campaigns: dict[str, CampaignRecord] = {}
        self._emails: dict[Key, EmailRecord] = {}
        self._events: dict[Key, EventRecord] = {}
        self._replies: dict[Key, ReplyRecord] = {}
        self._marks: dict[Key, MarkRecord] = {}
        self._daily: dict[tuple[str, date], DailyRecord] = {}
        self._reported: list[ReportedRecord] = []
        self._account: list[PlanRecord | BenchmarkRecord] = []
        self._there: set[Key] = set()  # e-mails that need no second look, because this load wrote them
        self._days = _Days(connection)
        self._keep: dict[type, Callable[[Any], None]] = {
            EventRecord: self._keep_sending,
            EmailRecord: self._keep_email,
            ReplyRecord: self._keep_reply,
            CampaignRecord: self._keep_campaign,
            MarkRecord: self._keep_mark,
            DailyRecord: self._keep_day,
            ReportedRecord: self._reported.append,
            PlanRecord: self._account.append,
            BenchmarkRecord: self._account.append,
            Rejected: self._reject,
        }

    def take(self, batch: list[Record | Rejected]) -> None:
        """Write a batch of records."""
        events = self._events
        for record in batch:
            # Nearly all are events: they are kept right here, without a call.
            if type(record) is EventRecord and record.type != _SENT:
                key = record[:2]
                if key in events:  # an event never changes: the same id is the same event
                    self.report.duplicate["events"] += 1
                else:
                    events[key] = record
            else:
                self._keep[type(record)](record)
        self._flush()

    def finish(self) -> None:
        self._days.finish()
        self._write_reported()
        self._write_account()

    def _reject(self, rejected: Rejected) -> None:
        self.report.rejected_total += 1
        if len(self.report.rejected) < REJECTED_KEPT:
            self.report.rejected.append(rejected)
        if self._on_rejected:
            self._on_rejected(rejected)

    def _keep_campaign(self, record: CampaignRecord) -> None:
        if self._campaigns.get(record.campaign_id, record) != record:
            self._flush()  # the database merges the two, one after the other
        self._campaigns[record.campaign_id] = record

    def _keep_email(self, record: EmailRecord) -> None:
        key = record[:2]
        known = self._emails.get(key)
        if known is None:
            self._emails[key] = record
        elif known != record:
            if known.sent_at is not None and record.sent_at is not None:
                self.report.duplicate["emails"] += 1
            replaces = self._replace and record.sent_at is not None
            self._emails[key] = record if replaces else _merged(known, record)
        elif record.sent_at is not None:
            self.report.duplicate["emails"] += 1

    def _keep_sending(self, record: EventRecord) -> None:
        """Keep what a source calls an event and is the sending of an e-mail."""
        self._keep_email(EmailRecord(record.campaign_id, record.email_id, sent_at=record.occurred_at))

    def _keep_reply(self, record: ReplyRecord) -> None:
        key = record[:2]
        known = self._replies.get(key)
        if known == record:
            self.report.duplicate["replies"] += 1
        elif known is not None:
            self._flush()  # the database merges the two, one after the other
        self._replies[key] = record

    def _keep_mark(self, record: MarkRecord) -> None:
        self._marks.setdefault(record[:2], record)

    def _keep_day(self, record: DailyRecord) -> None:
        self._daily[record.campaign_id, record.date] = record

    def _flush(self) -> None:
        self._write_campaigns()
        sizes = self._sizes()
        self.report.campaigns.update(sizes)
        self._days.expect(sizes)
        touched = self._touched()
        self._days.before(touched)
        self._write_emails()
        self._write_events()
        self._write_replies()
        self._write_marks()
        self._days.after(touched)

    def _sizes(self) -> Counter[str]:
        """How many records there are of each campaign."""
        sizes: Counter[str] = Counter()
        for kept in (self._emails, self._events, self._replies, self._marks):
            sizes.update(campaign_id for campaign_id, _ in kept)
        return sizes

    def _touched(self) -> dict[str, set[str]]:
        """The e-mails whose days may change, of campaigns whose days are kept by what changed."""
        touched: dict[str, set[str]] = defaultdict(set)
        by_change = self._days.kept_by_change
        if not by_change:
            return touched
        for campaign_id, email_id in self._emails.keys() | self._referred():
            if campaign_id in by_change:
                touched[campaign_id].add(email_id)
        for campaign_id, reply_ids in _ids_by_campaign(self._replies.keys() | self._marks.keys()):
            if campaign_id in by_change:
                touched[campaign_id].update(self._emails_answered(campaign_id, reply_ids))
        return {campaign_id: email_ids for campaign_id, email_ids in touched.items() if email_ids}

    def _emails_answered(self, campaign_id: str, reply_ids: list[str]) -> list[str]:
        """The e-mails that stored replies answer: what is new of a reply may not name it, or name another."""
        table = schema.events.c
        stored = select(table.email_id).where(
            table.campaign_id == campaign_id,
            table.type == EventType.REPLIED,
            rollup.id_in(self._connection, table.event_id, reply_ids),
        )
        return list(self._connection.execute(stored).scalars())

    def _write_campaigns(self) -> None:
        rows: list[Row] = []
        for record in self._campaigns.values():
            at = record.created_at
            rows.append(
                (
                    *record[:3],
                    self._encoder.instant(at),
                    self._encoder.day(at),
                    record.detail,
                    self._is_sample,
                )
            )
            self.report.campaigns.add(record.campaign_id)
        inserted = insert_new(self._connection, schema.campaigns, _CAMPAIGN, rows)
        if inserted < len(rows):
            self._days.turn(record.campaign_id for record in self._campaigns.values() if record.detail == Detail.EVENTS)
            rules = dict.fromkeys(_CAMPAIGN_RULES, _LATEST_WINS) if self._replace else _CAMPAIGN_RULES
            merge(self._connection, schema.campaigns, _CAMPAIGN, rows, rules | {"detail": _LARGEST})
        self.report.inserted["campaigns"] += inserted
        self._campaigns.clear()

    def _email_rows(self, records: Iterable[EmailRecord]) -> list[Row]:
        dated = self._encoder.dated
        return [
            (campaign_id, email_id, recipient, name, company, *dated(sent_at), *costs)
            for campaign_id, email_id, recipient, name, company, sent_at, *costs in records
        ]

    def _write_emails(self) -> None:
        sent = [record for record in self._emails.values() if record.sent_at is not None]
        rows = self._email_rows(sent)
        inserted = insert_new(self._connection, schema.emails, _EMAIL, rows)
        if inserted < len(rows):
            inserted += self._count_unsent(sent)
            rules = dict.fromkeys(_EMAIL_RULES, _LATEST_WINS) if self._replace else _EMAIL_RULES
            merge(self._connection, schema.emails, _EMAIL, rows, rules)
        self.report.inserted["emails"] += inserted
        self.report.duplicate["emails"] += len(rows) - inserted

        # E-mails known only from what happened to them later.
        described = [record for record in self._emails.values() if record.sent_at is None]
        merge(self._connection, schema.emails, _EMAIL, self._email_rows(described), _DESCRIPTION_RULES)
        referred = self._referred() - self._emails.keys() - self._there
        insert_new(self._connection, schema.emails, _EMAIL, self._email_rows(EmailRecord(*key) for key in referred))
        if len(self._there) > REMEMBERED:
            self._there.clear()
        self._there.update(self._emails, referred)
        self._emails.clear()

    def _referred(self) -> set[Key]:
        """The e-mails that events and replies speak of."""
        keys = {(event[0], event[2]) for event in self._events.values()}
        keys.update((reply[0], reply[2]) for reply in self._replies.values() if reply[2] is not None)
        return keys

    def _count_unsent(self, records: list[EmailRecord]) -> int:
        """How many of these e-mails are stored without their sending, which is news."""
        table = schema.emails.c
        return sum(
            self._connection.execute(
                select(func.count()).where(
                    table.campaign_id == campaign_id,
                    rollup.id_in(self._connection, table.email_id, of_campaign),
                    table.sent_at.is_(None),
                )
            ).scalar_one()
            for campaign_id, of_campaign in _ids_by_campaign(record[:2] for record in records)
        )

    def _event_rows(self, records: Iterable[EventRecord]) -> list[Row]:
        dated = self._encoder.dated
        return [
            (campaign_id, event_id, email_id, kind, *dated(occurred_at), is_machine, url)
            for campaign_id, event_id, email_id, kind, occurred_at, is_machine, url in records
        ]

    def _write_events(self) -> None:
        rows = self._event_rows(self._events.values())
        inserted = insert_new(self._connection, schema.events, _EVENT, rows)
        if self._replace and inserted < len(rows):
            merge(self._connection, schema.events, _EVENT, rows, _EVENT_RULES_OF_AUTHORITY)
        self.report.inserted["events"] += inserted
        self.report.duplicate["events"] += len(rows) - inserted
        self._events.clear()

    def _write_replies(self) -> None:
        records = list(self._replies.values())
        rows: list[Row] = [(*r[:9], *self._encoder.dated(r.received_at)) for r in records]
        inserted = insert_new(self._connection, schema.replies, _REPLY, rows)
        if inserted < len(rows):
            rules = _REPLY_RULES_OF_AUTHORITY if self._replace else _REPLY_RULES
            merge(self._connection, schema.replies, _REPLY, rows, rules)
        self.report.inserted["replies"] += inserted
        self.report.duplicate["replies"] += len(rows) - inserted
        derived = self._event_rows(event for event in map(_replied, records) if event is not None)
        if insert_new(self._connection, schema.events, _EVENT, derived) < len(derived) or inserted < len(rows):
            self._realign_events(records)
        self._replies.clear()

    def _realign_events(self, records: list[ReplyRecord]) -> None:
        """Let the events of replies say what the merged replies say."""
        reply, of_reply = schema.replies.c, schema.events.c
        own = (
            reply.campaign_id == of_reply.campaign_id,
            reply.reply_id == of_reply.event_id,
            reply.email_id.is_not(None),
        )
        for campaign_id, ids in _ids_by_campaign(record[:2] for record in records):
            self._connection.execute(
                update(schema.events)
                .where(
                    of_reply.campaign_id == campaign_id,
                    rollup.id_in(self._connection, of_reply.event_id, ids),
                    of_reply.type == EventType.REPLIED,
                    *own,
                )
                .values(
                    email_id=reply.email_id,
                    is_machine=counts_as_automatic(),
                    occurred_at=reply.received_at,
                    occurred_on=reply.received_on,
                    occurred_hour=reply.received_hour,
                    url=None,
                )
            )

    def _write_marks(self) -> None:
        rows: list[Row] = [
            (
                *r[:3],
                self._encoder.instant(r.handled_at),
                r.marked_by,
                self._encoder.instant(r.marked_at),
                r.corrected_by,
                self._encoder.instant(r.corrected_at),
                r.handled_by,
                r.version,
            )
            for r in self._marks.values()
        ]
        insert_new(self._connection, schema.reply_marks, _MARK, rows)  # what a person did here stays
        corrected = [key for key, record in self._marks.items() if record.sentiment is not None]
        for campaign_id, reply_ids in _ids_by_campaign(corrected):
            flag_replied(self._connection, campaign_id, reply_ids)
        self._marks.clear()

    def _write_reported(self) -> None:
        """Totals as a platform reports them. They are replaced whole: a total has no history."""
        table = schema.campaigns.c
        daily_only = set(
            self._connection.execute(select(table.campaign_id).where(table.detail == Detail.DAILY)).scalars()
        )
        days = [record for record in self._daily.values() if record.campaign_id in daily_only]
        for campaign_id in {record.campaign_id for record in days}:
            self._connection.execute(delete(schema.daily_stats).where(schema.daily_stats.c.campaign_id == campaign_id))
            self.report.campaigns.add(campaign_id)
        rows: list[dict[str, Any]] = []
        for record in days:
            rows.append(record._asdict() | {"basis": Basis.ACTIVITY.value})
            # What was sent on a day is the same on both bases; what became of it is known only by the day it happened.
            sent = DailyRecord(record.campaign_id, record.date, emails_sent=record.emails_sent, cost=record.cost)
            rows.append(sent._asdict() | {"basis": Basis.SEND.value})
        if rows:
            self._connection.execute(insert(schema.daily_stats), rows)
        for reported in self._reported:
            here = schema.reported_stats.c.campaign_id == reported.campaign_id
            self._connection.execute(delete(schema.reported_stats).where(here))
            self._connection.execute(insert(schema.reported_stats), reported._asdict())
        self.report.inserted["days"] += len(days)

    def _write_account(self) -> None:
        """The plan and the benchmarks. Those of the sample never mix with the account's own, and give way to them."""
        if not self._account or not admin.make_way_for_account(self._connection, is_sample=self._is_sample):
            return
        plans = [record for record in self._account if isinstance(record, PlanRecord)]
        if plans:
            self._connection.execute(delete(schema.plan))
            self._connection.execute(insert(schema.plan), plans[-1]._asdict())
        for record in self._account:
            if isinstance(record, BenchmarkRecord):
                here = (schema.benchmarks.c.mcp == record.mcp, schema.benchmarks.c.metric == record.metric)
                self._connection.execute(delete(schema.benchmarks).where(*here))
                self._connection.execute(insert(schema.benchmarks), record._asdict())
        self._account.clear()


class _Days:
    """Keeps ``daily_stats`` right: by what changed, or from scratch where that is less work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._change: dict[str, Tally] = {}
        self._known: dict[str, int] = {}
        self._coming: Counter[str] = Counter()
        self._rebuild: set[str] = set()

    def expect(self, sizes: Mapping[str, int]) -> None:
        """Choose the way for these campaigns, of which so many records come next."""
        for campaign_id, size in sizes.items():
            if campaign_id not in self._known:
                self._known[campaign_id] = self._emails_known(campaign_id)
            self._coming[campaign_id] += size
            if self._coming[campaign_id] >= self._known[campaign_id]:
                self._rebuild.add(campaign_id)
                self._change.pop(campaign_id, None)
            if campaign_id not in self._rebuild:
                self._change.setdefault(campaign_id, Counter())

    @property
    def kept_by_change(self) -> Set[str]:
        """The campaigns of which `before` and `after` have to be told which e-mails are touched."""
        return self._change.keys()

    def before(self, touched: dict[str, set[str]]) -> None:
        """Count these e-mails as they are."""
        for campaign_id, email_ids in touched.items():
            self._change[campaign_id].subtract(rollup.recount(self._connection, campaign_id, email_ids))

    def after(self, touched: dict[str, set[str]]) -> None:
        """Count these e-mails as they have become."""
        for campaign_id, email_ids in touched.items():
            self._change[campaign_id].update(rollup.recount(self._connection, campaign_id, email_ids))

    def turn(self, campaign_ids: Iterable[str]) -> None:
        """From now on the events of these campaigns count, where so far only daily totals did."""
        table = schema.campaigns.c
        known = rollup.id_in(self._connection, table.campaign_id, list(campaign_ids))
        daily = select(table.campaign_id).where(known, table.detail == Detail.DAILY)
        self._rebuild.update(self._connection.execute(daily).scalars())

    def finish(self) -> None:
        table = schema.campaigns.c
        daily = select(table.campaign_id).where(table.detail == Detail.DAILY)
        told_by_the_day = set(self._connection.execute(daily).scalars())
        for campaign_id in sorted(self._rebuild - told_by_the_day):
            rollup.rebuild(self._connection, campaign_id)
        for campaign_id, change in sorted(self._change.items()):
            if campaign_id not in told_by_the_day | self._rebuild:
                rollup.add(self._connection, campaign_id, change)

    def _emails_known(self, campaign_id: str) -> int:
        table = schema.daily_stats.c
        days, complete, sent = self._connection.execute(
            select(func.count(), func.count(table.delivered), func.sum(table.emails_sent)).where(
                table.campaign_id == campaign_id, table.basis == Basis.SEND
            )
        ).one()
        # Days that came as totals give way to what the events say.
        return int(sent) if days and days == complete else 0


def _replied(reply: ReplyRecord) -> EventRecord | None:
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


def _ids_by_campaign(keys: Iterable[Key]) -> Iterable[tuple[str, list[str]]]:
    ids: dict[str, list[str]] = defaultdict(list)
    for campaign_id, own_id in keys:
        ids[campaign_id].append(own_id)
    return ids.items()


def _merged(a: EmailRecord, b: EmailRecord) -> EmailRecord:
    """Two descriptions of one e-mail as one; the same in either order (see the rules above)."""

    def last(x: str | None, y: str | None) -> str | None:
        return max(filter(None, (x, y)), default=None)

    sent = [at for at in (a.sent_at, b.sent_at) if at is not None]
    return EmailRecord(
        a.campaign_id,
        a.email_id,
        last(a.recipient, b.recipient),
        last(a.name, b.name),
        last(a.company, b.company),
        min(sent, default=None),
        *(max(x, y) for x, y in zip(a[6:], b[6:], strict=True)),
    )
