"""Campaigns in this product's own CSV: one row an event, in the columns of `export.CSV_COLUMNS`.

Columns are found by name, in any order; those that are not needed may be missing.

Files hold millions of rows, so there are two parsers of a row: nearly all rows are plain, and become records with a
few comparisons; a row that is unusual in any way is parsed field by field, which also finds what is wrong with it. Both
yield the same records.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, repeat
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from outreach_results.errors import SourceError
from outreach_results.ingest import fields as read
from outreach_results.ingest.content.delimited import unclosed_quote
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.records import (
    CampaignRecord,
    EmailRecord,
    EventRecord,
    MarkRecord,
    Record,
    Records,
    Rejected,
    ReplyRecord,
    require_cost_has_sending,
)
from outreach_results.ingest.tracks import tracks_in_text
from outreach_results.models import COST_COLUMNS, MAX_ID, YEARS, EventType
from outreach_results.models.file_format import CSV_COLUMNS, unescape_formula
from outreach_results.store.schema import EMAIL_DETAILS, EVENT_DETAILS

REQUIRED = ("campaign_id", "campaign_created_at", "email_id", "type", "occurred_at")
_TEXTS = frozenset(CSV_COLUMNS) - {"type", "occurred_at", "is_machine", "sentiment"}
_PLACES = {name: place for place, name in enumerate(CSV_COLUMNS)}
_OF_CAMPAIGN = slice(_PLACES["tracks"], _PLACES["entered_cost_per"] + 1)
_DETAILS = slice(_PLACES[EMAIL_DETAILS[0]], _PLACES[EVENT_DETAILS[-1]] + 1)
_OF_EMAIL = len(EMAIL_DETAILS)
_FIRST_YEAR, _LAST_YEAR = YEARS[0], YEARS[-1]
_BLOCK = 64 * 1024
_REMEMBERED = 50_000

csv.field_size_limit(read.LONGEST_CELL)


def campaign_csv(path: Path) -> Records:
    """The records of a CSV export.

    Raises:
        SourceError: it is no such file, not in UTF-8, or has no rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from read_rows(file, path.name, needs_rows=True)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SourceError(
            f"{path.name} is not in UTF-8. Nothing was imported; save it as 'CSV UTF-8' and try again."
        ) from None


def read_rows(file: TextIO, source: str, *, needs_rows: bool = False) -> Records:
    """The records of an open file; ``source`` names it in rejected rows, counted as a spreadsheet shows them.

    Raises:
        SourceError: it is no such file, or has no rows although it ``needs_rows``.
    """
    reader = csv.reader(_without_nul(file, source), strict=True)
    number = 1
    try:
        header = next(reader, [])
        missing = [name for name in REQUIRED if name not in header]
        if missing:
            raise SourceError(
                f"{source} is not a CSV export of Outreach Results: it has no column {', '.join(missing)}. "
                "Nothing was imported."
            )
        _refuse_duplicates(header, source)
        in_our_order = header == list(CSV_COLUMNS)
        arranged = _arranger(header)
        rows = _Rows()
        for number, row in enumerate(reader, 2):
            if not row:
                continue
            needs_rows = False
            if len(row) != len(header):
                reason = f"it has {len(row)} cells, the header has {len(header)}"
                yield Rejected(source, number, "row", reason, _original(header, row))
                continue
            cells = row if in_our_order else arranged(row)
            records = rows.plain(cells)
            if records is not None:
                yield from records
                continue
            try:
                yield from rows.careful(cells)
            except FieldError as error:
                yield Rejected(source, number, error.column, error.reason, _original(header, row))
        if needs_rows:
            raise SourceError(
                f"{source} has a header and no rows. Nothing was imported; choose a longer period in the export."
            )
    except csv.Error as error:
        if "unexpected end" in str(error) or "field larger" in str(error):
            raise unclosed_quote(source, number + 1) from None
        raise SourceError(
            f"{source} cannot be read as CSV in row {number + 1}: {error}. Nothing was imported; check the quotation "
            "marks in that row."
        ) from None


def _refuse_duplicates(header: list[str], source: str) -> None:
    """Of two columns with one name nobody knows which is meant; columns without a name mean nothing."""
    repeated = [name for name, times in Counter(filter(None, header)).items() if times > 1]
    if repeated:
        raise SourceError(
            f"The header of {source} has the column {read.quoted(repeated[0])} more than once. Nothing was imported: "
            "delete or rename the columns that are not meant."
        )


def _original(header: list[str], row: list[str]) -> dict[str, str]:
    """The cells of a row by the names of their columns; those beyond the header are numbered."""
    names = (name or f"column {number}" for number, name in enumerate(chain(header, repeat("")), 1))
    return {name: unescape_formula(cell) if name in _TEXTS else cell for name, cell in zip(names, row, strict=False)}


def _without_nul(file: TextIO, source: str) -> Iterator[str]:
    """The lines of a file, read in blocks of characters, because lines can be long."""

    def blocks() -> Iterator[Iterable[str]]:
        while block := file.read(_BLOCK):
            if not block.endswith("\n"):
                block += file.readline()
            if "\x00" in block:
                raise SourceError(f"{source} isn't a text file: it holds NUL characters. Nothing was imported.")
            yield io.StringIO(block, newline="")

    return chain.from_iterable(blocks())


def _arranger(header: list[str]) -> Callable[[list[str]], list[str]]:
    """A function that puts a row into the order of `CSV_COLUMNS`; columns that the file lacks become empty."""
    places = itemgetter(*(header.index(name) if name in header else len(header) for name in CSV_COLUMNS))
    return lambda row: list(places([*row, ""]))


class _Rows:
    """The two parsers of a row, source_id cells are in the order of `CSV_COLUMNS`."""

    def __init__(self) -> None:
        self._described: dict[tuple[str, ...], str] = {}
        self._latest_by_email: dict[str, tuple[str, ...]] = {}  # what was already read of the latest emails

    def plain(self, cells: list[str]) -> tuple[Record, ...] | None:
        """The records of a plain row; None for any other row, which `careful` parses."""
        id_, title, mcp, created, email_id, recipient, name, company, kind, at, event_id, machine, url = cells[:13]
        campaign_id = self._described.get((id_, title, mcp, created))
        # If they fit together, each of them does. An apostrophe may be one that escapes a formula.
        texts = f"{email_id}{recipient}{name}{company}{event_id}{url}"
        if campaign_id is None or not email_id or len(texts) > MAX_ID or "'" in texts or any(cells[_OF_CAMPAIGN]):
            return None
        details = cells[_DETAILS]
        has_details = any(details)
        if has_details:
            texts = "".join(details)
            if len(texts) > MAX_ID or "'" in texts or (kind != "sent" and any(details[:_OF_EMAIL])):
                return None
        if not read.is_plain_id(email_id) or not read.is_plain_id(event_id):
            return None
        try:
            instant = datetime.fromisoformat(at)
        except ValueError:
            return None
        if instant.tzinfo is not UTC or not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
            return None
        description = (campaign_id, recipient, name, company)
        if kind == "sent":
            costs = (_plain_micros(cells[13]), _plain_micros(cells[14]), _plain_micros(cells[15]))
            if None in costs:
                return None
            self._remember(email_id, description)
            described = (recipient or None, name or None, company or None)
            about = map(_or_none, details[:_OF_EMAIL]) if has_details else ()
            return (EmailRecord(campaign_id, email_id, *described, instant, *costs, *about),)  # type: ignore[arg-type]
        if kind not in _PLAIN_KINDS or machine not in _FLAGS or not event_id:
            return None
        more = map(_or_none, details[_OF_EMAIL:]) if has_details else ()
        event = EventRecord(campaign_id, event_id, email_id, kind, instant, _FLAGS[machine], url or None, *more)
        if not recipient or self._latest_by_email.get(email_id) == description:
            return (event,)
        self._remember(email_id, description)
        return EmailRecord(campaign_id, email_id, recipient, name or None, company or None), event

    def _remember(self, email_id: str, description: tuple[str, ...]) -> None:
        if len(self._latest_by_email) >= _REMEMBERED:
            self._latest_by_email.clear()
        self._latest_by_email[email_id] = description

    def careful(self, cells: list[str]) -> Iterator[Record]:
        """The records of any row.

        Raises:
            FieldError: a cell is not valid.
        """

        def cell(name: str) -> str:
            value = cells[_PLACES[name]]
            return unescape_formula(value) if value[:1] == "'" and name in _TEXTS else value

        campaign_id = cell("campaign_id")
        described_by = tuple(cells[:4])
        if described_by not in self._described or any(cells[_OF_CAMPAIGN]):
            yield _campaign(cell)
            self._described[described_by] = campaign_id
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
        if cell("recipient") or any(map(cell, EMAIL_DETAILS)):
            yield EmailRecord(
                campaign_id,
                email_id,
                read.text("recipient", cell("recipient")),
                read.text("name", cell("name")),
                read.text("company", cell("company")),
                **read.email_details(cell),
            )
        yield EventRecord(
            campaign_id,
            read.identifier("event_id", cell("event_id")),
            email_id,
            read.event_type("type", kind),
            read.instant("occurred_at", cell("occurred_at")),
            read.flag("is_machine", cell("is_machine")),
            read.text("url", cell("url")),
            **read.event_details(cell),
        )


def _or_none(cell: str) -> str | None:
    return cell or None


_PLAIN_KINDS = frozenset(map(str, EventType)) - {EventType.SENT, EventType.REPLIED}
_FLAGS = {"true": True, "false": False, "": False}


@lru_cache(maxsize=2**15)  # amounts repeat
def _plain_micros(cell: str) -> int | None:
    """Dollars with at most six decimals in micro-dollars; None where it is written in any other way."""
    dollars, point, cents = cell.partition(".")
    if point and not cents:
        return None
    digits = dollars + cents.ljust(6, "0")
    return int(digits) if len(cents) <= 6 and len(digits) <= 15 and digits.isdecimal() else None


Cell = Callable[[str], str]


def _campaign(cell: Cell) -> CampaignRecord:
    campaign_id = read.identifier("campaign_id", cell("campaign_id"))
    return CampaignRecord(
        campaign_id,
        read.text("campaign_name", cell("campaign_name")) or campaign_id,
        read.text("mcp", cell("mcp"), MAX_ID),
        read.instant("campaign_created_at", cell("campaign_created_at")),
        tracks=tracks_in_text("tracks", cell("tracks")),
        tracks_choice=tracks_in_text("tracks_choice", cell("tracks_choice")),
        entered=read.entered(*(cell(f"entered_{name}") for name in ("name", "mcp", "cost_usd", "cost_per"))),
    )


def _email(campaign_id: str, email_id: str, kind: str, cell: Cell) -> EmailRecord:
    described = {name: read.micros(f"{name}_usd", cell(f"{name}_usd")) for name in COST_COLUMNS}
    return require_cost_has_sending(
        EmailRecord(
            campaign_id,
            email_id,
            read.text("recipient", cell("recipient")),
            read.text("name", cell("name")),
            read.text("company", cell("company")),
            read.instant("occurred_at", cell("occurred_at")) if kind else None,
            **(read.email_details(cell) | described),
        )
    )


def _reply(campaign_id: str, email_id: str, cell: Cell) -> Iterable[Record]:
    reply = ReplyRecord(
        campaign_id,
        read.identifier("event_id", cell("event_id")),
        read.optional_identifier("email_id", email_id),
        read.text("reply_address", cell("reply_address")),
        read.text("reply_name", cell("reply_name")),
        read.text("reply_company", cell("reply_company")),
        read.sentiment("sentiment", cell("sentiment")),
        read.text("preview", cell("preview")) or "",
        read.text("body", cell("body"), read.MAX_BODY),
        read.instant("occurred_at", cell("occurred_at")),
        read.text_removed("text_removed", cell("text_removed")),
    )
    yield reply
    if cell("marked_at"):
        corrected = cell("corrected_sentiment")
        yield MarkRecord(
            campaign_id,
            reply.reply_id,
            read.sentiment("corrected_sentiment", corrected) if corrected else None,
            read.optional_instant("handled_at", cell("handled_at")),
            read.text("marked_by", cell("marked_by")),
            read.instant("marked_at", cell("marked_at")),
            read.text("corrected_by", cell("corrected_by")),
            read.optional_instant("corrected_at", cell("corrected_at")),
            read.text("handled_by", cell("handled_by")),
            read.version("mark_version", cell("mark_version")),
            read.optional_instant("meeting_marked_at", cell("meeting_marked_at")),
            read.text("meeting_marked_by", cell("meeting_marked_by")),
            read.text("assignee", cell("assignee"), read.MAX_NAME),
            read.text("assigned_by", cell("assigned_by")),
            read.optional_instant("assigned_at", cell("assigned_at")),
            read.optional_day("snoozed_until", cell("snoozed_until")),
            read.text("snoozed_by", cell("snoozed_by")),
            read.optional_instant("snoozed_at", cell("snoozed_at")),
        )
