"""Records with sensible defaults, so that a test states only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from outreach_results.ingest.records import (
    CampaignRecord,
    ContactRecord,
    EmailRecord,
    EventRecord,
    MarkRecord,
    Record,
    ReplyRecord,
    ReportedRecord,
)

CAMPAIGN = "camp_1"


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant in January 2026, or after it for days beyond 31."""
    return datetime(2026, 1, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


CREATED, SENT, HAPPENED, REPLIED, MARKED = at(1), at(5), at(6), at(7), at(8)


def campaign(
    campaign_id: str = CAMPAIGN,
    name: str = "First contact",
    mcp: str | None = "sales-outreach",
    created_at: datetime = CREATED,
    detail: str = "events",
) -> CampaignRecord:
    return CampaignRecord(campaign_id, name, mcp, created_at, detail)


def email(
    email_id: str = "e1",
    sent_at: datetime | None = SENT,
    *,
    of: str = CAMPAIGN,
    recipient: str | None = "ada@prospect.example",
    name: str | None = "Ada",
    company: str | None = "Prospect",
    costs: tuple[int, int, int] = (1_000, 2_000, 300),
) -> EmailRecord:
    return EmailRecord(of, email_id, recipient, name, company, sent_at, *(costs if sent_at else (0, 0, 0)))


def event(
    kind: str,
    occurred_at: datetime = HAPPENED,
    *,
    email_id: str = "e1",
    event_id: str | None = None,
    of: str = CAMPAIGN,
    is_machine: bool = False,
    url: str | None = None,
) -> EventRecord:
    own_id = event_id or f"{email_id}-{kind}-{occurred_at:%d%H%M}{'-machine' * is_machine}"
    return EventRecord(of, own_id, email_id, kind, occurred_at, is_machine, url)


def reply(
    reply_id: str = "r1",
    received_at: datetime = REPLIED,
    *,
    email_id: str | None = "e1",
    of: str = CAMPAIGN,
    address: str | None = "ada@prospect.example",
    name: str | None = "Ada",
    company: str | None = "Prospect",
    sentiment: str = "neutral",
    preview: str = "Tell me more",
    body: str | None = "Tell me more, please.",
) -> ReplyRecord:
    return ReplyRecord(of, reply_id, email_id, address, name, company, sentiment, preview, body, received_at)


def mark(
    reply_id: str = "r1",
    sentiment: str | None = "positive",
    *,
    of: str = CAMPAIGN,
    handled_at: datetime | None = MARKED,
    by: str | None = "grace@team.example",
    marked_at: datetime = MARKED,
    **more: Any,
) -> MarkRecord:
    return MarkRecord(of, reply_id, sentiment, handled_at, by, marked_at, **more)


def contact(contact_id: str = "c1", as_of: datetime = MARKED, *, of: str = CAMPAIGN, **outcomes: Any) -> ContactRecord:
    """A contact as a snapshot shows it; it was sent one email by default."""
    return ContactRecord(of, contact_id, as_of, f"{contact_id}@prospect.example", **({"sent": 1} | outcomes))


def reported(of: str, emails_sent: int, period_start: datetime, fetched_at: datetime) -> ReportedRecord:
    """A platform's totals of a campaign, of which only the emails sent are known."""
    unknown: dict[str, Any] = dict.fromkeys(ReportedRecord._fields)
    known = {"campaign_id": of, "emails_sent": emails_sent, "period_start": period_start, "fetched_at": fetched_at}
    return ReportedRecord(**unknown | known)


def emails(count: int, *, of: str = CAMPAIGN, day: int = 5) -> list[EmailRecord]:
    """Delivered nowhere yet: emails e1, e2, … sent on one day."""
    return [email(f"e{n}", at(day), of=of) for n in range(1, count + 1)]


EVERY_KIND: list[Record] = [
    campaign(),
    email("e1"),
    email("e2", at(5)),
    event("delivered"),
    event("opened", at(6), is_machine=True),
    event("opened", at(7)),
    event("opened", at(8)),
    event("clicked", at(8), url="https://example.com/?a=1"),
    event("bounced", email_id="e2"),
    event("meeting_booked", at(9)),
    reply(),
    mark(),
]
"""A campaign with at least one record of each kind that is no total."""
