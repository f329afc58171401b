"""Mappings that were confirmed once, for the next file with the same header."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from outreach_results.ingest.context import natural_id
from outreach_results.ingest.mapping.types import Mapping
from outreach_results.models.numbers import counted
from outreach_results.store import audit, schema
from outreach_results.store.engine import Store


def saved_mapping(store: Store, fields: Sequence[str]) -> Mapping | None:
    """The mapping that was saved for files with these fields; None where there is none."""
    table = schema.saved_mappings.c
    with store.read() as connection:
        saved = connection.execute(select(table.mapping).where(table.header == _header(fields))).scalar_one_or_none()
    return None if saved is None else Mapping.from_json(json.loads(saved))


def save_mapping(store: Store, fields: Sequence[str], mapping: Mapping, *, by: str | None = None) -> None:
    """Keep a mapping for files with these fields, in place of an earlier one."""
    row = {
        "header": _header(fields),
        "mapping": json.dumps(mapping.to_json(), sort_keys=True),
        "saved_at": datetime.now(UTC),
    }
    with store.write(exclusive=True, is_data=False) as connection:
        connection.execute(delete(schema.saved_mappings).where(schema.saved_mappings.c.header == row["header"]))
        connection.execute(insert(schema.saved_mappings), row)
        audit.record(
            connection,
            audit.Action.CHANGED,
            f"how a file with {counted(len(fields), 'column')} is read",
            by=by,
        )


def _header(fields: Sequence[str]) -> str:
    """What identifies a header: its names, in any order."""
    return natural_id(*sorted(fields))
