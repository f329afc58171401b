"""The words of the Results API as types: one definition for pages, HTTP API, sync client and docs.

Counts are unique emails. A count that is not tracked, and a rate without a denominator, is ``None``, never 0.
Instants are aware and in UTC; dates are local to the reporting time zone. Money is integer micro-dollars inside
the product and dollars (``*_usd``) in these models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema, create_model

from outreach_results.models.metric_definitions import COSTS, COUNT_METRICS, COUNTS, RATES, TRACKED

MICROS_PER_DOLLAR = 1_000_000

MAX_ID = 200
"""The longest id, in characters, that a campaign, email, event or reply may have."""

YEARS = range(1990, 2101)
"""Years outside of these are mistakes in a file or a form."""


class EventType(StrEnum):
    """What can happen to an email, in the email field's standard names."""

    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    UNSUBSCRIBED = "unsubscribed"
    MEETING_BOOKED = "meeting_booked"


class Sentiment(StrEnum):
    """How a reply sounds."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    AUTOMATIC = "automatic"
    UNCLASSIFIED = "unclassified"


class ReplyState(StrEnum):
    """What is to be done with a reply: it waits for someone, it waits for a day, or it is done."""

    OPEN = "open"
    SNOOZED = "snoozed"
    HANDLED = "handled"


class Basis(StrEnum):
    """Which day an event counts on: its own (activity) or its email's sending day (send)."""

    ACTIVITY = "activity"
    SEND = "send"


class Detail(StrEnum):
    """What is known of a campaign: every event, only daily totals, or what became of each contact.

    In the order of the alphabet the more detailed comes last, which is how loads choose between two.
    """

    EVENTS = "events"
    DAILY = "daily"
    CONTACTS = "contacts"


COUNT_OF: dict[EventType, str] = {EventType(count.event): count.name for count in COUNT_METRICS.values()}
"""The contract's name for the count of each event type."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What somebody noted beside the results of a day; ``campaign_id`` is '' where it is about all campaigns."""

    annotation_id: str
    date: date
    campaign_id: str
    text: str
    author: str | None
    created_at: datetime


def _utc_z(value: datetime) -> str:
    """An instant as the contract writes it: UTC, ending in Z, no fraction unless there is one."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


Instant = Annotated[
    datetime,
    PlainSerializer(_utc_z, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


class Model(BaseModel):
    """Base of the contract's bodies. Unknown fields of a remote answer are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Period(Model):
    """From the first second of the first day to the last second of the last day."""

    start: Instant
    end: Instant


class _NamedValues(Model):
    """Base of bodies whose fields are the metrics of a registry."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The body with these values.

        Raises:
            ValueError: one of them is of no metric in the registry; plain construction would drop it.
        """
        unknown = ", ".join(sorted(values.keys() - cls.model_fields.keys()))
        if unknown:
            raise ValueError(f"{cls.__name__} has no {unknown}.")
        return cls(**values)


if TYPE_CHECKING:

    class Stats(_NamedValues):
        """Unique emails per outcome."""

        def __getattr__(self, name: str) -> int | None: ...

else:
    Stats = create_model(
        "Stats",
        __base__=_NamedValues,
        __doc__="Unique emails per outcome.",
        __module__=__name__,
        **dict.fromkeys(COUNTS, (int | None, None)),
    )


if TYPE_CHECKING:

    class Rates(_NamedValues):
        """Shares, rounded to three decimals: delivered of sent, everything else of delivered."""

        def __getattr__(self, name: str) -> float | None: ...

else:
    Rates = create_model(
        "Rates",
        __base__=_NamedValues,
        __doc__="Shares, rounded to three decimals: delivered of sent, everything else of delivered.",
        __module__=__name__,
        **dict.fromkeys(RATES, (float | None, None)),
    )


if TYPE_CHECKING:

    class CostBreakdown(_NamedValues):
        """What the own keys (BYOK) were charged, by component, in dollars."""

        def __getattr__(self, name: str) -> float | None: ...

else:
    CostBreakdown = create_model(
        "CostBreakdown",
        __base__=_NamedValues,
        __doc__="What the own keys (BYOK) were charged, by component, in dollars.",
        __module__=__name__,
        **dict.fromkeys(COSTS, (float | None, None)),
    )


class Costs(Model):
    """Cost of the period in dollars."""

    total_byok_usd: float | None = None
    breakdown: CostBreakdown = CostBreakdown()


class CampaignStats(Model):
    """``GET /campaigns/:id/stats``. ``period`` is None while nothing has happened."""

    campaign_id: str
    period: Period | None = None
    stats: Stats
    rates: Rates
    costs: Costs


class CohortStats(CampaignStats):
    """``GET /campaigns/:id/stats?basis=send``: the same, and what the youngest emails are still expected to bring.

    Attributes:
        share_in: by rate, the share (0 to 1) of its outcomes that is expected to be in.
        adjusted_rates: each rate as it is expected to be once everything is in; None while less than 5% is. Both are
            None while too little is known of how long outcomes take.
    """

    share_in: Rates
    adjusted_rates: Rates


class DailyRow(Model):
    """One day of ``GET /campaigns/:id/stats/daily``."""

    date: date
    emails_sent: int | None = None
    opened: int | None = None
    replied: int | None = None
    cost_usd: float | None = None


class DailyStats(Model):
    """``GET /campaigns/:id/stats/daily``, oldest day first; days on which nothing happened are left out."""

    campaign_id: str
    daily: list[DailyRow]


class Reply(Model):
    """A reply as lists show it; ``sentiment`` is the corrected one where someone corrected it."""

    id: str
    email: str | None = None
    name: str | None = None
    company: str | None = None
    sentiment: Sentiment
    preview: str
    received_at: Instant
    assignee: str | None = None
    snoozed_until: date | None = None


class InboxReply(Reply):
    """A reply with what only the inbox shows."""

    campaign_id: str
    email_id: str | None = None
    body: str | None = None
    text_removed: str | None = None
    source_sentiment: Sentiment
    corrected_by: str | None = None
    corrected_at: Instant | None = None
    handled_at: Instant | None = None
    handled_by: str | None = None
    meeting_marked_at: Instant | None = None
    meeting_marked_by: str | None = None
    assigned_by: str | None = None
    assigned_at: Instant | None = None
    snoozed_by: str | None = None
    snoozed_at: Instant | None = None
    mark_version: int = 0


class Pagination(Model):
    """Where a page stands among all rows of its question."""

    total: int
    page: int
    per_page: int


class Replies(Model):
    """``GET /campaigns/:id/replies``, newest first."""

    campaign_id: str
    replies: list[Reply]
    pagination: Pagination


class TrackedCampaigns(Model):
    """How many campaigns a total is of, out of those that were active."""

    campaigns: int
    of_campaigns: int


class UsageNumbers(Model):
    """What a month used of the plan; ``emails_remaining`` is None without a plan.

    ``byok_cost_usd`` is that of the campaigns that track costs, None where none does; ``cost_tracked`` says how many.
    """

    campaigns_created: int
    emails_sent: int
    emails_remaining: int | None = None
    byok_cost_usd: float | None
    cost_tracked: TrackedCampaigns | None = None


class Plan(Model):
    """The account's plan."""

    name: str
    email_limit: int
    price_usd: float


class Usage(Model):
    """``GET /usage``; ``period`` is YYYY-MM in the reporting time zone."""

    period: str
    usage: UsageNumbers
    plan: Plan | None = None


class UsageOfAccount(Model):
    """What a month used of the plan of one of several accounts; ``plan`` is None where its platform does not say it.

    ``emails_sent`` are those of the campaigns that were read from the account.
    """

    name: str
    emails_sent: int
    emails_remaining: int | None = None
    plan: Plan | None = None


class UsageOfAccounts(Usage):
    """``GET /usage`` where several accounts are connected: ``usage`` and ``plan`` are of all of them together."""

    accounts: list[UsageOfAccount]


class Distribution(Model):
    """How a metric is spread over the community."""

    average: float | None = None
    p25: float | None = None
    p50: float | None = None
    p75: float | None = None


class Benchmarks(Model):
    """``GET /benchmarks``; ``mcp`` is None for the community as a whole."""

    mcp: str | None = None
    sample_size: int | None = None
    benchmarks: dict[str, Distribution]
    updated_at: Instant | None = None


class CampaignClient(Model):
    """To whom a campaign belongs."""

    id: str
    name: str


class Campaign(Model):
    """One row of ``GET /campaigns``. ``tracked``: what it tracks; all other counts and costs of it are None."""

    id: str
    name: str
    mcp: str | None = None
    created_at: Instant
    detail: Detail = Detail.EVENTS
    tracked: tuple[str, ...] = tuple(TRACKED)
    client: CampaignClient | None = None
    tags: tuple[str, ...] = ()


class Campaigns(Model):
    """``GET /campaigns``, newest first."""

    campaigns: list[Campaign]
    pagination: Pagination


class Ingested(Model):
    """``POST /ingest/{source}``: how many events a delivery had, and how many of them cannot be used, with reasons."""

    source: str
    received: int
    rejected: int
    reasons: list[str]


def dollars(micros: int) -> float:
    """Micro-dollars as dollars: exact to the micro-dollar."""
    return micros / MICROS_PER_DOLLAR
