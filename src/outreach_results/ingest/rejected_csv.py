"""Rejected rows as a CSV file, written as they come, so that a million of them take no memory."""

from __future__ import annotations

import csv
from typing import TextIO

from outreach_results.export import escape_formula
from outreach_results.ingest.records import Rejected

COLUMNS = Rejected._fields[:4]


class RejectedCsv:
    """Writes rejected rows to an open text file: source, row, column and reason."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def add(self, rejected: Rejected) -> None:
        """Write a row."""
        self._writer.writerow(
            [
                escape_formula(rejected.source),
                rejected.row,
                escape_formula(rejected.column),
                escape_formula(rejected.reason),
            ]
        )
