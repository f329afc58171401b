"""The history of imports: what was imported, when, by whom, what became of it, and what could not be read at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Row, select

from outreach_results.results.kept import kept_on
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of

LOADS_SHOWN = 100
"""The history grows with every import and every sync, so only its newest part is read."""

LOADS_READ = 5_000
"""So many of the newest loads are merged into lines."""

_MERGED = frozenset({"webhook", "sync"})
"""The kinds of loads that come many at a time: consecutive ones of one source are one line."""


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """One line of the history: one import, or consecutive ones of one webhook or one sync.

    Attributes:
        load_ids: newest first.
        first_at, finished_at: when the oldest and the newest of them ended, in the reporting zone.
        seconds: how long all of them took.
        problem: why nothing was imported; None where something could be.
    """

    load_ids: tuple[str, ...]
    source: str
    kind: str | None
    loaded_by: str | None
    first_at: datetime
    finished_at: datetime
    inserted: int
    duplicate: int
    rejected: int
    seconds: float
    undone_at: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ImportDetails:
    """What one import did: the numbers of new and known records by kind, and remarks."""

    inserted: dict[str, int] = field(default_factory=dict)
    duplicate: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


_COLUMNS = (
    *(
        "load_id",
        "source",
        "kind",
        "loads",
        "loaded_by",
        "first_at",
        "finished_at",
        "inserted",
        "duplicate",
        "rejected",
    ),
    *("seconds", "undone_at", "problem"),
)


def load_history(store: Store) -> list[ImportEntry]:
    """The latest imports, newest first, at most `LOADS_SHOWN` lines."""
    table = schema.loads.c
    # The reports are large, and read for one import at a time: see `import_details`.
    columns = [column for column in table if column.name != "report"]
    query = select(*columns).order_by(table.finished_at.desc(), table.load_id).limit(LOADS_READ)
    with store.read() as connection:
        rows = connection.execute(query).all()
        zone = zone_of(connection)
    return _merged(rows, zone)


def _merged(rows: Iterable[Row[Any]], zone: ZoneInfo) -> list[ImportEntry]:
    entries: list[ImportEntry] = []
    for row in rows:
        entry = _entry(row, zone)
        if entries and _belong_together(entries[-1], entry):
            entries[-1] = _together(entries[-1], entry)
        elif len(entries) == LOADS_SHOWN:
            break
        else:
            entries.append(entry)
    return entries


def _entry(row: Row[Any], zone: ZoneInfo) -> ImportEntry:
    at = row.finished_at.astimezone(zone)
    return ImportEntry(
        (row.load_id,),
        row.source.partition(": ")[0] if row.kind == "sync" else row.source,  # the server's name; then a campaign's
        row.kind,
        row.loaded_by,
        at,
        at,
        row.inserted,
        row.duplicate,
        row.rejected,
        (row.finished_at - row.started_at).total_seconds(),
        None if row.undone_at is None else row.undone_at.astimezone(zone),
        row.problem,
    )


def _belong_together(newer: ImportEntry, older: ImportEntry) -> bool:
    return newer.kind in _MERGED and (newer.kind, newer.source, newer.undone_at, newer.problem) == (
        older.kind,
        older.source,
        older.undone_at,
        older.problem,
    )


def _together(newer: ImportEntry, older: ImportEntry) -> ImportEntry:
    return replace(
        newer,
        load_ids=newer.load_ids + older.load_ids,
        first_at=older.first_at,
        inserted=newer.inserted + older.inserted,
        duplicate=newer.duplicate + older.duplicate,
        rejected=newer.rejected + older.rejected,
        seconds=newer.seconds + older.seconds,
    )


def history_table(entries: Sequence[ImportEntry]) -> pd.DataFrame:
    """The history as a table: one row a line, ``loads`` counts its imports, ``load_id`` is that of the newest."""
    of_entries = [name for name in _COLUMNS if name not in ("load_id", "loads")]
    columns = {name: [getattr(entry, name) for entry in entries] for name in of_entries}
    columns |= {
        "load_id": [entry.load_ids[0] for entry in entries],
        "loads": [len(entry.load_ids) for entry in entries],
    }
    return pd.DataFrame(columns, columns=list(_COLUMNS))


def import_details(store: Store, load_id: str) -> ImportDetails:
    """What one import did; empty where that is not known."""
    with store.read() as connection:
        query = select(schema.loads.c.report).where(schema.loads.c.load_id == load_id)
        text = connection.execute(query).scalar_one_or_none()
    report = json.loads(text) if text else {}
    return ImportDetails(report.get("inserted", {}), report.get("duplicate", {}), report.get("notes", []))


def data_as_of(store: Store) -> datetime:
    """Until when the data is known, in the reporting zone: the latest import, or now before the first one.

    Unlike the clock it stands still between two imports, so that pages, API and files agree whenever they are read.
    """
    table = schema.loads.c
    query = select(table.finished_at).where(table.problem.is_(None)).order_by(table.finished_at.desc()).limit(1)
    with store.read() as connection:
        kept = kept_on(connection)
        latest = kept.get("data as of", lambda: connection.execute(query).scalar_one_or_none())
        zone = kept.get("zone", lambda: zone_of(connection))
    return (latest or datetime.now(UTC)).astimezone(zone)
