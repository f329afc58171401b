"""Excel workbooks, read by a library that did not write them."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape


def sheets_of(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """The values of all sheets by name, row by row, the header first; no cell may be a formula."""
    book = load_workbook(io.BytesIO(content))
    for page in book:
        for row in page.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    return {page.title: [tuple(map(_value, row)) for row in page.iter_rows(values_only=True)] for page in book}


def _value(value: Any) -> Any:
    return unescape(value) if isinstance(value, str) else value  # openpyxl does so only for texts that cells share


def records_of(content: bytes, sheet: str) -> list[dict[str, Any]]:
    """The rows of one sheet under the names of its header."""
    header, *rows = sheets_of(content)[sheet]
    return [dict(zip(header, row, strict=True)) for row in rows]
