"""Tables in text files: which separator they use, where their header is, and their rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

from outreach_results.errors import SourceError
from outreach_results.ingest.content.encoding import Encoding, detect_encoding
from outreach_results.ingest.content.header import checked_header, header_place
from outreach_results.ingest.content.second_table import SecondTableWatch
from outreach_results.ingest.content.types import Content, Row, first_rows
from outreach_results.ingest.content.unpacking import File
from outreach_results.ingest.fields import LONGEST_CELL

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_LINES_LOOKED_AT = 200
_END = "\x00end of the file"
"""Stands behind the last line: a quoted cell that does not end swallows it."""
EXTRA_CELLS = ""
"""The name under which cells beyond the header's stand, so that a reader can refuse the row."""

csv.field_size_limit(LONGEST_CELL)


def delimited(file: File) -> Content:
    """The rows of a CSV, TSV or similar file.

    Raises:
        SourceError: it is no table: binary, one column of prose, or a header without rows.
    """
    encoding = detect_encoding(file.path)
    with file.path.open(encoding=encoding.codec, errors="replace", newline="") as opened:
        start = "".join(islice(opened, _LINES_LOOKED_AT))
    if "\x00" in start:
        raise SourceError(f"{file.name} isn't a text file. Nothing was imported: a CSV, Excel or JSON file is needed.")
    separator = _separator(start)
    first = list(_first_lines(start, separator))
    place = header_place([line.cells for line in first])
    header = checked_header([cell.strip() for cell in first[place].cells], file.name) if first else []

    def read() -> Iterator[tuple[int, Row]]:
        yield from _rows(file, encoding, separator, header, place)

    kind = "TSV" if separator == "\t" else "CSV"
    description = f"{kind} separated by {SEPARATORS[separator]}, {encoding.label}"
    sample = first_rows(read)
    if not header:
        raise SourceError(f"{file.name} has only empty rows. Nothing was imported; download it again.")
    if not sample and len(header) < 2:
        raise SourceError(
            f"{file.name} holds one line, {header[0][:60]!r}, and no table: perhaps an error message was saved in its "
            "place. Nothing was imported. Download the export again."
        )
    if not sample:
        raise SourceError(
            f"{file.name} has a header and no rows. Nothing was imported; choose a longer period in the export."
        )
    return Content(file.name, description, tuple(header), sample, read, is_table=True)


def _first_lines(start: str, separator: str) -> Iterator[_Line]:
    """The rows of the beginning of a file, which may end within a quoted cell."""
    with suppress(_UnclosedQuoteError, csv.Error):
        yield from _lines(io.StringIO(start, newline=""), separator)


def _separator(start: str) -> str:
    """The separator that cuts the first lines into the most columns of which most lines have the same number."""
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(start, newline=""), delimiter=separator) if row]
        except csv.Error:
            continue
        # The last line looked at may be cut in the middle of a quoted cell.
        widths = Counter(len(row) for row in rows[:-1] or rows)
        if not widths:
            continue
        width, lines = widths.most_common(1)[0]
        score = (width - 1) * (lines / widths.total()) ** 2
        if score > best_score:
            best, best_score = separator, score
    return best


class _Line(NamedTuple):
    """The cells of a row that is not empty, with its number, and whether an empty one stands before it."""

    number: int
    cells: list[str]
    follows_empty: bool


def _lines(lines: Iterator[str] | io.StringIO, separator: str) -> Iterator[_Line]:
    """The rows that are not empty.

    Raises:
        csv.Error: a cell is too long.
        _UnclosedQuoteError: the last cell is quoted and does not end.
    """
    reader = csv.reader(chain(_without_instruction(iter(lines)), [_END]), delimiter=separator)
    begins, follows_empty = 1, False
    for cells in reader:
        if cells and cells[-1].endswith(_END):
            if cells == [_END]:
                return
            raise _UnclosedQuoteError(begins)
        if any(cells):
            yield _Line(reader.line_num, cells, follows_empty)
        follows_empty = not any(cells)
        begins = reader.line_num + 1


class _UnclosedQuoteError(Exception):
    """A quoted cell that begins in a row does not end."""

    def __init__(self, row: int) -> None:
        self.row = row


def unclosed_quote(name: str, row: int) -> SourceError:
    """The error for a file whose last cell is quoted and does not end."""
    return SourceError(
        f"{name} ends within a quoted cell that begins in row {row}: its closing quotation mark is missing, or the "
        f"file was cut off. Nothing was imported. Download it again, or close the quotation mark in row {row}."
    )


def _first_bad_quote(opened: Iterator[str], separator: str, otherwise: int) -> int:
    """The row with the first quotation mark that is wrong: after it, cells end where the next ones begin."""
    reader = csv.reader(_without_instruction(opened), delimiter=separator, strict=True)
    begins = 1
    try:
        for _ in reader:
            begins = reader.line_num + 1
    except csv.Error:
        return begins
    return otherwise


def _without_instruction(lines: Iterator[str]) -> Iterator[str]:
    """The lines without ``sep=;``, which tells Excel the separator."""
    first = next(lines, "")
    rest = "\n" if first.lower().startswith("sep=") else first
    return chain([rest], lines)


def _rows(file: File, encoding: Encoding, separator: str, header: list[str], place: int) -> Iterator[tuple[int, Row]]:
    width = len(header)
    number = 0
    try:
        with file.path.open(encoding=encoding.codec, newline="") as opened:
            lines = _lines(opened, separator)
            number = next((line.number for line in islice(lines, place, None)), 0)
            watch = SecondTableWatch(file.name, header, number)
            for number, cells, follows_empty in lines:
                watch.look_at(number, cells, follows_empty=follows_empty)
                row: dict[str, object] = dict(zip(header, cells, strict=False))
                if len(cells) > width and any(cells[width:]):
                    row[EXTRA_CELLS] = cells[width:]
                yield number, row
    except UnicodeDecodeError:
        raise SourceError(
            f"{file.name} is not in {encoding.label} throughout. Nothing was imported; save it as 'CSV UTF-8'."
        ) from None
    except _UnclosedQuoteError as error:
        with file.path.open(encoding=encoding.codec, newline="") as opened:
            raise unclosed_quote(file.name, _first_bad_quote(opened, separator, error.row)) from None
    except csv.Error:  # a cell is too long
        raise unclosed_quote(file.name, number + 1) from None
