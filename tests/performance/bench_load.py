"""Loading: how fast a CSV comes in, what a new day costs, how much memory it takes.

Files are kept between runs, as databases are: to write one takes as long as to load it. The loads that are timed say
their memory too, because each further one takes seconds.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd
import psycopg
from databases import VERSION, Databases, kinds
from dataset import DAYS, NewDay, write_csv
from figures import BENCH, Figure, in_turns, large, middle, ratio_of
from sqlalchemy import create_engine

from outreach_results.export import CSV_COLUMNS
from outreach_results.models import COST_COLUMNS

EMAILS, CAMPAIGNS = 200_000, 10
BIG = 1_000_000
ROUNDS = 3
MIB = 1024 * 1024

TABLES = {
    "emails": (
        *("campaign_id", "email_id", "recipient", "name", "company", "sent_at", "sent_on", "sent_hour"),
        *COST_COLUMNS,
    ),
    "events": (
        *("campaign_id", "event_id", "email_id", "type", "occurred_at", "occurred_on", "occurred_hour"),
        *("is_machine", "url", "is_reply"),
    ),
    "replies": (
        *("campaign_id", "reply_id", "email_id", "address", "name", "company", "sentiment", "preview", "body"),
        *("received_at", "received_on", "received_hour"),
    ),
}
Rows = dict[str, list[tuple[object, ...]]]


def build(databases: Databases) -> None:
    """What is measured on."""
    for kind in kinds():
        databases.one_campaign(kind, BIG)


def measure(databases: Databases) -> list[Figure]:
    """All figures of this section."""
    result = []
    for kind in kinds():
        result += [*_csv(databases, kind), *(_new_day(databases, kind, ids_in_time=one) for one in (True, False))]
    return result


def _csv(databases: Databases, kind: str) -> list[Figure]:
    """A CSV into empty tables, beside the plain way, and in how much memory."""
    path, rows = csv_file(EMAILS, CAMPAIGNS)
    short, _ = csv_file(EMAILS // 5, CAMPAIGNS)
    plain, name, at_least = (_executemany, "csv → executemany", 1.5) if kind == "SQLite" else (_copy, "csv → COPY", 0.9)
    peaks: list[float] = []

    def ours() -> float:
        loaded = _load(databases.empty(kind), path)
        peaks.append(loaded["peak"] / MIB)
        return rows / loaded["seconds"]

    measured, yardstick = in_turns(ROUNDS, ours, lambda: rows / plain(databases.empty(kind), path))
    by_pandas = rows / _pandas(databases.empty(kind, "pandas"), path)
    of_short = _load(databases.empty(kind), short)["peak"] / MIB
    return [
        Figure(
            kind,
            f"CSV of {rows:,} events into empty tables",
            f"{middle(measured):,.0f} events/s",
            f"{name} into the same tables: {middle(yardstick):,.0f}",
            ratio_of(measured, yardstick),
            at_least=at_least,
        ),
        Figure(kind, "… for information", "", f"pandas to_sql, no keys: {by_pandas:,.0f}"),
        Figure(
            kind,
            "peak resident memory of that load, MiB",
            f"{max(peaks):.0f} MiB",
            f"of a file a fifth as long: {of_short:.0f} MiB",
            max(peaks),
            at_most=300,
        ),
    ]


def _new_day(databases: Databases, kind: str, *, ids_in_time: bool) -> Figure:
    """One more day, into a campaign of a million emails and into nothing.

    Where new ids stand among all others, each row that comes touches pages of its own.
    """
    ids = "in the order of time" if ids_in_time else "scattered"
    path, rows = _kept(f"new-day-{'in-time' if ids_in_time else 'scattered'}", BIG // DAYS, 1, NewDay(BIG, ids_in_time))
    big = databases.one_campaign(kind, BIG)
    into_big, into_empty = in_turns(
        ROUNDS,
        lambda: _load(databases.copy(kind, big, "grown"), path)["seconds"],
        lambda: _load(databases.empty(kind), path)["seconds"],
    )
    return Figure(
        kind,
        f"a new day ({rows:,} events) into a campaign of {large(BIG)}, ids {ids}",
        f"{middle(into_big):.2f} s",
        f"into an empty one: {middle(into_empty):.2f} s",
        ratio_of(into_big, into_empty),
        at_most=2.0 if ids_in_time else 3.0,
    )


def csv_file(emails: int, campaigns: int) -> tuple[Path, int]:
    """A CSV of events in the order of time, and the number of its rows."""
    return _kept(f"events-{emails}-{campaigns}", emails, campaigns)


def _kept(name: str, emails: int, campaigns: int, new_day: NewDay | None = None) -> tuple[Path, int]:
    """A CSV that is written once, which takes longer than to load it, and the number of its rows."""
    path = BENCH / f"v{VERSION}-{name}.csv"
    if not path.exists() or not _has_all_columns(path):
        unfinished = path.with_suffix(".part")
        write_csv(unfinished, emails, campaigns, new_day)
        unfinished.rename(path)
    return path, lines_in(path) - 1


def _has_all_columns(path: Path) -> bool:
    """Whether a kept file has the columns of today's export, which may have got more since."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file)) == list(CSV_COLUMNS)


def lines_in(path: Path) -> int:
    """The number of lines of a file of any size."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(partial(file.read, MIB), b""))


def _load(url: str, path: Path) -> dict[str, float]:
    """Load a file in a process of its own: seconds, and peak resident memory in bytes."""
    command = [sys.executable, str(Path(__file__).with_name("load_once.py")), url, str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result: dict[str, float] = json.loads(answer)
    return result


def _executemany(url: str, path: Path) -> float:
    """The plain way into SQLite, in the order of the file: no check, no merging, no rollup."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    statements = {
        table: f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        for table, names in TABLES.items()
    }
    begin = time.perf_counter()
    connection.execute("BEGIN")
    for rows in _batches(path):
        for table, of_table in rows.items():
            connection.executemany(statements[table], of_table)
    for table in TABLES:  # where a column is missing, OR IGNORE would leave every row out, and be fast
        assert connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
    connection.execute("COMMIT")
    connection.close()
    return time.perf_counter() - begin


def _copy(url: str, path: Path) -> float:
    """The plain way into PostgreSQL: COPY of what the file says, no check, no merging, no rollup."""
    with psycopg.connect(url) as connection:
        _campaigns(connection, path)
        begin = time.perf_counter()
        for rows in _batches(path):
            for table, of_table in rows.items():
                statement = f"COPY {table} ({', '.join(TABLES[table])}) FROM STDIN (FORMAT csv)"
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    lines: list[str] = []
                    csv.writer(_Sink(lines)).writerows(of_table)
                    copy.write("".join(lines))
        connection.commit()
        return time.perf_counter() - begin


class _Sink:
    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _campaigns(connection: psycopg.Connection, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        own = {(row["campaign_id"], row["campaign_name"], row["campaign_created_at"]) for row in csv.DictReader(file)}
    connection.cursor().executemany(
        "INSERT INTO campaigns VALUES (%s, %s, NULL, %s, '2026-01-01', 'events', false)", sorted(own)
    )


def _batches(path: Path) -> Iterator[Rows]:
    """The rows for each table, ten thousand lines at a time."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        at = {name: place for place, name in enumerate(next(reader))}
        campaign, email, kind, when, event = (
            at[name] for name in ("campaign_id", "email_id", "type", "occurred_at", "event_id")
        )
        about = [at[name] for name in ("recipient", "name", "company")]
        costs = [at[f"{name}_usd"] for name in COST_COLUMNS]
        reply_cells = [at[n] for n in ("reply_address", "reply_name", "reply_company", "sentiment", "preview", "body")]
        machine, url = at["is_machine"], at["url"]
        while lines := list(islice(reader, 10_000)):
            rows: Rows = {"emails": [], "events": [], "replies": []}
            for row in lines:
                dated = (row[when], row[when][:10], 0)
                if row[kind] == "sent":
                    micros = (int(float(row[c]) * 1e6) for c in costs)
                    rows["emails"].append((row[campaign], row[email], *(row[a] for a in about), *dated, *micros))
                    continue
                is_machine = row[machine] == "true"
                is_reply = row[kind] == "replied"
                rows["events"].append(
                    (row[campaign], row[event], row[email], row[kind], *dated, is_machine, row[url], is_reply)
                )
                if is_reply:
                    rows["replies"].append(
                        (row[campaign], row[event], row[email], *(row[t] for t in reply_cells), *dated)
                    )
            yield rows


def _pandas(url: str, path: Path) -> float:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    begin = time.perf_counter()
    pd.read_csv(path).to_sql("plain", engine, index=False, chunksize=10_000)
    engine.dispose()
    return time.perf_counter() - begin
