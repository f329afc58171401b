"""Instantly, API v2: the analytics by day and by campaign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.context import CampaignNames, Context
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.readers.common import (
    Cells,
    Sums,
    campaign_of,
    difference,
    each_row,
    needed_moment,
    reported,
)
from outreach_results.ingest.records import DailyRecord, Record, Records
from outreach_results.ingest.tool_formats import ALL_COUNTS, Field, States, ToolFormat
from outreach_results.ingest.values import count
from outreach_results.models import Detail

OPPORTUNITY = "opportunity"


def _counts_opportunities(context: Context) -> bool:
    """Whether a person chose that an opportunity is a meeting."""
    return any(word.casefold() in (OPPORTUNITY, "opportunities") for word in context.meetings)


# --- days --------------------------------------------------------------------------------------------------------


def _is_days(content: Content) -> bool:
    return content.has("date", "sent", "unique_opened", "unique_replies")


def _days(content: Content, context: Context) -> Records:
    cells = Cells(content)
    names = CampaignNames(context, Detail.DAILY)

    def read(row: Row) -> Iterator[Record]:
        on = _day(cells, row)
        campaign = campaign_of(names, cells.id(row, "campaign_id"), cells.text(row, "campaign_name"))
        day = DailyRecord(
            campaign,
            on,
            emails_sent=cells.count(row, "sent"),
            opened=cells.count(row, "unique_opened"),
            clicked=cells.count(row, "unique_clicks"),
            replied=cells.count(row, "unique_replies"),
            meetings_booked=cells.count(row, "unique_opportunities") if _counts_opportunities(context) else None,
        )
        yield from names.seen(campaign, datetime.combine(on, time(12), UTC))
        yield day

    yield from each_row(content, names, read)


def _day(cells: Cells, row: Row) -> date:
    return cells.needed_instant(row, "date").date()


# --- campaigns ---------------------------------------------------------------------------------------------------


def _is_campaigns(content: Content) -> bool:
    return content.has("emails_sent_count", "bounced_count", "reply_count")


def _campaigns(content: Content, context: Context) -> Records:
    cells = Cells(content)
    names = CampaignNames(context, Detail.DAILY)
    totals = Sums()

    def read(row: Row) -> Iterator[Record]:
        campaign = campaign_of(names, cells.id(row, "campaign_id"), cells.text(row, "campaign_name"))
        at = needed_moment(context.as_of)
        sent, bounced = cells.count(row, "emails_sent_count"), cells.count(row, "bounced_count")
        meetings = cells.count(row, "total_meeting_booked")
        if _counts_opportunities(context):
            meetings = cells.count(row, "total_opportunities")
        totals.add(
            (campaign,),
            (),
            {
                "emails_sent": sent,
                "bounced": bounced,
                "delivered": difference(sent, bounced),
                "opened": _unique(cells, row, "open_count"),
                "clicked": _unique(cells, row, "link_click_count", is_unique=False),
                "replied": _unique(cells, row, "reply_count"),
                "unsubscribed": cells.count(row, "unsubscribed_count"),
                "meetings_booked": meetings,
            },
        )
        yield from names.seen(campaign, at)

    yield from each_row(content, names, read)
    if context.as_of is not None:
        for (campaign_id,), counts in totals:
            yield reported(campaign_id, counts, context.as_of)


def _unique(cells: Cells, row: Row, name: str, *, is_unique: bool = True) -> int | None:
    """How many emails: counted by step where it is, else by lead.

    Args:
        is_unique: whether the plain count is of leads too, where the answer has no other.
    """
    by_step = cells.raw(row, f"{name}_unique_by_step")
    if isinstance(by_step, list):
        try:
            return sum(count(value) or 0 for value in by_step) if by_step else 0
        except ValueError as error:
            raise FieldError(f"{name}_unique_by_step", str(error)) from None
    known = cells.count(row, f"{name}_unique_by_step", f"{name}_unique")
    if known is None and is_unique and not cells.has(f"{name}_unique"):
        return cells.count(row, name)
    return known


FORMATS = (
    ToolFormat(
        key="instantly_daily",
        name="Instantly daily analytics",
        recognizes=_is_days,
        read=_days,
        fields=(
            Field("date", "the day"),
            Field("sent", "sent"),
            Field("unique_opened", "opened"),
            Field("unique_clicks", "clicked"),
            Field("unique_replies", "replied; automatic replies are counted by Instantly beside them and left out"),
            Field("unique_opportunities", "a meeting, only if you say that an opportunity is one"),
            Field(
                "campaign_id, campaign_name",
                "the campaign, where a column for it was added; Instantly's answer has none",
            ),
            Field("opened, clicks, replies, opportunities", "left out: repeats are among them"),
            Field("replies_automatic, unique_replies_automatic, contacted, new_leads_contacted", ""),
        ),
        tracks=frozenset({"emails_sent", "opened", "clicked", "replied"}),
        needs=("campaign",),
        example="instantly_daily.json",
        states=States((OPPORTUNITY,)),
    ),
    ToolFormat(
        key="instantly_campaigns",
        name="Instantly campaign analytics",
        recognizes=_is_campaigns,
        read=_campaigns,
        fields=(
            Field("campaign_id, campaign_name", "the campaign"),
            Field("emails_sent_count", "sent"),
            Field("bounced_count", "bounced; what did not bounce was delivered"),
            Field("open_count_unique_by_step, open_count_unique", "opened; by step if it is there, else by lead"),
            Field("reply_count_unique_by_step, reply_count_unique", "replied; likewise"),
            Field("link_click_count_unique_by_step, link_click_count_unique", "clicked; likewise"),
            Field("open_count, reply_count", "in older answers, which have no other count, the leads that did so"),
            Field("link_click_count", "left out: repeats are among them"),
            Field("unsubscribed_count", "unsubscribed"),
            Field("total_meeting_booked", "meetings, where the answer has them"),
            Field("total_opportunities", "meetings, only if you say that an opportunity is one"),
            Field("reply_count_automatic, leads_count, contacted_count, completed_count", ""),
        ),
        tracks=ALL_COUNTS,
        needs=("as_of",),
        example="instantly_campaigns.json",
        states=States((OPPORTUNITY,)),
    ),
)
