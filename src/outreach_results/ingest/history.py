"""The history of loads: what each one did, by whom, and which rows it could not use."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select

from outreach_results.ingest.records import Rejected
from outreach_results.ingest.report import LoadReport
from outreach_results.store import audit, schema
from outreach_results.store.engine import Store

REJECTS_KEPT = 100_000
"""So many rejected rows of a load are kept; a file of which nothing is right would otherwise be stored twice."""
TEXT_KEPT = 50_000_000
"""So many characters of them are kept: with few rows of long texts, that is the limit."""
_AT_ONCE = 1_000
_TEXT_AT_ONCE = 2_000_000


class LoadKind(StrEnum):
    """Where the records of a load come from."""

    FILE = "file"
    SYNC = "sync"
    WEBHOOK = "webhook"
    SAMPLE = "sample"


def next_load_no(connection: Connection) -> int:
    """The number of a new load; within a transaction that excludes others."""
    latest = connection.execute(select(func.max(schema.loads.c.load_no))).scalar_one()
    return (latest or 0) + 1


class RejectedRows:
    """Keeps the rejected rows of a load, a thousand at a time: a file can have any number of them."""

    def __init__(self, connection: Connection) -> None:
        self.load_id = secrets.token_hex(8)
        self._connection = connection
        self._waiting: list[dict[str, Any]] = []
        self._total = 0
        self._text = 0  # characters of the rows' own fields that are kept
        self._unwritten = 0  # those of them that wait

    def add(self, rejected: Rejected) -> None:
        """Keep a row, unless `REJECTS_KEPT` are kept already; its own fields while they are less than `TEXT_KEPT`."""
        self._total += 1
        if self._total > REJECTS_KEPT:
            return
        original = None if rejected.original is None else json.dumps(dict(rejected.original), default=_plain)
        length = len(original or "")
        if self._text + length > TEXT_KEPT:
            original, length = None, 0
        self._text += length
        self._unwritten += length
        self._waiting.append(
            {
                "load_id": self.load_id,
                "place": self._total,
                "source": rejected.source,
                "row": rejected.row,
                "column": rejected.column,
                "reason": rejected.reason,
                "original": original,
            }
        )
        if len(self._waiting) >= _AT_ONCE or self._unwritten > _TEXT_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was not written yet."""
        if self._waiting:
            self._connection.execute(insert(schema.rejected_rows), self._waiting)
            self._waiting.clear()
            self._unwritten = 0


def record(
    connection: Connection,
    report: LoadReport,
    *,
    load_no: int,
    kind: LoadKind,
    loaded_by: str | None,
    started_at: datetime,
) -> None:
    """Enter a load into the history, in its own transaction."""
    details = {
        "inserted": +report.inserted,
        "duplicate": +report.duplicate,
        "notes": report.notes,
        "campaigns": sorted(report.campaigns),
    }
    connection.execute(
        insert(schema.loads),
        {
            "load_id": report.load_id,
            "source": report.source,
            "started_at": started_at,
            "finished_at": datetime.now(UTC),
            "inserted": report.inserted.total(),
            "duplicate": report.duplicate.total(),
            "rejected": report.rejected_total,
            "load_no": load_no,
            "kind": kind.value,
            "loaded_by": loaded_by,
            "report": json.dumps(details),
        },
    )
    if kind is LoadKind.FILE:  # what comes by itself, many times an hour, is in the history alone
        about = f"{report.source}: {report.inserted.total()} new"
        audit.record(connection, audit.Action.IMPORTED, about, by=loaded_by)


def record_failure(store: Store, source: str, problem: str, *, loaded_by: str | None = None) -> None:
    """Enter a file of which nothing could be loaded into the history, with the reason."""
    now = datetime.now(UTC)
    row = {
        "load_id": secrets.token_hex(8),
        "source": source,
        "started_at": now,
        "finished_at": now,
        "inserted": 0,
        "duplicate": 0,
        "rejected": 0,
        "kind": LoadKind.FILE.value,
        "loaded_by": loaded_by,
        "problem": problem,
    }
    with store.write() as connection:
        connection.execute(insert(schema.loads), row)


def _plain(value: Any) -> float | str:
    """A value that JSON does not have: amounts as numbers, dates as texts."""
    return float(value) if isinstance(value, Decimal) else str(value)


def rejected_rows(store: Store, load_id: str, *, at_most: int | None = None) -> list[Rejected]:
    """The rejected rows that are kept of a load, in the order of the file; the first ones, or all if None."""
    table = schema.rejected_rows.c
    query = select(schema.rejected_rows).where(table.load_id == load_id).order_by(table.place).limit(at_most)
    with store.read() as connection:
        return [
            Rejected(
                row["source"],
                row["row"],
                row["column"],
                row["reason"],
                None if row["original"] is None else json.loads(row["original"]),
            )
            for row in connection.execute(query).mappings()
        ]
