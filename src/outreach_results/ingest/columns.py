"""Many records as columns: what is done to thousands of them at once takes a fraction of the time.

Records one by one stay the general form. Columns are for emails and events, of which files hold millions; both forms
say the same, and `one_by_one` turns any columns back into records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Generic, TypeVar

from outreach_results.ingest.records import EmailRecord, EventRecord, FileItem

Key = tuple[str, str]
"""The ids of a campaign and of what belongs to it."""

R = TypeVar("R", EmailRecord, EventRecord)


@dataclass(frozen=True, slots=True)
class Columns(Generic[R]):
    """Records of one kind, as one sequence for each field; the fields that are left out have their defaults."""

    kind: type[R]
    fields: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, kind: type[R], records: Collection[R]) -> Columns[R]:
        """The columns of some records."""
        # Without any, `zip` would give no columns at all, and not empty ones.
        columns: Iterable[Sequence[Any]] = zip(*records, strict=True) if records else repeat(())
        return cls(kind, dict(zip(kind._fields, columns, strict=False)))

    def __len__(self) -> int:
        return len(self.fields["campaign_id"])

    def keys(self) -> list[Key]:
        """The key of each record."""
        return list(zip(self.fields[self.kind._fields[0]], self.fields[self.kind._fields[1]], strict=True))

    def filled(self, name: str) -> Sequence[Any] | None:
        """A field of which any record has a value; None where none has."""
        column = self.fields.get(name)
        return column if column is not None and any(column) else None

    def column(self, name: str) -> Sequence[Any]:
        """The values of a field."""
        return self.fields.get(name) or [self.kind._field_defaults.get(name)] * len(self)

    def records(self) -> Iterator[R]:
        """The records themselves."""
        return map(self.kind._make, zip(*map(self.column, self.kind._fields), strict=True))


BulkItem = FileItem | Columns[EmailRecord] | Columns[EventRecord]
BulkItems = Iterator[BulkItem]
"""What a reader of large files yields: records, and columns of them."""


def joined(items: Iterable[BulkItem]) -> Iterator[BulkItem]:
    """The same items, with one `Columns` at most of each kind, which comes last."""
    parts: dict[type, list[Columns[Any]]] = {}
    for item in items:
        if isinstance(item, Columns):
            parts.setdefault(item.kind, []).append(item)
        else:
            yield item
    for kind, columns in parts.items():
        names = {name for part in columns for name in part.fields}
        yield Columns(kind, {name: list(chain.from_iterable(part.column(name) for part in columns)) for name in names})


def one_by_one(items: Iterable[BulkItem]) -> Iterator[FileItem]:
    """The same items, columns as the records that they are made of."""
    return chain.from_iterable(item.records() if isinstance(item, Columns) else (item,) for item in items)
