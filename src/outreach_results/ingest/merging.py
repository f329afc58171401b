"""The columns that a record fills, and the rules for merging where two sources disagree."""

from __future__ import annotations

from outreach_results.ingest.records import (
    ContactRecord,
    EmailRecord,
)
from outreach_results.models import COST_COLUMNS
from outreach_results.store.schema import CHOSEN, DECLARED, OUTCOME_COLUMNS

# The conditions under which a new value replaces the stored one. Chosen so that the order of loads does not matter: a
# value beats NULL, a classified sentiment beats unclassified, and otherwise the value that sorts last stays (of
# instants, the earliest).
_FILL = "{new} IS NOT NULL AND ({old} IS NULL OR {new} > {old})"
_MISSING = "{old} IS NULL AND {new} IS NOT NULL"
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
EMAIL = (
    "campaign_id",
    "email_id",
    "recipient",
    "name",
    "company",
    "sent_at",
    "sent_on",
    "sent_hour",
    *COST_COLUMNS,
    "load_no",
)
EVENT = (
    "campaign_id",
    "event_id",
    "email_id",
    "type",
    "occurred_at",
    "occurred_on",
    "occurred_hour",
    "is_machine",
    "url",
    "load_no",
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
)

CONTACT = (*ContactRecord._fields, "load_no")

CAMPAIGN_RULES = {
    "name": _FILL,
    "mcp": _FILL,
    "created_at": _EARLIEST,
    "created_on": _EARLIEST,
    "detail": LARGEST,  # 'events' sorts after 'daily': once events are stored, daily totals do not replace them
    **dict.fromkeys(DECLARED.values(), _FILL),  # what one source tracks is tracked
    **dict.fromkeys(CHOSEN.values(), _MISSING),  # what a person chose here stays
}
CAMPAIGN_RULES_OF_AUTHORITY = dict.fromkeys(CAMPAIGN_RULES, LATEST_WINS) | {
    "detail": LARGEST,
    **dict.fromkeys(CHOSEN.values(), _MISSING),
}
EMAIL_RULES = {
    "recipient": _FILL,
    "name": _FILL,
    "company": _FILL,
    "sent_at": _EARLIEST,
    "sent_on": _EARLIEST,
    "sent_hour": _EARLIEST,
    **dict.fromkeys(COST_COLUMNS, LARGEST),
    # An email that was only referred to so far belongs to the load that brings its sending.
    "load_no": "emails.sent_at IS NULL AND excluded.sent_at IS NOT NULL",
}
DESCRIPTION_RULES = {name: EMAIL_RULES[name] for name in ("recipient", "name", "company")}
REPLY_RULES = {
    "email_id": _MISSING,
    "address": _FILL,
    "name": _FILL,
    "company": _FILL,
    "sentiment": _CLASSIFIED,
    "preview": LARGEST,
    "body": _FILL,
    "received_at": _EARLIEST,
    "received_on": _EARLIEST,
    "received_hour": _EARLIEST,
}

CONTACT_RULES = {
    **dict.fromkeys(("address", "name", "company", "category", "cost"), _FILL),
    **dict.fromkeys(OUTCOME_COLUMNS, _FILL),
    **dict.fromkeys(OUTCOME_COLUMNS.values(), _EARLIEST),
}

EMAIL_RULES_OF_AUTHORITY = dict.fromkeys(EMAIL_RULES, LATEST_WINS) | {"load_no": EMAIL_RULES["load_no"]}
EVENT_RULES_OF_AUTHORITY = dict.fromkeys(EVENT[3:-1], LATEST_WINS)
REPLY_RULES_OF_AUTHORITY = dict.fromkeys(REPLY_RULES, LATEST_WINS) | {
    # A source that has less of a reply than another one does not remove anything.
    "email_id": LATEST_NOT_NULL_WINS,
    "body": LATEST_NOT_NULL_WINS,
}


def merged(a: EmailRecord, b: EmailRecord) -> EmailRecord:
    """Two records of one email as one, by the rules above; the same in either order."""

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
