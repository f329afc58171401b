"""Campaigns in this product's own CSV: one row an event, in the columns of `export.CSV_COLUMNS`.

Columns are found by name, in any order; those that are not needed may be missing.

Files hold millions of rows, nearly all of which `plain_rows` reads many at a time. A row that is unusual in any way is
read field by field here, which also finds what is wrong with it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, repeat
from pathlib import Path
from typing import TextIO

from outreach_results.errors import SourceError
from outreach_results.ingest import fields as read
from outreach_results.ingest.columns import BulkItems
from outreach_results.ingest.content.delimited import unclosed_quote
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.readers.plain_rows import DESCRIBING, DESCRIBING_ALONE, PlainRows
from outreach_results.ingest.records import (
    CampaignRecord,
    EmailRecord,
    EventRecord,
    FileItem,
    MarkRecord,
    Record,
    Rejected,
    ReplyRecord,
    require_cost_has_sending,
)
from outreach_results.ingest.tracks import tracks_in_text
from outreach_results.models import COST_COLUMNS, MAX_ID, EventType
from outreach_results.models.file_format import CSV_COLUMNS, unescape_formula
from outreach_results.store.labels import SaidLabels
from outreach_results.store.schema import EMAIL_DETAILS

REQUIRED = ("campaign_id", "campaign_created_at", "email_id", "type", "occurred_at")
_TEXTS = frozenset(CSV_COLUMNS) - {"type", "occurred_at", "is_machine", "sentiment"}
_BLOCK = 64 * 1024
_ROWS = 500
_MOST_TEXT = 8_000_000
"""Characters of rows that are read at once, unless a single row has more."""

csv.field_size_limit(read.LONGEST_CELL)


def campaign_csv(path: Path) -> BulkItems:
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


def read_rows(file: TextIO, source: str, *, needs_rows: bool = False) -> BulkItems:
    """The records of an open file; ``source`` names it in rejected rows, counted as a spreadsheet shows them.

    Raises:
        SourceError: it is no such file, or has no rows although it ``needs_rows``.
    """
    text = _Text(file, source)
    reader = csv.reader(text.lines(), strict=True)
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
        rows = _Rows(header, source)
        some: list[list[str]] = []
        for number, row in enumerate(reader, 2):
            some.append(row)
            if len(some) == _ROWS or text.taken > _MOST_TEXT:
                yield from rows.read(some, number)
                some, text.taken, needs_rows = [], 0, False
        yield from rows.read(some, number)
        if needs_rows and not any(some):
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


class _Text:
    """The lines of a file, read in blocks of characters, because lines can be long."""

    def __init__(self, file: TextIO, source: str) -> None:
        self.taken = 0  # characters, since it was last set to 0
        self._file = file
        self._source = source

    def lines(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[Iterable[str]]:
        while block := self._file.read(_BLOCK):
            if not block.endswith("\n"):
                block += self._file.readline()
            if "\x00" in block:
                raise SourceError(f"{self._source} isn't a text file: it holds NUL characters. Nothing was imported.")
            self.taken += len(block)
            yield io.StringIO(block, newline="")


class _Rows:
    """The reader of all rows of a file with this header."""

    def __init__(self, header: list[str], source: str) -> None:
        self._header = header
        self._source = source
        self._plain = PlainRows(header, self.describe)
        self._described: set[tuple[str, ...]] = set()

    def read(self, rows: list[list[str]], last: int) -> BulkItems:
        """What some consecutive rows hold; ``last`` is the number of the last one."""
        items, others = self._plain.read(rows)
        yield from items
        for place in others:
            row = rows[place]
            if row:
                yield from self._single(row, last - len(rows) + 1 + place)

    def _single(self, row: list[str], number: int) -> Iterator[FileItem]:
        if len(row) != len(self._header):
            reason = f"it has {len(row)} cells, the header has {len(self._header)}"
            yield Rejected(self._source, number, "row", reason, _original(self._header, row))
            return
        try:
            yield from self.careful(row)
        except FieldError as error:
            yield Rejected(self._source, number, error.column, error.reason, _original(self._header, row))

    def describe(self, description: tuple[str, ...]) -> CampaignRecord | None:
        """The campaign that the cells of `DESCRIBING` describe; None where they were read before.

        Raises:
            FieldError: a cell is not valid.
        """
        if description in self._described:
            return None
        campaign = _campaign(_texts_of(dict(zip(DESCRIBING, description, strict=True))))
        self._described.add(description)
        return campaign

    def careful(self, cells: list[str]) -> Iterator[Record]:
        """The records of any row that has as many cells as the header.

        Raises:
            FieldError: a cell is not valid.
        """

        named = dict(zip(self._header, cells, strict=True))
        cell = _texts_of(named)
        campaign_id = cell("campaign_id")
        description = tuple(named.get(name, "") for name in DESCRIBING)
        if description not in self._described or any(map(cell, DESCRIBING_ALONE)):
            yield _campaign(cell)
            self._described.add(description)
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


Cell = Callable[[str], str]
"""The content of a cell, by the name of its column."""


def _texts_of(cells: Mapping[str, str]) -> Cell:
    """The cells of a row by the names of their columns, without what escapes a formula; '' where there is none."""

    def cell(name: str) -> str:
        value = cells.get(name, "")
        return unescape_formula(value) if value[:1] == "'" and name in _TEXTS else value

    return cell


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
        labels=_labels(cell),
    )


def _labels(cell: Cell) -> SaidLabels | None:
    client_id, name, tags, chosen = map(cell, ("client_id", "client_name", "tags", "labels_chosen"))
    if not (client_id or tags or chosen):
        return None
    client = {"id": client_id, "name": name} if client_id else None
    return read.labels(client, [tag for tag in tags.split(",") if tag], chosen.split())


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
