"""The XML of an Excel workbook: its sheets, and their rows one by one, in memory that does not grow with them.

openpyxl would keep an empty element for each row that it has read, and read a sheet to its end to find out its size.
What it knows of number formats and dates is used here. It takes a tenth of a second to import, so this module is
imported only where a workbook is read.

The parser loads nothing from elsewhere and limits what entities may grow to; how much a workbook unpacks to is limited
before it is opened here.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

Line = tuple[int, list[Any]]
"""The number of a row, as Excel shows it, and its cells."""

_FOLDER = "xl"
_BLOCK = 64 * 1024


class WorkbookXml:
    """An open workbook; to be closed. A damaged one raises any of `workbook._DAMAGED`, here or while rows are read."""

    def __init__(self, path: Path) -> None:
        self._opened = ExitStack()
        self._archive = self._opened.enter_context(zipfile.ZipFile(path))
        try:
            self._parts = self._parts_of_workbook()
            self._epoch = WINDOWS_EPOCH
            self._sheets: dict[str, str] = {}  # the visible ones, by name, and where they are
            self._read_sheets()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> WorkbookXml:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._opened.close()

    @property
    def visible_sheets(self) -> list[str]:
        """The names of the sheets that are not hidden and hold cells, in their order."""
        return list(self._sheets)

    def rows(self, sheet: str) -> Iterator[Line]:
        """The rows of a sheet; those without cells are left out."""
        with self._archive.open(self._sheets[sheet]) as source:
            yield from _Rows(self._strings, self._date_styles, self._epoch).read(source)
            # Only a file that is read to its end is checked for damage; its rest has no rows and is not parsed.
            while source.read(_BLOCK):
                pass

    def _parts_of_workbook(self) -> dict[str, tuple[str, str]]:
        """The files of the workbook: id → kind and place in the archive."""
        with self._archive.open(f"{_FOLDER}/_rels/workbook.xml.rels") as source:
            return {
                part.get("Id", ""): (part.get("Type", "").rpartition("/")[2], _place(part.get("Target", "")))
                for part in _elements(source, "Relationship")
            }

    def _read_sheets(self) -> None:
        with self._archive.open(f"{_FOLDER}/workbook.xml") as source:
            for element in _elements(source, "workbookPr", "sheet"):
                if _local_name(element) == "workbookPr":
                    self._epoch = MAC_EPOCH if element.get("date1904") in ("1", "true") else WINDOWS_EPOCH
                    continue
                own_id = next((value for name, value in element.items() if name.endswith("}id")), "")
                kind, place = self._parts.get(own_id, ("", ""))
                if kind == "worksheet" and element.get("state", "visible") == "visible":
                    self._sheets[element.get("name", "")] = place

    @cached_property
    def _strings(self) -> _SharedStrings:
        place = self._place_of("sharedStrings")
        return _SharedStrings(self._opened.enter_context(self._archive.open(place)) if place else None)

    @cached_property
    def _date_styles(self) -> dict[str, bool]:
        """The styles of cells that show their number as a date, and whether as a duration."""
        place = self._place_of("styles")
        if not place:
            return {}
        own: dict[int, str] = {}
        shown: list[str | None] = []
        with self._archive.open(place) as source:
            for element in _elements(source, "numFmt", "cellXfs"):
                if _local_name(element) == "numFmt":
                    own[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
                    continue
                numbers = [int(style.get("numFmtId", "0")) for style in element]
                shown += [own.get(number, builtin_format_code(number)) for number in numbers]
        return {str(place): is_timedelta_format(text) for place, text in enumerate(shown) if is_date_format(text)}

    def _place_of(self, wanted: str) -> str | None:
        return next((place for kind, place in self._parts.values() if kind == wanted), None)


class _Rows:
    """Reads the rows of a sheet."""

    def __init__(self, strings: _SharedStrings, date_styles: dict[str, bool], epoch: Any) -> None:
        self._strings = strings
        self._date_styles = date_styles
        self._epoch = epoch
        self._places: dict[str, int] = {}  # of columns, by their letters

    def read(self, source: IO[bytes]) -> Iterator[Line]:
        rows: Element | None = None  # that they are in
        number = 0
        of_rows = of_row = self._value_tag = self._inline_tag = ""
        for event, element in iterparse(source, ("start", "end")):  # noqa: S314 - see above
            tag = element.tag
            if not of_row:  # the first element: all others have its namespace, of which there are two
                space = tag[: tag.find("}") + 1]
                of_rows, of_row, self._value_tag, self._inline_tag = (
                    f"{space}{name}" for name in ("sheetData", "row", "v", "is")
                )
            if event == "start":
                rows = element if tag == of_rows else rows
            elif tag == of_row and rows is not None:
                number = int(float(element.get("r", number + 1)))
                cells = self._cells(element)
                rows.clear()
                if cells:
                    yield number, cells
            elif tag == of_rows:
                return

    def _cells(self, row: Element) -> list[Any]:
        cells: list[Any] = []
        for cell in row:
            place = self._place(cell.get("r", ""), len(cells))
            if place > len(cells):
                cells += [None] * (place - len(cells))
            cells[place : place + 1] = [self._value(cell)]
        return cells

    def _place(self, reference: str, following: int) -> int:
        """The place of a cell in its row: of ``C7`` it is 2. A cell without a reference follows the one before it."""
        letters = reference.rstrip("0123456789")
        if not letters:
            return following
        place = self._places.get(letters)
        if place is None:
            place = self._places[letters] = column_index_from_string(letters) - 1
        return place

    def _value(self, cell: Element) -> Any:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(self._inline_tag)
            return None if inline is None else _text_in(inline)
        value = cell.findtext(self._value_tag)
        if not value:
            return None
        if kind == "n":
            number = float(value) if "." in value or "E" in value or "e" in value else int(value)
            style = cell.get("s", "0")
            return self._date(number, style) if style in self._date_styles else number
        if kind == "s":
            return self._strings[int(value)]
        if kind == "b":
            return bool(int(value))
        return from_ISO8601(value) if kind == "d" else _unescaped(value)  # type: ignore[no-untyped-call]

    def _date(self, number: float, style: str) -> Any:
        try:
            return from_excel(number, self._epoch, timedelta=self._date_styles[style])
        except (OverflowError, ValueError):
            return "#VALUE!"  # as Excel shows it


class _SharedStrings:
    """The texts that cells share, read no further than they are asked for: the first rows need few of them.

    They are packed, because a million Python texts would take several times the memory.
    """

    def __init__(self, source: IO[bytes] | None) -> None:
        self._coming = iter(()) if source is None else _elements(source, "si")
        self._packed = bytearray()
        self._ends = array("Q", [0])

    def __getitem__(self, place: int) -> str:
        if place < 0:
            raise ValueError(f"there is no text {place}")
        while len(self._ends) <= place + 1:
            element = next(self._coming, None)
            if element is None:
                raise ValueError(f"there is no text {place}")
            self._packed += _text_in(element).encode()
            self._ends.append(len(self._packed))
        return self._packed[self._ends[place] : self._ends[place + 1]].decode()


def _elements(source: IO[bytes], *names: str) -> Iterator[Element]:
    """The elements of these names, whatever their namespace, each of them gone when the next one is asked for."""
    root: Element | None = None
    for event, element in iterparse(source, ("start", "end")):  # noqa: S314 - see above
        if event == "start":
            root = element if root is None else root
        elif _local_name(element) in names:
            yield element
            element.clear()
            if root is not None and len(root) and root[-1] is element:
                root.clear()


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _place(target: str) -> str:
    """Where a part of the workbook is in the archive."""
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(_FOLDER, target))


def _text_in(element: Element) -> str:
    """The text of an element, plain or in runs of different formats; without how it is pronounced."""
    space = element.tag[: element.tag.find("}") + 1]
    parts = []
    for child in element:
        if child.tag == f"{space}t":
            parts.append(child.text or "")
        elif child.tag == f"{space}r":
            parts.append(child.findtext(f"{space}t") or "")
    return _unescaped("".join(parts))


_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """A text with what Excel writes as ``_x000A_`` in place of a line break; escapes of other controls stay."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character.isprintable() or character in "\t\n\r" else match[0]
