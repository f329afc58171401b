"""All that a database holds, or all files that leave it, to be compared as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from itertools import islice
from typing import Any, Generic, TypeVar

Row = tuple[Any, ...]
Part = TypeVar("Part", Counter[Row], bytes)

SHOWN = 3
"""So many rows of each side a failed comparison shows for each part that differs."""
WIDTH = 200


class Snapshot(Generic[Part]):
    """Named parts: tables with their rows, or files with their bytes.

    Not a mapping, and not iterable: for those pytest computes a line-by-line difference, which takes minutes for tables
    of thousands of rows. `explain_difference` takes its place.
    """

    __hash__ = None  # type: ignore[assignment]
    __iter__ = None

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = dict(parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and self._parts == other._parts

    def __repr__(self) -> str:
        return f"<Snapshot of {len(self._parts)} parts>"

    def __getitem__(self, name: str) -> Part:
        return self._parts[name]

    def values(self) -> ValuesView[Part]:
        """The parts."""
        return self._parts.values()

    def items(self) -> ItemsView[str, Part]:
        """The parts with their names."""
        return self._parts.items()

    def only(self, *names: str) -> Snapshot[Part]:
        """These parts of it."""
        return Snapshot({name: self._parts[name] for name in names})

    def without(self, *names: str) -> Snapshot[Part]:
        """All parts but these."""
        return Snapshot({name: part for name, part in self._parts.items() if name not in names})


def rows_where(tables: Snapshot[Counter[Row]], is_kept: Callable[[Row], bool]) -> Snapshot[Counter[Row]]:
    """The same tables, with those of their rows that are kept."""
    return Snapshot({name: Counter(filter(is_kept, rows.elements())) for name, rows in tables.items()})


def explain_difference(left: object, right: object) -> list[str] | None:
    """The lines that say where two snapshots differ, or two tuples with snapshots in them; None for anything else."""
    if isinstance(left, tuple) and isinstance(right, tuple) and any(isinstance(one, Snapshot) for one in left):
        differing = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
        return ["these are equal", *(line for a, b in differing for line in explain_difference(a, b) or _sides(a, b))]
    if isinstance(left, Snapshot) and isinstance(right, Snapshot):
        return ["two snapshots are equal", *_differences(left, right)]
    return None


def _differences(left: Snapshot[Any], right: Snapshot[Any]) -> Iterator[str]:
    parts, others = dict(left.items()), dict(right.items())
    for name in sorted(parts.keys() | others.keys()):
        if name not in parts or name not in others:
            yield f"{name}: only on the {'left' if name in parts else 'right'}"
        elif parts[name] != others[name]:
            yield from _difference(name, parts[name], others[name])


def _difference(name: str, left: Counter[Any] | bytes, right: Counter[Any] | bytes) -> Iterator[str]:
    if isinstance(left, bytes) or isinstance(right, bytes):
        at = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
        yield f"{name}: {len(left)} and {len(right)} bytes, the first difference at {at}"
        yield from _sides(*(bytes(side)[max(at - 40, 0) : at + 80] for side in (left, right)))
        return
    for side, rows in (("left", left - right), ("right", right - left)):
        yield f"{name}: {rows.total()} rows only on the {side}"
        yield from (f"    {row!r:.{WIDTH}}" for row in islice(rows, SHOWN))


def _sides(left: object, right: object) -> Iterator[str]:
    yield f"    left:  {left!r:.{WIDTH}}"
    yield f"    right: {right!r:.{WIDTH}}"
