"""Tables in text files: which separator they use, where their header is, and their rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

from outreach_results.errors import SourceError
from outreach_results.ingest.content.encoding import Encoding, detect_encoding
from outreach_results.ingest.content.header import checked_header, header_place
from outreach_results.ingest.content.types import Content, Row, first_rows
from outreach_results.ingest.content.unpacking import File
from outreach_results.ingest.fields import LONGEST_CELL

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_LINES_LOOKED_AT = 200
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
    first = list(_cells(io.StringIO(start, newline=""), separator, file.name))
    place = header_place([cells for _, cells in first])
    header = checked_header([cell.strip() for cell in first[place][1]], file.name) if first else []

    def read() -> Iterator[tuple[int, Row]]:
        yield from _rows(file, encoding, separator, header, place)

    kind = "TSV" if separator == "\t" else "CSV"
    description = f"{kind} separated by {SEPARATORS[separator]}, {encoding.label}"
    sample = first_rows(read)
    if not sample:
        raise SourceError(
            f"{file.name} has a header and no rows. Nothing was imported; choose a longer period in the export."
        )
    return Content(file.name, description, tuple(header), sample, read, is_table=True)


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


def _cells(lines: Iterator[str] | io.StringIO, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with its number."""
    reader = csv.reader(_without_instruction(iter(lines)), delimiter=separator)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise SourceError(
            f"{name} cannot be read near line {reader.line_num}: {error}. Nothing was imported."
        ) from None


def _without_instruction(lines: Iterator[str]) -> Iterator[str]:
    """The lines without ``sep=;``, which tells Excel the separator."""
    first = next(lines, "")
    rest = "\n" if first.lower().startswith("sep=") else first
    return chain([rest], lines)


def _rows(file: File, encoding: Encoding, separator: str, header: list[str], place: int) -> Iterator[tuple[int, Row]]:
    width = len(header)
    try:
        with file.path.open(encoding=encoding.codec, newline="") as opened:
            for number, cells in islice(_cells(opened, separator, file.name), place + 1, None):
                row: dict[str, object] = dict(zip(header, cells, strict=False))
                if len(cells) > width and any(cells[width:]):
                    row[EXTRA_CELLS] = cells[width:]
                yield number, row
    except UnicodeDecodeError:
        raise SourceError(
            f"{file.name} is not in {encoding.label} throughout. Nothing was imported; save it as 'CSV UTF-8'."
        ) from None
