"""Whether two databases hold the same, whatever kind each is of: their rows are read and compared by checksums.

A checksum is that of a campaign's rows in one table, so what differs is named by table and campaign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, true

from outreach_results.store.admin import canonical
from outreach_results.store.admin.canonical import RowsDigest
from outreach_results.store.schema import inbox, inbox_stats, meta, metadata

COPY_STATE = "copy"
DATA_VERSION = "data_version"
_OWN_FACTS = (
    COPY_STATE,
    DATA_VERSION,
    "sync_lease",
)  # keys of `meta` that are true of one database only

COMPARED = tuple(table for table in metadata.sorted_tables if table not in (inbox, inbox_stats))
"""All tables but those of the inbox, which each database derives itself: each kind indexes words in its own way."""

Checksums = dict[str, RowsDigest]
"""The number of rows and the checksum of each campaign in a table; '' stands for rows of no campaign."""

OnProgress = Callable[[str], None]
"""Called with what is being done."""


@dataclass(frozen=True, slots=True)
class TableComparison:
    """A table on both sides, and the campaigns whose rows differ ('' where they belong to none)."""

    table: str
    rows: int
    rows_in_target: int
    differing: tuple[str, ...]


def verify(
    source: Connection,
    target: Connection,
    known: Mapping[Table, Checksums] | None = None,
    *,
    on_progress: OnProgress = lambda _doing: None,
) -> Iterator[TableComparison]:
    """Compare every table of two databases.

    Args:
        known: the checksums of those tables of the source that were read already.

    Raises:
        StoreError: one of the two cannot be read.
    """
    known = known or {}
    unread = [table for table in COMPARED if table not in known]
    expected = {**known, **all_checksums(source, unread, on_progress=on_progress)}
    for table in COMPARED:
        on_progress(f"comparing {table.name}")
        actual = checksums(target, table)
        yield TableComparison(
            table.name, _rows(expected[table]), _rows(actual), tuple(sorted(differing(expected[table], actual)))
        )


def all_checksums(
    connection: Connection, tables: Sequence[Table], *, on_progress: OnProgress = lambda _doing: None
) -> dict[Table, Checksums]:
    """The checksums of some tables."""
    by_table = {}
    for table in tables:
        on_progress(f"reading {table.name}")
        by_table[table] = checksums(connection, table)
    return by_table


def checksums(connection: Connection, table: Table) -> Checksums:
    """The checksums of a table, over the rows that two equal databases share."""
    return canonical.digests(connection, table, compared_rows(table))


def differing(one: Checksums, other: Checksums) -> set[str]:
    """The campaigns whose checksums differ, or that only one side has."""
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def compared_rows(table: Table) -> ColumnElement[bool]:
    """The condition on a table for the rows that two equal databases share."""
    return meta.c.key.not_in(_OWN_FACTS) if table is meta else true()


def _rows(by_campaign: Checksums) -> int:
    return sum(of_campaign.rows for of_campaign in by_campaign.values())
