"""Counting groups of emails: the sums of one dimension, by value, basis and day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from outreach_results.models import COUNTS, HUMAN_COUNTS, Basis
from outreach_results.store.column_types import day_of_hour

NUMBERS = (*COUNTS, *HUMAN_COUNTS)
"""What is counted, in the order of the columns."""

BASES = tuple(Basis)
_HELD = 1_000_000
"""So many places are held before those that repeat are added up."""
_BITS_OF_A_DAY = 20

Array = npt.NDArray[np.int64]


class _Codes(dict[str | None, int]):
    """A number for each value; -1 for none and, where some are wanted, for the others."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        super().__init__({value: code for code, value in enumerate(wanted or ())})
        self._is_open = wanted is None
        self[None] = -1

    def __missing__(self, value: str) -> int:
        if not self._is_open:
            return -1
        self[value] = code = len(self) - 1
        return code


class GroupSums:
    """The counts of one dimension, by value, basis and day."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        self._codes = _Codes(wanted)
        self._keys: list[Array] = []
        self._counts: list[Array] = []
        self._held = 0

    def codes(self, values: Sequence[str | None]) -> Array:
        """The number of each value."""
        return np.fromiter(map(self._codes.__getitem__, values), np.int64, len(values))

    def add(self, codes: Array, basis: Basis, days: Array, columns: Array) -> None:
        """Count one email in each of these places, which may repeat; a code or a day below 0 is none."""
        is_counted = (codes >= 0) & (days >= 0)
        group = codes[is_counted] * len(BASES) + BASES.index(basis)
        self._keys.append((group << _BITS_OF_A_DAY | days[is_counted]) * len(NUMBERS) + columns[is_counted])
        self._counts.append(np.ones(len(group), np.int64))
        self._held += len(group)
        if self._held > _HELD:
            self._compact()

    def rows(self) -> Iterator[tuple[str, date, str, list[int]]]:
        """(basis, day, value, counts), in no order."""
        self._compact()
        values = {code: value for value, code in self._codes.items() if value is not None}
        place, counts = -1, [0] * len(NUMBERS)
        for key, n in zip(self._keys[0].tolist(), self._counts[0].tolist(), strict=True):
            own_place, column = divmod(key, len(NUMBERS))
            if own_place != place:
                if place >= 0:
                    yield *_named(place, values), counts
                place, counts = own_place, [0] * len(NUMBERS)
            counts[column] = n
        if place >= 0:
            yield *_named(place, values), counts

    def _compact(self) -> None:
        """Add up what is in the same place."""
        keys, counts = (np.concatenate([np.empty(0, np.int64), *parts]) for parts in (self._keys, self._counts))
        places, at = np.unique(keys, return_inverse=True)
        self._keys, self._counts = [places], [np.bincount(at, counts, len(places)).astype(np.int64)]
        self._held = 0


def _named(place: int, values: Mapping[int, str]) -> tuple[str, date, str]:
    code, basis = divmod(place >> _BITS_OF_A_DAY, len(BASES))
    return BASES[basis].value, day_of_hour((place & (1 << _BITS_OF_A_DAY) - 1) * 24), values[code]
