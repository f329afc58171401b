"""The rows of a sheet in memory that does not grow: openpyxl alone keeps an empty element for each row it has read.

Imports openpyxl, which takes a tenth of a second: import this only where a workbook is read.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse


class _Parser(WorkSheetParser):  # type: ignore[misc, unused-ignore]
    """Parses the rows and nothing else, and lets go of each."""

    def parse(self) -> Generator[Any, None, None]:
        """(number, cells) of each row."""
        rows: Any = None
        for event, element in iterparse(self.source, events=("start", "end")):
            if event == "start":
                rows = element if element.tag == DATA_TAG else rows
            elif element.tag == ROW_TAG:
                row = self.parse_row(element)
                if rows is not None:
                    rows.clear()
                yield row


def _leave_size_open(_sheet: ReadOnlyWorksheet) -> None:
    """Look for no size of a sheet: where a file states none, openpyxl reads all of it to find that out."""


ReadOnlyWorksheet._get_size = _leave_size_open  # type: ignore[attr-defined]


def sheet_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a sheet that was opened to be read only, with their numbers; those without cells are left out."""
    book = sheet.parent
    with sheet._get_source() as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            if cells:
                values: list[Any] = [None] * cells[-1]["column"]
                for cell in cells:
                    values[cell["column"] - 1] = cell["value"]
                yield number, values
