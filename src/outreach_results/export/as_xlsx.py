"""A campaign, and a table, as an Excel workbook: dates are dates, numbers are numbers, and every text stays a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from outreach_results.export.reading import (
    campaign_row,
    contacts_query,
    counted_name,
    daily_query,
    email_query,
    event_query,
    read_long_rows,
    read_rows,
    replies_query,
    reported_row,
    tracks_text,
)
from outreach_results.models import COST_COLUMNS, Detail, dollars
from outreach_results.store import schema
from outreach_results.store.entries import entries_in
from outreach_results.store.labels import said_labels
from outreach_results.store.tracking import tracking_in

ROWS_A_SHEET = 1_048_576
LONGEST_TEXT = 32_767
"""The most characters of a cell, in units of UTF-16."""

_EXACT = 2**53
_CHUNK = 64 * 1024
_FIRST_YEAR = 1900  # Excel has no earlier dates
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 -- a constant, like the dates inside: equal data is an equal file
_REPLY_COLUMNS = (
    *("reply_id", "email_id", "address", "name", "company", "received_at", "source_sentiment"),
    *("corrected_sentiment", "corrected_by", "corrected_at", "handled_at", "handled_by"),
    *("meeting_marked_at", "meeting_marked_by"),
    *("assignee", "assigned_by", "assigned_at", "snoozed_until", "snoozed_by", "snoozed_at"),
    *("marked_by", "marked_at", "mark_version", "preview", "body", "text_removed"),
)
_ENTERED = ("entered_name", "entered_mcp", "entered_cost_usd", "entered_cost_per")


_LABELS = ("client_id", "client_name", "tags")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook; its rows come some at a time."""

    name: str
    columns: Sequence[str]
    chunks: Iterable[Iterable[Sequence[Any]]]


def xlsx_campaign(connection: Connection, campaign_id: str, meta: dict[str, Any]) -> Iterator[bytes]:
    """A sheet each for the campaign, its emails, events and replies, and for contacts and daily totals if any."""
    return workbook(_campaign_sheets(connection, campaign_id, humans_only=meta["filters"]["humans_only"]), meta)


def xlsx_table(frame: pd.DataFrame, meta: dict[str, Any]) -> Iterator[bytes]:
    """A sheet with the table."""
    return workbook([table_sheet("data", frame)], meta)


def table_sheet(name: str, frame: pd.DataFrame) -> Sheet:
    """A table as a sheet of that name."""
    plain = frame.astype(object).where(frame.notna(), None)
    rows = (
        [value.item() if isinstance(value, np.generic) else value for value in row]
        for row in plain.itertuples(index=False, name=None)
    )
    return Sheet(name, [str(column) for column in frame.columns], [rows])


def xlsx_rows(
    columns: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]], meta: dict[str, Any]
) -> Iterator[bytes]:
    """A sheet with rows as they are read."""
    return workbook([Sheet("data", columns, chunks)], meta)


def _campaign_sheets(connection: Connection, campaign_id: str, *, humans_only: bool) -> Iterator[Sheet]:
    campaign = campaign_row(connection, campaign_id)
    tracking = tracking_in(campaign)
    tracks = (tracks_text(tracking.declared), tracks_text(tracking.chosen))
    entered = entries_in(connection, campaign_id)
    own = (entered.name, entered.mcp, None if entered.cost is None else dollars(entered.cost), entered.cost_per)
    source = (campaign.campaign_id, campaign.name, campaign.mcp, campaign.created_at, str(campaign.detail))
    said = said_labels(connection, campaign_id, counted_name(connection, campaign_id))
    labels = (said.client_id, said.client_name, ", ".join(said.tags) or None)
    columns = ["campaign_id", "name", "mcp", "created_at", "detail", "tracks", "tracks_choice", *_ENTERED, *_LABELS]
    yield Sheet("campaign", columns, [[(*source, *tracks, *own, *labels)]])
    costs = [f"{name}_usd" for name in COST_COLUMNS]
    emails = read_rows(connection, email_query(campaign_id))
    yield Sheet(
        "emails",
        ["email_id", "recipient", "name", "company", "sent_at", *costs, *schema.EMAIL_DETAILS],
        ([(*row[:4], _instant(row[4]), *map(float, row[5:8]), *row[8:]) for row in rows] for rows in emails),
    )
    events = read_rows(connection, event_query(campaign_id, humans_only=humans_only))
    yield Sheet(
        "events",
        ["event_id", "email_id", "type", "occurred_at", "is_machine", "url", *schema.EVENT_DETAILS],
        ([(*row[:3], _instant(row[3]), row[4] == "true", *row[5:]) for row in rows] for rows in events),
    )
    replies = read_long_rows(connection, replies_query(campaign_id, humans_only=humans_only))
    yield Sheet(
        "replies",
        _REPLY_COLUMNS,
        ([[row._mapping[name] for name in _REPLY_COLUMNS] for row in rows] for rows in replies),
    )
    if connection.execute(contacts_query(campaign_id).limit(1)).first() is not None:
        contacts = read_rows(connection, contacts_query(campaign_id))
        yield Sheet("contacts", *_in_dollars(list(schema.contacts.c.keys()), contacts))
    if campaign.detail == Detail.DAILY.value:
        yield from _total_sheets(connection, campaign_id)


def _total_sheets(connection: Connection, campaign_id: str) -> Iterator[Sheet]:
    query = daily_query(campaign_id)
    days = read_rows(connection, query)
    names = list(query.selected_columns.keys())
    yield Sheet("daily", *_in_dollars(names, days))
    reported = reported_row(connection, campaign_id)
    if reported is not None:
        yield Sheet("reported", *_in_dollars(list(schema.reported_stats.c.keys()), [[reported]]))


def _in_dollars(
    names: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]
) -> tuple[list[str], Iterable[Iterable[Sequence[Any]]]]:
    """Columns and rows with amounts in dollars instead of micro-dollars."""
    is_money = [name.startswith("cost") for name in names]
    columns = [f"{name}_usd" if money else name for name, money in zip(names, is_money, strict=True)]
    return columns, (
        [
            [
                dollars(int(value)) if money and value is not None else value
                for value, money in zip(row, is_money, strict=True)
            ]
            for row in rows
        ]
        for rows in chunks
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# --- the workbook ------------------------------------------------------------------------------------------------


def workbook(sheets: Iterable[Sheet], meta: dict[str, Any]) -> Iterator[bytes]:
    """The file, made on disk: a workbook has its directory at the end, so no byte can leave before it is complete."""
    import xlsxwriter  # takes 0.2 s to load, and only workbooks need it

    with TemporaryDirectory(prefix="outreach-xlsx-") as folder:
        path = Path(folder, "workbook.xlsx")
        options = {"constant_memory": True, "tmpdir": folder}  # rows go to disk, one sheet after the other
        with xlsxwriter.Workbook(path, options) as book:
            book.set_properties({"created": _CREATED})
            writer = _Writer(book)
            for sheet in sheets:
                writer.write(sheet)
            writer.write(Sheet("about", ["name", "value"], [list(_metadata_rows(meta))]))
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def _metadata_rows(meta: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What `file_metadata` says of the file, a row each."""
    for name, value in meta.items():
        parts = value if isinstance(value, dict) else {"": value}
        for part, content in parts.items():
            if content is not None:
                words = ", ".join(map(str, content)) if isinstance(content, list | tuple) else str(content)
                yield (f"{name}: {part}" if part else name), words


class _Writer:
    """Writes sheets into a workbook, each cell by the type of its value."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._header = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._instant = book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss "UTC"'})
        self._money = book.add_format({"num_format": '"$"#,##0.00####'})
        self._share = book.add_format({"num_format": "0.0%"})
        self._plain = book.add_format({})

    def write(self, sheet: Sheet) -> None:
        """Write all rows; what does not fit on one sheet goes on to the next."""
        styles = [self._style(name) for name in sheet.columns]
        number, page, row_number = 1, self._page(sheet.name, sheet.columns), 1
        for rows in sheet.chunks:
            for row in rows:
                if row_number == ROWS_A_SHEET:
                    number += 1
                    page, row_number = self._page(f"{sheet.name} {number}", sheet.columns), 1
                for column, (value, style) in enumerate(zip(row, styles, strict=True)):
                    self._cell(page, row_number, column, value, style)
                row_number += 1

    def _page(self, name: str, columns: Sequence[str]) -> Any:
        page = self._book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            wide = column.endswith(("_at", "name", "date", "value", "recipient", "company"))
            page.set_column(place, place, max(12, len(column) + 2, 24 if wide else 0))
            page.write_string(0, place, column, self._header)
        return page

    def _style(self, column: str) -> Any:
        if column.endswith("_usd"):
            return self._money
        return self._share if column.endswith(("_rate", "share")) else self._plain

    def _cell(self, page: Any, row: int, column: int, value: Any, style: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            page.write_boolean(row, column, value)
        elif isinstance(value, int | float):
            if abs(value) > _EXACT:
                page.write_string(row, column, str(value))
            else:
                page.write_number(row, column, value, style)
        elif isinstance(value, date):  # a datetime and a pandas Timestamp too
            self._date(page, row, column, value)
        elif isinstance(value, str):
            page.write_string(row, column, fitting(value))
        else:
            raise TypeError(f"{type(value)} has no place in an export")

    def _date(self, page: Any, row: int, column: int, value: date) -> None:
        is_instant = isinstance(value, datetime) and value.tzinfo is not None
        if value.year < _FIRST_YEAR:
            page.write_string(row, column, value.isoformat())
        elif is_instant:
            assert isinstance(value, datetime)
            page.write_datetime(row, column, value.astimezone(UTC).replace(tzinfo=None), self._instant)
        else:
            page.write_datetime(row, column, datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001


def fitting(text: str) -> str:
    """A text that fits into a cell; a longer one is cut and says so."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    remark = f" … [cut: {len(text):,} characters; CSV and JSON have them all]"
    kept = units[: 2 * (LONGEST_TEXT - len(remark))].decode("utf-16-le", "ignore")
    return kept + remark
