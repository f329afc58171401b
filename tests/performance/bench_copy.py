"""Moving to another database: how fast, with how much memory, and what an email takes on disk on either side.

What is read here stands in docs/scaling.md.
"""

from __future__ import annotations

import re
import sys
import time
from multiprocessing import get_context
from pathlib import Path

from databases import Databases, kinds, main_size
from figures import Figure, large
from sqlalchemy import Connection, text

from outreach_results.store import schema
from outreach_results.store.admin import canonical
from outreach_results.store.admin import copy as copying
from outreach_results.store.engine import Store, open_store

EMAILS = 200_000
ROLLUPS = ("daily_stats", "hourly_stats", "lag_stats", "inbox_stats", "breakdown_stats")
MIB = 1024 * 1024


def build(databases: Databases) -> None:
    """What is measured on."""
    for kind in kinds():
        databases.full(kind, min(EMAILS, main_size()))


def measure(databases: Databases) -> list[Figure]:
    """All figures of this section."""
    result = []
    emails = min(EMAILS, main_size())
    for source, target in zip(kinds(), kinds()[::-1], strict=True):
        there, here = databases.full(source, emails), databases.empty(target, "copied")
        with get_context("spawn").Pool(1) as own_process:
            rows, copied, whole, grown = own_process.apply(copy_once, (there, here))
        way = f"{source} → {target}"
        result += [
            Figure(way, f"copy of {large(emails)} emails, rows/s", f"{rows / copied:,.0f}"),
            Figure(way, "copy and comparison of both sides, rows/s", f"{rows / whole:,.0f}"),
            Figure(way, "memory that it grows by", f"{grown:,.0f} MiB"),
        ]
        store = open_store(here)
        result += [Figure(target, f"{what}, bytes", f"{size:,.0f}") for what, size in sizes(store).items()]
        store.close()
    return result


def copy_once(there: str, here: str) -> tuple[int, float, float, float]:
    """Copy once: rows, seconds until all was copied, seconds until it was compared, growth of memory in MiB."""
    source, target = open_store(there), open_store(here)
    before = _memory("VmRSS")
    begin, copied = time.perf_counter(), [0.0]

    def on_progress(doing: str, _rows: int) -> None:
        if doing.startswith("copying"):
            copied[0] = time.perf_counter() - begin

    report = copying.copy(source, target, on_progress=on_progress)
    whole = time.perf_counter() - begin
    assert report.is_equal
    grown = _memory("VmHWM") - before
    source.close()
    target.close()
    return report.copied, copied[0], whole, grown / MIB


def _memory(name: str) -> int:
    # Not getrusage: what it says of a new process includes that of its parent.
    result = re.search(name + r":\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert result is not None
    return int(result[1]) * 1024


def sizes(store: Store) -> dict[str, float]:
    """Bytes on disk, indexes included, by what they are of."""
    with store.read() as connection:
        n = {table.name: _rows(connection, table.name) for table in schema.metadata.sorted_tables}
        size = _sqlite_sizes(connection) if store.is_sqlite else _postgres_sizes(connection)
    days = sum(size[table] for table in ROLLUPS)
    return {
        "an email's row": size["emails"] / n["emails"],
        "an event": size["events"] / n["events"],
        "a reply, its search index and its row in the inbox": sum(
            size[table] for table in size if table in ("replies", "inbox") or table.startswith("reply_words")
        )
        / n["replies"],
        "a day of a campaign in all rollups": days / (n["daily_stats"] / 2),
        "an email with all that belongs to it": sum(size.values()) / n["emails"],
    }


def _rows(connection: Connection, table: str) -> int:
    return sum(digest.rows for digest in canonical.digests(connection, schema.metadata.tables[table]).values())


def _sqlite_sizes(connection: Connection) -> dict[str, int]:
    query = "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) GROUP BY tbl_name"
    return dict(connection.execute(text(query)).all())


def _postgres_sizes(connection: Connection) -> dict[str, int]:
    query = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"
    return dict(connection.execute(text(query)).all())


if __name__ == "__main__":  # without the other sections: python tests/performance/bench_copy.py
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from databases import databases as opened_databases
    from figures import text_table

    with opened_databases() as opened:
        print(text_table(measure(opened)))
