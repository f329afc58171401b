"""Which of the first lines of a table is its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from outreach_results.errors import SourceError

LINES_ABOVE = 15
"""How many lines of titles and notes may stand above a header."""


def header_place(lines: Sequence[Sequence[Any]]) -> int:
    """The place of the header among the first lines that are not empty: the first one of full width and of texts only.

    Titles, export dates and a line of merged group headings are narrower than the table below them.
    """
    widths = Counter(_filled(line) for line in lines)
    if not widths:
        return 0
    typical = max((width for width, n in widths.items() if n == max(widths.values())), default=1)
    for place, line in enumerate(lines[:LINES_ABOVE]):
        if _filled(line) >= min(typical, 2) and _filled(line) >= 0.7 * typical and all(map(_is_text, line)):
            return place
    return 0


def _filled(line: Sequence[Any]) -> int:
    return sum(cell not in (None, "") for cell in line)


def _is_text(cell: Any) -> bool:
    if isinstance(cell, int | float | date | time):
        return False
    return not (isinstance(cell, str) and cell.strip().replace(".", "", 1).replace(",", "", 1).lstrip("-").isdigit())


def checked_header(names: Sequence[str], file: str) -> list[str]:
    """The names of the columns; those without a name are called by their place.

    Raises:
        SourceError: two columns have the same name, so that nobody can tell which one is meant.
    """
    header = [name or f"Column {place}" for place, name in enumerate(names, 1)]
    while len(header) > 1 and not names[len(header) - 1]:
        header.pop()
    repeated = [name for name, n in Counter(header).items() if n > 1]
    if repeated:
        raise SourceError(
            f'{file} has more than one column "{repeated[0]}". Nothing was imported; rename or delete all but one.'
        )
    return header
