"""The one shape that every file is read into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

Row = Mapping[str, Any]
"""Field name → what stands there: a text, or for workbooks and JSON also a number, date, list, object or None."""

NUMBER_OF_SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Content:
    """Rows of named fields.

    Attributes:
        name: of the file, with the sheet or the archive's member it comes from, for messages.
        description: its form in words, such as ``CSV separated by semicolons, Windows-1252``.
        fields: the names in the header, or of the first JSON objects in the order in which they appear.
        sample: the first rows, at most `NUMBER_OF_SAMPLES`.
        read: iterates over all rows, each with its number in the file as a person would count it.
        is_table: whether the fields are columns with a header, not keys of JSON objects.
        envelope: single values that stand around a list of JSON objects.
    """

    name: str
    description: str
    fields: tuple[str, ...]
    sample: tuple[Row, ...]
    read: Callable[[], Iterator[tuple[int, Row]]]
    is_table: bool
    envelope: Mapping[str, Any] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        """Whether all these fields are there, whatever their case."""
        present = {name.casefold() for name in self.fields}
        return all(name.casefold() in present for name in names)


def first_rows(read: Callable[[], Iterator[tuple[int, Row]]]) -> tuple[Row, ...]:
    """The first rows of an iteration, which is closed again so that no file stays open."""
    rows = read()
    try:
        return tuple(row for _, row in islice(rows, NUMBER_OF_SAMPLES))
    finally:
        close = getattr(rows, "close", None)
        if close is not None:
            close()
