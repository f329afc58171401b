"""What a file would bring in, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from outreach_results.ingest.columns import BulkItem, one_by_one
from outreach_results.ingest.records import (
    CampaignRecord,
    ContactRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    Notice,
    Record,
    Rejected,
    ReplyRecord,
    ReportedRecord,
)
from outreach_results.models import EventType
from outreach_results.store.schema import OUTCOME_COLUMNS

FIRST = 10
_PROBLEMS_KEPT = 200
_KINDS = {
    CampaignRecord: "campaigns",
    EmailRecord: "emails",
    EventRecord: "events",
    ReplyRecord: "replies",
    ContactRecord: "contacts",
    DailyRecord: "days",
    ReportedRecord: "totals",
}


@dataclass
class Preview:
    """What the records of a file are, counted without a database.

    Attributes:
        kinds: how many records of each kind.
        types: how many events of each type; of contacts, how many have that outcome.
        campaigns: id → name.
        first, last: the dates between which everything lies.
        records: the first records that are no description of a campaign.
        problems: the first rows that cannot be used, of ``problems_total``.
        is_complete: whether all records were counted.
        notices: what there is to say of the file as a whole.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    campaigns: dict[str, str] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    records: list[Record] = field(default_factory=list)
    problems: list[Rejected] = field(default_factory=list)
    problems_total: int = 0
    notices: list[str] = field(default_factory=list)
    is_complete: bool = True


def preview(records: Iterable[BulkItem], *, at_most: int | None = None) -> Preview:
    """Count what a file holds, and keep next to nothing of it.

    Args:
        at_most: stop after so many records; all of them if None.

    Raises:
        SourceError: the file cannot be read to its end.
    """
    summary = Preview()
    for number, record in enumerate(one_by_one(records)):
        if number == at_most:
            summary.is_complete = False
            break
        if isinstance(record, Rejected):
            summary.problems_total += 1
            if len(summary.problems) < _PROBLEMS_KEPT:
                summary.problems.append(record)
            continue
        if isinstance(record, Notice):
            summary.notices.append(record.sentence)
            continue
        summary.kinds[_KINDS.get(type(record), "settings")] += 1
        if isinstance(record, CampaignRecord):
            summary.campaigns[record.campaign_id] = record.name
            continue
        if len(summary.records) < FIRST:
            summary.records.append(record)
        _count(summary, record)
    summary.kinds["campaigns"] = len(summary.campaigns)
    return summary


def _count(summary: Preview, record: Record) -> None:
    if isinstance(record, EventRecord):
        summary.types[record.type] += 1
        _widen(summary, record.occurred_at)
    elif isinstance(record, EmailRecord):
        if record.sent_at is not None:
            summary.types[EventType.SENT.value] += 1
            _widen(summary, record.sent_at)
    elif isinstance(record, ReplyRecord):
        summary.types[EventType.REPLIED.value] += 1
        _widen(summary, record.received_at)
    elif isinstance(record, ContactRecord):
        values = record._asdict()
        for counted, moment in OUTCOME_COLUMNS.items():
            summary.types[counted] += bool(values[counted])
            _widen(summary, values[moment])
    elif isinstance(record, DailyRecord):
        _widen(summary, datetime.combine(record.date, time(12), UTC))


def _widen(summary: Preview, at: datetime | None) -> None:
    if at is None:
        return
    on = at.date()
    summary.first = on if summary.first is None else min(summary.first, on)
    summary.last = on if summary.last is None else max(summary.last, on)
