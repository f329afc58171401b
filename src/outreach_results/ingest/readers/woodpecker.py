"""Woodpecker: the report by campaign, and the report by day (JSON or CSV)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

from outreach_results.ingest.content import Content, Row
from outreach_results.ingest.content.types import first_rows
from outreach_results.ingest.context import CampaignNames, Context
from outreach_results.ingest.readers.common import (
    Cells,
    Sums,
    campaign_of,
    difference,
    each_row,
    is_one_of,
    needed_moment,
    reported,
)
from outreach_results.ingest.records import DailyRecord, Record, Records
from outreach_results.ingest.tool_formats import ALL_COUNTS, Field, States, ToolFormat
from outreach_results.models import Detail

_PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\D+\d{4}-\d{2}-\d{2}\D*$")
_INTERESTS = {
    "interested": ("interested_yes", "interested"),
    "maybe": ("interested_maybe", "maybe_later"),
    "not interested": ("interested_no", "not_interested"),
}


def unwrapped(content: Content) -> Content:
    """The rows of a report, which the API puts into an object with its status and description."""
    if not content.fields or set(content.fields) - {"status", "report"} or not content.has("report"):
        return content

    def read() -> Iterator[tuple[int, Row]]:
        for _, document in content.read():
            report = document.get("report")
            rows = report.get("data") if isinstance(report, Mapping) else None
            for number, row in enumerate(rows if isinstance(rows, list) else (), 1):
                if isinstance(row, Mapping):
                    yield number, row

    sample = first_rows(read)
    fields = tuple(dict.fromkeys(str(name) for row in sample for name in row))
    return replace(content, fields=fields, sample=sample, read=read)


# --- campaigns ---------------------------------------------------------------------------------------------------


def _is_campaigns(content: Content) -> bool:
    rows = unwrapped(content)
    by_step = rows.has("campaign_id", "campaign", "sent", "responded")
    return by_step or rows.has("name", "contacted_prospects", "responded")


def _campaigns(content: Content, context: Context) -> Records:
    rows = unwrapped(content)
    cells = Cells(rows)
    names = CampaignNames(context, Detail.DAILY)
    totals = Sums()

    def read(row: Row) -> Iterator[Record]:
        name = cells.text(row, "campaign", "name")
        campaign = campaign_of(names, cells.id(row, "campaign_id", "id"), name)
        at = needed_moment(context.as_of)
        part = tuple(cells.text(row, place) for place in ("step", "version", "sent_from"))
        sent, bounced = cells.count(row, "sent", "contacted_prospects"), cells.count(row, "bounced")
        delivered = cells.count(row, "delivered")
        counts = {
            "emails_sent": sent,
            "delivered": difference(sent, bounced) if delivered is None else delivered,
            "bounced": bounced,
            "opened": cells.count(row, "opened"),
            "clicked": cells.count(row, "clicked"),
            "replied": cells.count(row, "responded"),
            "unsubscribed": cells.count(row, "opt_out"),
            "meetings_booked": _meetings(cells, row, context),
        }
        yield from names.seen(campaign, at)
        totals.add((campaign,), part, counts)

    yield from each_row(rows, names, read)
    if context.as_of is not None:
        start = _period_start(content)
        for (campaign_id,), counts in totals:
            yield reported(campaign_id, counts, context.as_of, start)


def _meetings(cells: Cells, row: Row, context: Context) -> int | None:
    """How many of the interests that a person called a meeting; None where nobody did."""
    counted = [fields for word, fields in _INTERESTS.items() if is_one_of(word, context.meetings)]
    numbers = [cells.count(row, *fields) for fields in counted]
    return sum(number or 0 for number in numbers) if any(number is not None for number in numbers) else None


def _period_start(content: Content) -> datetime | None:
    """The first day of a report whose description ends in its period; None where it does not say it."""
    for row in content.sample[:1]:
        report = row.get("report")
        description = report.get("description") if isinstance(report, Mapping) else None
        match = _PERIOD.search(description) if isinstance(description, str) else None
        if match:
            try:
                return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
            except ValueError:
                return None  # no day of any calendar: the period stays unknown
    return None


# --- days --------------------------------------------------------------------------------------------------------


def _is_days(content: Content) -> bool:
    return unwrapped(content).has("campaign", "sent_date", "sent", "opened")


def _days(content: Content, context: Context) -> Records:
    rows = unwrapped(content)
    cells = Cells(rows)
    names = CampaignNames(context, Detail.DAILY)
    days = Sums()

    def read(row: Row) -> Iterator[Record]:
        on = cells.needed_instant(row, "sent_date").date()
        campaign = campaign_of(names, cells.id(row, "campaign_id"), cells.text(row, "campaign"))
        part = tuple(cells.text(row, place) for place in ("mailbox", "path", "step_number", "version"))
        counts = {
            "emails_sent": cells.count(row, "sent"),
            "delivered": cells.count(row, "delivered"),
            "opened": cells.count(row, "opened"),
        }
        yield from names.seen(campaign, datetime.combine(on, time(12), UTC))
        days.add((campaign, on), part, counts)

    yield from each_row(rows, names, read)
    for (campaign, on), counts in days:
        yield DailyRecord(campaign, on, **counts)


FORMATS = (
    ToolFormat(
        key="woodpecker_campaigns",
        name="Woodpecker campaign report",
        recognizes=_is_campaigns,
        read=_campaigns,
        fields=(
            Field("campaign_id, campaign, id, name", "the campaign"),
            Field("step, version, sent_from", "parts of the campaign, which are added up"),
            Field("sent", "sent"),
            Field("contacted_prospects", "sent, in the report that counts prospects instead of emails"),
            Field("delivered", "delivered; without it what did not bounce"),
            Field("bounced", "bounced"),
            Field("opened", "opened"),
            Field("clicked", "clicked"),
            Field("responded", "replied"),
            Field("opt_out", "unsubscribed"),
            Field(
                "interested_yes, interested_maybe, interested_no, interested, maybe_later, not_interested",
                "meetings, only if you say that interested, maybe or not interested means one",
            ),
            Field("bounce_rate, opened_rate, opt_out_rate, responded_rate", "left out: rates are calculated again"),
            Field("report.description", "the first day of the period"),
            Field("campaign_owner, campaign_status, status", ""),
        ),
        tracks=ALL_COUNTS - {"meetings_booked"},
        needs=("as_of",),
        example="woodpecker_campaigns.csv",
        states=States(tuple(_INTERESTS)),
    ),
    ToolFormat(
        key="woodpecker_daily",
        name="Woodpecker daily report",
        recognizes=_is_days,
        read=_days,
        fields=(
            Field("campaign_id, campaign", "the campaign"),
            Field("sent_date", "the day"),
            Field("mailbox, path, step_number, version", "parts of the day, which are added up"),
            Field("sent", "sent"),
            Field("delivered", "delivered"),
            Field("opened", "opened: Woodpecker counts an open on the day on which its email was sent"),
            Field("open_rate", "left out: rates are calculated again"),
        ),
        tracks=frozenset({"emails_sent", "delivered", "opened"}),
        example="woodpecker_daily.json",
    ),
)
