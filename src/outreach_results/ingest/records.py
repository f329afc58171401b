"""The records that every source yields, and the checks of their fields.

A record is a plain named tuple, because files hold millions of them. Instants are aware and UTC, costs are integer
micro-dollars, texts are free of NUL characters and lone surrogates. A row that cannot become a record becomes a
`Rejected` instead, and never stops the rows around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from outreach_results.ingest.fields import FieldError
from outreach_results.models import Detail
from outreach_results.store.entries import Entries
from outreach_results.store.labels import Rule, SaidLabels

MAX_SENT_TEXT = 20_000
"""Characters of the text of an email that are kept: read by the thousand, they have to fit into memory."""


Tracks = tuple[tuple[str, bool], ...]
"""Whether something, such as ``opens``, is tracked; what is left out is not spoken of."""


class CampaignRecord(NamedTuple):
    """A campaign; ``tracks`` is what its source declares, ``tracks_choice`` what a person chose.

    ``entered`` is what a person entered because the source lacks it. ``labels`` are its client and tags; None where the
    source has neither.
    """

    campaign_id: str
    name: str
    mcp: str | None
    created_at: datetime
    detail: str = Detail.EVENTS.value
    tracks: Tracks = ()
    tracks_choice: Tracks = ()
    entered: Entries = Entries()
    labels: SaidLabels | None = None


class EmailRecord(NamedTuple):
    """An email; ``sent_at`` is None while only later events of it are known.

    ``step`` and ``variant`` say which text of the campaign's sequence it has, ``mailbox`` from which address it was
    sent; ``subject`` and ``text`` are as sent.
    """

    campaign_id: str
    email_id: str
    recipient: str | None = None
    name: str | None = None
    company: str | None = None
    sent_at: datetime | None = None
    cost_ai_generation: int = 0
    cost_lead_enrichment: int = 0
    cost_email_sending: int = 0
    step: str | None = None
    variant: str | None = None
    mailbox: str | None = None
    subject: str | None = None
    text: str | None = None


class EventRecord(NamedTuple):
    """Something that happened to an email after it was sent.

    ``kind`` is that of a bounce, ``hard``, ``soft`` or ``blocked``, or ``complaint`` where somebody called the email
    spam; ``reason`` is what the other server or the source says of it, ``source_type`` the source's word for the event.
    """

    campaign_id: str
    event_id: str
    email_id: str
    type: str
    occurred_at: datetime
    is_machine: bool = False
    url: str | None = None
    kind: str | None = None
    reason: str | None = None
    source_type: str | None = None


class ReplyRecord(NamedTuple):
    """A reply; where its email is known the loader derives the ``replied`` event, under the reply's id."""

    campaign_id: str
    reply_id: str
    email_id: str | None
    address: str | None
    name: str | None
    company: str | None
    sentiment: str
    preview: str
    body: str | None
    received_at: datetime
    text_removed: str | None = None  # why preview and body are empty, as `replies.text_removed` has it


class MarkRecord(NamedTuple):
    """The state of a reply set by people in the inbox; ``marked_by`` and ``marked_at`` are of the last change."""

    campaign_id: str
    reply_id: str
    sentiment: str | None
    handled_at: datetime | None
    marked_by: str | None
    marked_at: datetime
    corrected_by: str | None = None
    corrected_at: datetime | None = None
    handled_by: str | None = None
    version: int = 1
    meeting_marked_at: datetime | None = None
    meeting_marked_by: str | None = None
    assignee: str | None = None
    assigned_by: str | None = None
    assigned_at: datetime | None = None
    snoozed_until: date | None = None
    snoozed_by: str | None = None
    snoozed_at: datetime | None = None


class DailyRecord(NamedTuple):
    """One day of a campaign with daily totals only; None where the source does not report a number."""

    campaign_id: str
    date: date
    emails_sent: int | None = None
    delivered: int | None = None
    bounced: int | None = None
    opened: int | None = None
    clicked: int | None = None
    replied: int | None = None
    unsubscribed: int | None = None
    meetings_booked: int | None = None
    cost: int | None = None


class ReportedRecord(NamedTuple):
    """The totals of a whole campaign as its platform reports them."""

    campaign_id: str
    period_start: datetime | None
    period_end: datetime | None
    emails_sent: int | None
    delivered: int | None
    bounced: int | None
    opened: int | None
    clicked: int | None
    replied: int | None
    unsubscribed: int | None
    meetings_booked: int | None
    cost_ai_generation: int | None
    cost_lead_enrichment: int | None
    cost_email_sending: int | None
    cost: int | None
    fetched_at: datetime


class ContactRecord(NamedTuple):
    """A contact, or an email, as a snapshot of a campaign shows it at ``as_of``.

    Of each outcome how often it happened, and when it first did; None where the snapshot does not say. An outcome
    without a moment counts in totals and on no day: no date is ever made up.
    """

    campaign_id: str
    contact_id: str
    as_of: datetime
    address: str | None = None
    name: str | None = None
    company: str | None = None
    category: str | None = None
    cost: int | None = None
    sent: int | None = None
    sent_at: datetime | None = None
    delivered: int | None = None
    delivered_at: datetime | None = None
    bounced: int | None = None
    bounced_at: datetime | None = None
    opened: int | None = None
    opened_at: datetime | None = None
    clicked: int | None = None
    clicked_at: datetime | None = None
    replied: int | None = None
    replied_at: datetime | None = None
    unsubscribed: int | None = None
    unsubscribed_at: datetime | None = None
    meetings: int | None = None
    meeting_at: datetime | None = None
    step: str | None = None
    variant: str | None = None
    mailbox: str | None = None
    subject: str | None = None
    text: str | None = None


class PlanRecord(NamedTuple):
    name: str
    email_limit: int
    price: int
    known_at: datetime | None = None


class BenchmarkRecord(NamedTuple):
    """The community's distribution of one metric; ``mcp`` is '' for the community as a whole."""

    mcp: str
    metric: str
    average: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    sample_size: int | None
    updated_at: datetime | None


class ForgottenRecord(NamedTuple):
    """Somebody who was forgotten in another database: an HMAC of the address, and its salt, in hex."""

    salt: str
    digest: str
    forgotten_at: datetime


class ClientRecord(NamedTuple):
    """A client that people named in another database."""

    client_id: str
    name: str


class RuleRecord(NamedTuple):
    """A rule of another database that gives a client or a tag to campaigns by their names."""

    rule: Rule


class Rejected(NamedTuple):
    """A row that could not be used: its source, number and column, and the reason.

    ``original`` are the row's own fields, where the file has named ones, or what `rejects.within_document` gives: the
    row can be corrected and imported again.
    """

    source: str
    row: int  # 0 where only what is stored shows that it is wrong
    column: str
    reason: str
    original: Mapping[str, Any] | None = None


class Notice(NamedTuple):
    """A sentence about a file that was read: what of it is not used, or is missing from it."""

    sentence: str


Record = (
    CampaignRecord
    | EmailRecord
    | EventRecord
    | ReplyRecord
    | MarkRecord
    | ContactRecord
    | DailyRecord
    | ReportedRecord
    | PlanRecord
    | BenchmarkRecord
    | ForgottenRecord
    | ClientRecord
    | RuleRecord
)
FileItem = Record | Rejected | Notice
"""What a reader yields."""

Records = Iterator[FileItem]


def require_cost_has_sending(email: EmailRecord) -> EmailRecord:
    """Costs are dated by the day of sending, so an email with costs needs one."""
    if email.sent_at is None and (email.cost_ai_generation or email.cost_lead_enrichment or email.cost_email_sending):
        raise FieldError("sent_at", "an email that has costs needs the time at which it was sent")
    return email
