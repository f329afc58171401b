"""Campaigns in this product's own CSV: one row an event, in the columns of `export.CSV_COLUMNS`.

Columns are found by name, in any order; those that are not needed may be missing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from outreach_results.errors import SourceError
from outreach_results.export import CSV_COLUMNS, fuse
from outreach_results.ingest import records as read
from outreach_results.ingest.records import FieldError, Record, Rejected
from outreach_results.models import COST_COLUMNS, EventType

REQUIRED = ("campaign_id", "campaign_created_at", "email_id", "type", "occurred_at")
_TEXTS = frozenset(CSV_COLUMNS) - {"type", "occurred_at", "is_machine", "sentiment"}

csv.field_size_limit(read.MAX_BODY * 2)


def campaign_csv(path: Path) -> read.Records:
    """The records of a CSV export.

    Raises:
        SourceError: it is no such file, or not in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from read_rows(file, path.name)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SourceError(
            f"{path.name} is not in UTF-8. Nothing was imported; save it as 'CSV UTF-8' and try again."
        ) from None


def read_rows(file: Iterable[str], source: str) -> read.Records:
    """The records of an open file; ``source`` names it in rejected rows, counted as a spreadsheet shows them."""
    reader = csv.reader(_without_nul(file, source), strict=True)
    try:
        header = next(reader, [])
        missing = [name for name in REQUIRED if name not in header]
        if missing:
            raise SourceError(
                f"{source} is not a CSV export of Outreach Results: it has no column {', '.join(missing)}. "
                "Nothing was imported."
            )
        parse = _parser(header)
        described: set[tuple[str, ...]] = set()
        for number, row in enumerate(reader, 2):
            if not row:
                continue
            try:
                yield from parse(row, described)
            except FieldError as error:
                yield Rejected(source, number, error.column, error.reason)
    except csv.Error as error:
        raise SourceError(
            f"{source} cannot be read as CSV near line {reader.line_num}: {error}. Nothing was imported."
        ) from None


def _without_nul(file: Iterable[str], source: str) -> Iterator[str]:
    for line in file:
        if "\x00" in line:
            raise SourceError(f"{source} is no text file: it holds NUL characters. Nothing was imported.")
        yield line


def _parser(header: list[str]) -> Callable[[list[str], set[tuple[str, ...]]], Iterable[Record]]:
    """A function from a row to its records, with the columns looked up once."""
    places = {name: header.index(name) for name in CSV_COLUMNS if name in header}
    width = len(header)
    campaign_places = [places.get(name) for name in ("campaign_id", "campaign_name", "mcp", "campaign_created_at")]

    def parse(row: list[str], described: set[tuple[str, ...]]) -> Iterable[Record]:
        if len(row) != width:
            raise FieldError("row", f"it has {len(row)} cells, the header has {width}")

        def cell(name: str) -> str:
            place = places.get(name)
            value = "" if place is None else row[place]
            return fuse(value) if value[:1] == "'" and name in _TEXTS else value

        described_by = tuple("" if place is None else row[place] for place in campaign_places)
        campaign_id = cell("campaign_id")
        if described_by not in described:
            yield _campaign(cell)
            described.add(described_by)
        email_id = cell("email_id")
        kind = cell("type")
        if kind == EventType.REPLIED and cell("sentiment"):
            yield from _reply(campaign_id, email_id, cell)
            return
        if not email_id and not kind:
            return
        email_id = read.identifier("email_id", email_id)
        if kind in ("", EventType.SENT):
            yield _email(campaign_id, email_id, kind, cell)
            return
        if cell("recipient"):
            yield read.EmailRecord(
                campaign_id,
                email_id,
                read.text("recipient", cell("recipient")),
                read.text("name", cell("name")),
                read.text("company", cell("company")),
            )
        yield read.EventRecord(
            campaign_id,
            read.identifier("event_id", cell("event_id")),
            email_id,
            read.event_type("type", kind),
            read.instant("occurred_at", cell("occurred_at")),
            read.flag("is_machine", cell("is_machine")),
            read.text("url", cell("url")),
        )

    return parse


Cell = Callable[[str], str]


def _campaign(cell: Cell) -> read.CampaignRecord:
    campaign_id = read.identifier("campaign_id", cell("campaign_id"))
    return read.CampaignRecord(
        campaign_id,
        read.text("campaign_name", cell("campaign_name")) or campaign_id,
        read.text("mcp", cell("mcp"), read.MAX_ID),
        read.instant("campaign_created_at", cell("campaign_created_at")),
    )


def _email(campaign_id: str, email_id: str, kind: str, cell: Cell) -> read.EmailRecord:
    return read.require_cost_has_sending(
        read.EmailRecord(
            campaign_id,
            email_id,
            read.text("recipient", cell("recipient")),
            read.text("name", cell("name")),
            read.text("company", cell("company")),
            read.instant("occurred_at", cell("occurred_at")) if kind else None,
            *(read.micros(f"{name}_usd", cell(f"{name}_usd")) for name in COST_COLUMNS),
        )
    )


def _reply(campaign_id: str, email_id: str, cell: Cell) -> Iterable[Record]:
    reply = read.ReplyRecord(
        campaign_id,
        read.identifier("event_id", cell("event_id")),
        read.text("email_id", email_id, read.MAX_ID),
        read.text("reply_address", cell("reply_address")),
        read.text("reply_name", cell("reply_name")),
        read.text("reply_company", cell("reply_company")),
        read.sentiment("sentiment", cell("sentiment")),
        read.text("preview", cell("preview")) or "",
        read.text("body", cell("body"), read.MAX_BODY),
        read.instant("occurred_at", cell("occurred_at")),
    )
    yield reply
    if cell("marked_at"):
        corrected = cell("corrected_sentiment")
        yield read.MarkRecord(
            campaign_id,
            reply.reply_id,
            read.sentiment("corrected_sentiment", corrected) if corrected else None,
            read.optional_instant("handled_at", cell("handled_at")),
            read.text("marked_by", cell("marked_by")),
            read.instant("marked_at", cell("marked_at")),
        )
