"""The reports of newsletter tools: one row a campaign, with its totals and the moment at which it was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

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
from outreach_results.ingest.values import is_row_of_totals
from outreach_results.models import Detail


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a tool's report.

    Attributes:
        campaign_id, names: of the campaign; the first name that has a value counts.
        sent_at: when it was sent, in the zone of the account.
        sent_at_utc: the same in UTC, where the report has it.
        bounced: columns that are added up, where the one of ``all_bounced`` is missing.
        channel: says ``Email`` where the report has campaigns of other channels too.
    """

    names: tuple[str, ...]
    sent_at: str
    sent: str
    delivered: str
    opened: str
    clicked: str
    unsubscribed: str
    all_bounced: str
    bounced: tuple[str, ...] = ()
    campaign_id: str | None = None
    sent_at_utc: str | None = None
    channel: str | None = None


def reader(columns: Columns) -> Callable[[Content, Context], Records]:
    """A reader of a tool's report."""

    def read(content: Content, context: Context) -> Records:
        report = _Report(columns, content, context)
        yield from each_row(content, report.names, report.records)
        yield from report.totals()

    return read


class _Report:
    """One report while it is read."""

    def __init__(self, columns: Columns, content: Content, context: Context) -> None:
        self.names = CampaignNames(context, Detail.DAILY)
        self._columns = columns
        self._context = context
        self._cells = Cells(content, context.zone)
        self._cells_in_utc = Cells(content)
        self._sums = Sums()
        self._first: dict[str, datetime] = {}

    def records(self, row: Row) -> Iterator[Record]:
        """The campaign of a row, and the day on which it was sent; its totals come at the end."""
        cells, columns = self._cells, self._columns
        if is_row_of_totals(row.values()):
            raise FieldError(columns.names[0], "a row of totals, which is left out")
        channel = cells.text(row, columns.channel) if columns.channel else None
        counts = self._counts(row)
        sent_at = self._sent_at(row)
        if (channel or "email").casefold() != "email" or (sent_at is None and not counts["emails_sent"]):
            return
        campaign_id = cells.id(row, columns.campaign_id) if columns.campaign_id else None
        campaign = campaign_of(self.names, campaign_id, cells.text(row, *columns.names))
        as_of = needed_moment(self._context.as_of)
        yield from self.names.seen(campaign, sent_at or as_of)
        self._sums.add((campaign,), (None if sent_at is None else sent_at.isoformat(),), counts)
        if sent_at is not None:
            self._first[campaign] = min(sent_at, self._first.get(campaign, sent_at))
            on = sent_at.astimezone(self._context.zone).date()
            yield DailyRecord(campaign, on, emails_sent=counts["emails_sent"])

    def totals(self) -> Iterator[Record]:
        """The totals of each campaign."""
        if self._context.as_of is None:
            return
        for (campaign,), counts in self._sums:
            yield reported(campaign, counts, self._context.as_of, self._first.get(campaign))

    def _counts(self, row: Row) -> dict[str, int | None]:
        cells, columns = self._cells, self._columns
        sent, delivered = cells.count(row, columns.sent), cells.count(row, columns.delivered)
        bounced = cells.count(row, columns.all_bounced)
        if bounced is None and columns.bounced:
            kinds = [cells.count(row, name) for name in columns.bounced]
            bounced = None if None in kinds else sum(kind or 0 for kind in kinds)
        return {
            "emails_sent": sent,
            "delivered": difference(sent, bounced) if delivered is None else delivered,
            "bounced": bounced,
            "opened": cells.count(row, columns.opened),
            "clicked": cells.count(row, columns.clicked),
            "unsubscribed": cells.count(row, columns.unsubscribed),
        }

    def _sent_at(self, row: Row) -> datetime | None:
        in_utc = self._columns.sent_at_utc
        sent_at = self._cells_in_utc.instant(row, in_utc) if in_utc else None
        return sent_at or self._cells.instant(row, self._columns.sent_at)
