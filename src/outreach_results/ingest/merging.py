"""The columns that a record fills, and the rules for merging where two sources disagree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from outreach_results.ingest.records import (
    BenchmarkRecord,
    ContactRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    MarkRecord,
    PlanRecord,
    ReportedRecord,
)
from outreach_results.models import COST_COLUMNS, EventType
from outreach_results.store.entries import Entries
from outreach_results.store.schema import CHOSEN, DECLARED, EMAIL_DETAILS, EVENT_DETAILS, OUTCOME_COLUMNS
from outreach_results.store.tracking import is_chosen_here

# The conditions under which a new value replaces the stored one. Chosen so that the order of loads does not matter: a
# value beats NULL, a classified sentiment beats unclassified, and otherwise the value that sorts last stays (of
# instants, the earliest).
_FILL = "{new} IS NOT NULL AND ({old} IS NULL OR {new} > {old})"
_EARLIEST = "{new} IS NOT NULL AND ({old} IS NULL OR {new} < {old})"
LARGEST = "{new} > {old}"
_CLASSIFIED = "{new} <> {old} AND {new} <> 'unclassified' AND ({old} = 'unclassified' OR {new} > {old})"
LATEST_WINS = "{new} IS DISTINCT FROM {old}"
LATEST_NOT_NULL_WINS = "{new} IS NOT NULL AND {new} IS DISTINCT FROM {old}"

CAMPAIGN = (
    "campaign_id",
    "name",
    "mcp",
    "created_at",
    "created_on",
    "detail",
    "is_sample",
    "load_no",
    *DECLARED.values(),
    *CHOSEN.values(),
)
REPLY = (
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
    "load_no",
    "text_removed",
)
MARK = (
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
    "meeting_marked_at",
    "meeting_marked_by",
    "assignee",
    "assigned_by",
    "assigned_at",
    "snoozed_until",
    "snoozed_by",
    "snoozed_at",
)

CONTACT = (*ContactRecord._fields, "load_no")

# A file that does not describe its campaign calls it by its id and guesses when it began: both give way.
_NEW_IS_DESCRIBED = "excluded.name <> excluded.campaign_id"
_OLD_IS_DESCRIBED = "campaigns.name <> campaigns.campaign_id"
_DESCRIBED_EARLIEST = (
    f"({_NEW_IS_DESCRIBED} AND NOT {_OLD_IS_DESCRIBED}) "
    f"OR (({_NEW_IS_DESCRIBED} OR NOT {_OLD_IS_DESCRIBED}) AND {{new}} < {{old}})"
)

# What a person chose here stays; of what two files say was chosen elsewhere, what is tracked.
_CHOICE_RULES = {
    column: f"{{new}} IS NOT NULL AND ({{old}} IS NULL OR {{new}} > {{old}} AND NOT {is_chosen_here(kind)})"
    for kind, column in CHOSEN.items()
}


def _unless_removed(wins: str) -> str:
    """A text of a reply that was removed is brought back by no source that still has it."""
    return f"replies.text_removed IS NULL AND (excluded.text_removed IS NOT NULL OR ({wins}))"


CAMPAIGN_RULES = {
    "name": f"{_NEW_IS_DESCRIBED} AND ({{new}} > {{old}} OR NOT {_OLD_IS_DESCRIBED})",
    "mcp": _FILL,
    "created_at": _DESCRIBED_EARLIEST,
    "created_on": _DESCRIBED_EARLIEST,
    "detail": LARGEST,  # 'events' sorts after 'daily': once events are stored, daily totals do not replace them
    **dict.fromkeys(DECLARED.values(), _FILL),  # what one source tracks is tracked
    **_CHOICE_RULES,
}
CAMPAIGN_RULES_OF_AUTHORITY = dict.fromkeys(CAMPAIGN_RULES, LATEST_WINS) | {
    "detail": LARGEST,
    **_CHOICE_RULES,
}
EMAIL_RULES = {
    "recipient": _FILL,
    "recipient_key": _FILL,
    "recipient_domain": _FILL,
    "name": _FILL,
    "company": _FILL,
    "sent_at": _EARLIEST,
    "sent_on": _EARLIEST,
    "sent_hour": _EARLIEST,
    **dict.fromkeys(COST_COLUMNS, LARGEST),
    **dict.fromkeys(EMAIL_DETAILS, _FILL),
    # An email that was only referred to so far belongs to the load that brings its sending.
    "load_no": "emails.sent_at IS NULL AND excluded.sent_at IS NOT NULL",
}
_DESCRIPTION = ("recipient", "recipient_key", "recipient_domain", "name", "company", *EMAIL_DETAILS)
DESCRIPTION_RULES = {name: EMAIL_RULES[name] for name in _DESCRIPTION}
REPLY_RULES = {
    "email_id": _FILL,
    "address": _FILL,
    "name": _FILL,
    "company": _FILL,
    "sentiment": _CLASSIFIED,
    "preview": _unless_removed(LARGEST),
    "body": _unless_removed(_FILL),
    "text_removed": _FILL,
    "received_at": _EARLIEST,
    "received_on": _EARLIEST,
    "received_hour": _EARLIEST,
}

CONTACT_RULES = {
    **dict.fromkeys(("address", "name", "company", "category", "cost", *EMAIL_DETAILS), _FILL),
    **dict.fromkeys(OUTCOME_COLUMNS, _FILL),
    **dict.fromkeys(OUTCOME_COLUMNS.values(), _EARLIEST),
}

EMAIL_RULES_OF_AUTHORITY = dict.fromkeys(EMAIL_RULES, LATEST_WINS) | {
    # An older server does not know these.
    **dict.fromkeys(EMAIL_DETAILS, LATEST_NOT_NULL_WINS),
    "load_no": EMAIL_RULES["load_no"],
}
_OF_EVENT = ("email_id", "type", "occurred_at", "occurred_on", "occurred_hour", "is_machine", "url")
EVENT_RULES = dict.fromkeys((*_OF_EVENT, *EVENT_DETAILS), LATEST_WINS)
MARK_RULES = dict.fromkeys(MARK[2:], LATEST_WINS)
REPLY_RULES_OF_AUTHORITY = dict.fromkeys(REPLY_RULES, LATEST_WINS) | {
    # A source that has less of a reply than another one does not remove anything.
    "email_id": LATEST_NOT_NULL_WINS,
    "preview": _unless_removed(LATEST_WINS),
    "body": _unless_removed(LATEST_NOT_NULL_WINS),
    "text_removed": _FILL,
}


def merged(a: EmailRecord, b: EmailRecord) -> EmailRecord:
    """Two records of one email as one, by the rules above; the same in either order."""
    costs: dict[str, Any] = {name: max(getattr(a, name), getattr(b, name)) for name in COST_COLUMNS}
    details: dict[str, Any] = {name: _last(getattr(a, name), getattr(b, name)) for name in EMAIL_DETAILS}
    sent = [at for at in (a.sent_at, b.sent_at) if at is not None]
    return EmailRecord(
        a.campaign_id,
        a.email_id,
        _last(a.recipient, b.recipient),
        _last(a.name, b.name),
        _last(a.company, b.company),
        min(sent, default=None),
        **(costs | details),
    )


def _last(a: str | None, b: str | None) -> str | None:
    """Of two texts the one that sorts last."""
    return max(filter(None, (a, b)), default=None)


_LATEST = datetime.max.replace(tzinfo=UTC)

Rank = tuple[Any, ...]
"""Of two records with one key the one of the higher rank stays, whichever came first."""


def _comparable(values: Iterable[Any]) -> Rank:
    """Values as they can be compared although some of them are None, which comes first."""
    return tuple((value is not None, value) for value in values)


def event_rank(record: EventRecord) -> Rank:
    """Of two events of one id the earlier one stays; a reply gives way, because it may come as a reply too."""
    return record.type != EventType.REPLIED, _LATEST - record.occurred_at, record.type, record.email_id


def is_same_event(a: EventRecord, b: EventRecord) -> bool:
    """Whether two records of one id tell of the same event; what they say beside it may differ."""
    return a[2:5] == b[2:5]


def merged_event(a: EventRecord, b: EventRecord) -> EventRecord:
    """Two records of the same event as one; the same in either order."""
    described: dict[str, Any] = {name: _last(getattr(a, name), getattr(b, name)) for name in ("url", *EVENT_DETAILS)}
    return a._replace(is_machine=a.is_machine or b.is_machine, **described)


def mark_rank(record: MarkRecord) -> Rank:
    """Of two marks the one of the higher version stays, then the later one."""
    return record.version, record.marked_at, _comparable(record)


def entries_rank(entered: Entries) -> Rank:
    """Of two things that were entered elsewhere the one that sorts last stays."""
    return _comparable((entered.name, entered.mcp, entered.cost, entered.cost_per))


def plan_rank(record: PlanRecord) -> Rank:
    """Of two plans the one that was known later stays, then the larger one."""
    return _comparable((record.known_at, record.email_limit, record.price, record.name))


def benchmark_rank(record: BenchmarkRecord) -> Rank:
    """Of two benchmarks of one metric the one updated later stays."""
    return _comparable((record.updated_at, *record))


def reported_rank(record: ReportedRecord) -> Rank:
    """Of two reports of a campaign the one fetched later stays."""
    return _comparable((record.fetched_at, *record))


def merged_day(a: DailyRecord, b: DailyRecord) -> DailyRecord:
    """Two records of one day as one: of each number the larger, because what is counted of a day only grows."""
    numbers = (max((n for n in pair if n is not None), default=None) for pair in zip(a[2:], b[2:], strict=True))
    return DailyRecord(a.campaign_id, a.date, *numbers)


def contradict(a: DailyRecord, b: DailyRecord) -> bool:
    """Whether two records of one day have different values of one number."""
    return any(None not in pair and pair[0] != pair[1] for pair in zip(a[2:], b[2:], strict=True))


def moment(value: datetime) -> str:
    """An instant as a report names it."""
    return f"{value:%Y-%m-%d %H:%M:%S} UTC"
