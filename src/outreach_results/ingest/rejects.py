"""Rejected rows as a file that is ready to be corrected and imported again: their own fields, and what is wrong.

Rows of tables and of plain objects become CSV, objects that hold others a JSON array, and rows of this product's own
documents such a document.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TextIO

from outreach_results.ingest.records import Rejected
from outreach_results.models.file_format import escape_formula

REASON_COLUMNS = ("import_file", "import_row", "import_column", "import_problem")
"""The fields of a file of rejected rows that say what is wrong with them; an import leaves them out."""
_SECTION = "outreach-results section"


class RejectsForm(StrEnum):
    """The forms of a file of rejected rows."""

    CSV = "csv"
    ARRAY = "JSON array"
    DOCUMENT = "JSON document"

    @property
    def extension(self) -> str:
        """Of the file's name."""
        return "csv" if self is RejectsForm.CSV else "json"

    @property
    def media_type(self) -> str:
        """Of the file's content."""
        return "text/csv" if self is RejectsForm.CSV else "application/json"


def within_document(document: Mapping[str, Any], section: str, row: Any) -> dict[str, Any]:
    """The original of a row that means something only within a document of this product.

    Args:
        document: what stands around the rows, such as the description of the campaign.
        section: the name of the list that holds the row.
    """
    return {_SECTION: section, "document": document, "row": row}


def form_of(rows: Sequence[Rejected]) -> RejectsForm:
    """The form in which these rows can be imported again; of rows of several files, CSV."""
    originals = [row.original for row in rows if row.original is not None]
    if originals and all(_SECTION in original for original in originals):
        is_one = all(original["document"] == originals[0]["document"] for original in originals)
        return RejectsForm.DOCUMENT if is_one else RejectsForm.CSV
    if any(isinstance(value, dict | list) for original in originals for value in original.values()):
        return RejectsForm.ARRAY
    return RejectsForm.CSV


def write_rejected(file: TextIO, rows: Sequence[Rejected], form: RejectsForm) -> None:
    """Write rejected rows."""
    if form is RejectsForm.DOCUMENT:
        json.dump(_document(rows), file, ensure_ascii=False, indent=1)
    elif form is RejectsForm.ARRAY:
        lines = (json.dumps(_fields(row) | _reason(row), ensure_ascii=False) for row in rows)
        file.write("[\n" + ",\n".join(lines) + "\n]\n")
    else:
        # No cell that a spreadsheet would run as a formula.
        csv.writer(file).writerows(
            [escape_formula(cell) if isinstance(cell, str) else cell for cell in line] for line in rejected_table(rows)
        )


def rejected_table(rows: Sequence[Rejected]) -> list[list[Any]]:
    """Rejected rows as a table with their own columns first: a header and the rows, which end with `REASON_COLUMNS`."""
    originals = [_fields(row) for row in rows]
    fields = list(dict.fromkeys(name for original in originals for name in original))
    table: list[list[Any]] = [[*fields, *REASON_COLUMNS]]
    for row, original in zip(rows, originals, strict=True):
        table.append([*(_cell(original.get(name)) for name in fields), *_reason(row).values()])
    return table


def _document(rows: Sequence[Rejected]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for row in rows:
        if row.original is None:
            continue
        document = document or dict(row.original["document"])
        item = row.original["row"]
        described = item | _reason(row) if isinstance(item, dict) else item
        document.setdefault(row.original[_SECTION], []).append(described)
    return document


def _fields(row: Rejected) -> dict[str, Any]:
    """The own fields of a row."""
    original = row.original or {}
    if _SECTION not in original:
        return dict(original)
    item = original["row"]
    return dict(item) if isinstance(item, dict) else {original[_SECTION]: item}


def _reason(row: Rejected) -> dict[str, Any]:
    return dict(zip(REASON_COLUMNS, (row.source, row.row, row.column, row.reason), strict=True))


def _cell(value: Any) -> Any:
    """What stands in a table for a value of a JSON object: objects and lists as JSON, which readers understand."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
