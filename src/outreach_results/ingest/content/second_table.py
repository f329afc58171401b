"""A second table below the first one, whose rows would be read under the wrong header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from outreach_results.errors import SourceError

_LEARNED_FROM = 20
_FOOTER_LINES = 5
"""Rows after an empty one that still pass as totals or notes; more of them are a second table."""
_LONGEST_NAME = 80
_NAMED = 4
_DATE = re.compile(r"\s*\d{1,4}[-./]\d{1,2}[-./]\d")


class _Kind(IntEnum):
    """What a cell holds; of a table's columns those of the highest kind tell its rows best."""

    TEXT = 0
    NUMBER = 1
    DATE = 2
    ADDRESS = 3


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row that may be the header of a second table; the row after it decides."""

    number: int
    cells: Sequence[Any]
    follows_empty: bool


class SecondTableWatch:
    """Looks at each row of a table and refuses the file where a second table begins.

    The rows of a table have an address, a date or a number in the same columns. A header has only texts, and what
    stands below the header of another table has nothing of the first one's kind in its columns. Single rows of totals,
    notes and rows that cannot be used pass.
    """

    def __init__(self, name: str, header: Sequence[str], row_of_header: int) -> None:
        self._name = name
        self._header = header
        self._row_of_header = row_of_header
        self._kinds: list[Counter[_Kind]] = [Counter() for _ in header]
        self._words: list[set[str]] = [set() for _ in header]  # what the first rows have in each column
        self._learned = 0
        self._typical: dict[int, _Kind] = {}  # the columns that hold no texts
        self._telling: tuple[int, ...] = ()  # those of them by which a row is known
        self._telling_kind = _Kind.TEXT
        self._candidate: _Candidate | None = None
        self._after_empty = 0  # rows since an empty one that are not the table's

    def look_at(self, number: int, cells: Sequence[Any], *, follows_empty: bool) -> None:
        """Take the next row.

        Raises:
            SourceError: a second table begins here or in the row before.
        """
        belongs = self._belongs(cells)
        if self._candidate is not None:
            self._decide(self._candidate, cells, belongs=belongs)
            self._candidate = None
        if belongs or not self._telling:
            self._after_empty = 0
            if self._learned < _LEARNED_FROM:
                self._learn(cells)
            return
        self._after_empty = self._after_empty + 1 if self._after_empty or follows_empty else 0
        if self._after_empty > _FOOTER_LINES:
            raise self._refused(f"another one begins near row {number - self._after_empty + 1}")
        if _is_like_a_header(cells) and not self._has_known_words(cells):
            self._candidate = _Candidate(number, cells, follows_empty)

    def _belongs(self, cells: Sequence[Any]) -> bool:
        return any(place < len(cells) and _kind(cells[place]) == self._telling_kind for place in self._telling)

    def _learn(self, cells: Sequence[Any]) -> None:
        self._learned += 1
        for counts, words, cell in zip(self._kinds, self._words, cells, strict=False):
            if cell not in (None, ""):
                counts[_kind(cell)] += 1
                words.add(_plain(cell))
        usual = {place: counts.most_common(1)[0][0] for place, counts in enumerate(self._kinds) if counts}
        self._typical = {place: kind for place, kind in usual.items() if kind != _Kind.TEXT}
        self._telling_kind = max(self._typical.values(), default=_Kind.TEXT)
        self._telling = tuple(place for place, kind in self._typical.items() if kind == self._telling_kind)

    def _has_known_words(self, cells: Sequence[Any]) -> bool:
        return any(_plain(cell) in words for words, cell in zip(self._words, cells, strict=False))

    def _decide(self, candidate: _Candidate, below: Sequence[Any], *, belongs: bool) -> None:
        names = {_plain(cell) for cell in candidate.cells if cell not in (None, "")}
        own = {_plain(cell) for cell in self._header}
        if names <= own:
            return  # the header once more, as in files that were put together
        if any(map(_are_equal, candidate.cells, below)):
            return  # rows of one table have the same words in a column, a header and what stands below it do not
        holds_values = any(_kind(cell) != _Kind.TEXT for cell in below)
        breaks_all = len(self._typical) > 1 and all(
            place < len(candidate.cells) and candidate.cells[place] not in (None, "") for place in self._typical
        )
        if (
            (holds_values and names & own)
            or (candidate.follows_empty and not belongs)
            or (holds_values and not belongs and (breaks_all or len(names) != len(own)))
        ):
            raise self._refused(f"the second in row {candidate.number} ({_listed(candidate.cells)})")

    def _refused(self, second: str) -> SourceError:
        return SourceError(
            f"{self._name} holds two tables: the header of the first is in row {self._row_of_header} "
            f"({_listed(self._header)}), {second}. Nothing was imported. Put each table into a file of its own, or on "
            "a sheet of its own."
        )


def _is_like_a_header(cells: Sequence[Any]) -> bool:
    filled = [cell for cell in cells if cell not in (None, "")]
    return 1 < len(filled) == len(set(map(_plain, filled))) and all(
        isinstance(cell, str) and len(cell) <= _LONGEST_NAME and cell.strip()[:1].isalpha() and "@" not in cell
        for cell in filled
    )


def _kind(cell: Any) -> _Kind:
    if isinstance(cell, str):
        if "@" in cell:
            return _Kind.ADDRESS
        if _DATE.match(cell):
            return _Kind.DATE
        return _Kind.NUMBER if cell[:1].isdigit() or cell[1:2].isdigit() else _Kind.TEXT
    if isinstance(cell, date):
        return _Kind.DATE
    return _Kind.NUMBER if isinstance(cell, int | float) else _Kind.TEXT


def _are_equal(one: Any, other: Any) -> bool:
    return one not in (None, "") and _plain(one) == _plain(other)


def _plain(cell: Any) -> str:
    return str(cell).strip().casefold()


def _listed(cells: Sequence[Any]) -> str:
    names = [str(cell).strip() for cell in cells if cell not in (None, "")]
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
