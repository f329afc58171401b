"""The history of imports: which source, when, and how many records were inserted, duplicate or rejected."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import func, select

from outreach_results.store import schema
from outreach_results.store.engine import Store

LOADS_SHOWN = 100
"""The history grows with every import and every sync, so only its newest part is read."""


_COLUMNS = (
    "load_id",
    "source",
    "kind",
    "loaded_by",
    "finished_at",
    "inserted",
    "duplicate",
    "rejected",
    "seconds",
    "undone_at",
)


def load_history(store: Store) -> pd.DataFrame:
    """The latest `LOADS_SHOWN` loads, newest first.

    Columns: load_id, source, kind, loaded_by, finished_at (datetime in the reporting zone), inserted, duplicate,
    rejected, seconds, undone_at (None unless it was undone).
    """
    table = schema.loads.c
    query = select(schema.loads).order_by(table.finished_at.desc(), table.load_id).limit(LOADS_SHOWN)
    with store.read() as connection:
        rows = connection.execute(query).mappings().all()
    zone = store.zone()
    return pd.DataFrame(
        [
            {
                "load_id": row["load_id"],
                "source": row["source"],
                "kind": row["kind"],
                "loaded_by": row["loaded_by"],
                "finished_at": row["finished_at"].astimezone(zone),
                "inserted": row["inserted"],
                "duplicate": row["duplicate"],
                "rejected": row["rejected"],
                "seconds": (row["finished_at"] - row["started_at"]).total_seconds(),
                "undone_at": None if row["undone_at"] is None else row["undone_at"].astimezone(zone),
            }
            for row in rows
        ],
        columns=list(_COLUMNS),
    )


def data_as_of(store: Store) -> datetime:
    """Until when the data is known, in the reporting zone: the latest import, or now before the first one.

    Unlike the clock it stands still between two imports, so that pages, API and files agree whenever they are asked.
    """
    with store.read() as connection:
        latest = connection.execute(select(func.max(schema.loads.c.finished_at))).scalar_one()
    return (latest or datetime.now(UTC)).astimezone(store.zone())
