"""Excel workbooks, read row by row: a sheet of a million rows must not stand in memory."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from outreach_results.errors import SourceError
from outreach_results.ingest.content.header import LINES_ABOVE, checked_header, header_place
from outreach_results.ingest.content.second_table import SecondTableWatch
from outreach_results.ingest.content.types import Content, Row, first_rows
from outreach_results.ingest.content.unpacking import MAX_RATIO, MAX_UNPACKED, File

_RATIO_MATTERS_FROM = 512 * 1024**2

_DAMAGED = (zipfile.BadZipFile, zlib.error, ParseError, EOFError, KeyError, ValueError, OSError)
"""What reading a damaged workbook raises."""

Line = tuple[int, list[Any]]


def is_workbook(file: File) -> bool:
    """Whether that is an Excel workbook (.xlsx)."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def sheets(file: File) -> list[Content]:
    """One content for each sheet that holds rows.

    Raises:
        SourceError: the workbook is damaged, unpacks to far too much, or has no rows on any sheet.
    """
    from outreach_results.ingest.content.workbook_xml import WorkbookXml  # here: openpyxl is slow to import

    _refuse_bombs(file)
    try:
        with WorkbookXml(file.path) as book:
            names = book.visible_sheets
    except _DAMAGED as error:
        raise _damaged(file) from error
    contents = [content for name in names if (content := _sheet(file, name, is_only=len(names) == 1)) is not None]
    if not contents:
        raise SourceError(
            f"{file.name} has no sheet with a header and rows. Nothing was imported; choose a longer period in the "
            "export."
        )
    return contents


def _refuse_bombs(file: File) -> None:
    with zipfile.ZipFile(file.path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    packed = file.path.stat().st_size
    if size > MAX_UNPACKED or (size > _RATIO_MATTERS_FROM and size > MAX_RATIO * packed):
        raise SourceError(
            f"{file.name} unpacks to {size / 1024**3:.1f} GB from {packed / 1024**2:.1f} MB, as only a damaged or "
            "hostile workbook does. Nothing was imported; save the table as CSV if you trust it."
        )


def _sheet(file: File, sheet: str, *, is_only: bool) -> Content | None:
    """A sheet's rows; None where it has none."""
    name = file.name if is_only else f"{file.name}, sheet {sheet}"
    first: list[Line] = []
    for line in _lines(file, sheet):
        first.append(line)
        if len(first) > LINES_ABOVE * 2:
            break
    if len(first) < 2:
        return None
    place = header_place([cells for _, cells in first])
    line_of_header, cells = first[place]
    header = checked_header(["" if cell is None else str(cell).strip() for cell in cells], name)

    def read() -> Iterator[tuple[int, Row]]:
        before = line_of_header
        watch = SecondTableWatch(name, header, line_of_header)
        for number, cells in _lines(file, sheet):
            if number <= line_of_header:
                continue
            watch.look_at(number, cells, follows_empty=number > before + 1)
            before = number
            yield number, dict(zip(header, cells, strict=False))

    sample = first_rows(read)
    return Content(name, "Excel workbook", tuple(header), sample, read, is_table=True) if sample else None


def _damaged(file: File) -> SourceError:
    return SourceError(
        f"{file.name} cannot be read as an Excel workbook: it is damaged or incomplete. Nothing was imported. Open it "
        "in Excel and save it again, or download it again."
    )


def _lines(file: File, sheet: str) -> Iterator[Line]:
    """The rows of a sheet that are not empty, with their numbers as Excel shows them."""
    from outreach_results.ingest.content.workbook_xml import WorkbookXml

    try:
        with WorkbookXml(file.path) as book:
            for number, cells in book.rows(sheet):
                if any(cell not in (None, "") for cell in cells):
                    yield number, cells
    except _DAMAGED as error:
        raise _damaged(file) from error
