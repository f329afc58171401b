"""The one shape that every file is read into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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


def fields_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """The keys of objects, in the order in which they first appear."""
    return tuple(dict.fromkeys(str(key) for row in rows for key in row))


def content_of(objects: Iterable[Row], name: str) -> Content:
    """Objects that are at hand, such as the parsed body of a request, numbered from 1."""
    rows = tuple(objects)
    sample = rows[:NUMBER_OF_SAMPLES]
    return Content(name, "JSON", fields_of(sample), sample, lambda: iter(enumerate(rows, 1)), is_table=False)
