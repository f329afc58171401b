"""Import of files as people bring them: how fast beside pandas into the same keys, and in how much memory."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pandas as pd
from bench_load import TABLES, csv_file, lines_in
from databases import Databases
from dataset import campaign_id, campaign_records, csv_rows
from figures import BENCH, Figure, in_turns, middle, ratio_of
from sqlalchemy import create_engine

from outreach_results.export import CSV_COLUMNS
from outreach_results.models import COST_COLUMNS

EMAILS, CAMPAIGNS = 40_000, 10
LARGE_EMAILS, LARGE_CAMPAIGNS = 1_960_000, 20
"""Five million events."""
SHEET_ROWS = 1_000_000
ROUNDS = 3
MIB = 1024 * 1024
MOST_MIB = 300


def build(_databases: Databases) -> None:
    """The files that are imported."""
    _large_csv()
    _sheet()


def measure(databases: Databases) -> list[Figure]:
    """All figures of this section."""
    return [speed(databases), memory_of_csv(databases), memory_of_workbook(databases)]


def speed(databases: Databases) -> Figure:
    """How fast the events of a CSV come in."""
    path, rows = csv_file(EMAILS, CAMPAIGNS)
    ours, theirs = in_turns(
        ROUNDS,
        lambda: rows / _import(databases.empty("SQLite"), path)["seconds"],
        lambda: rows / _pandas(databases.empty("SQLite"), path),
    )
    return Figure(
        "SQLite",
        f"import of a CSV of {rows:,} events",
        f"{middle(ours):,.0f} events/s",
        f"pandas read_csv → to_sql into the same tables and keys: {middle(theirs):,.0f}",
        ratio_of(ours, theirs),
        at_least=3.0,
    )


def memory_of_csv(databases: Databases) -> Figure:
    """The peak of a large CSV."""
    path, rows = _large_csv()
    return _memory(databases, f"a CSV of {rows:,} events", path)


def memory_of_workbook(databases: Databases) -> Figure:
    """The peak of a large workbook."""
    return _memory(databases, f"an Excel workbook of {SHEET_ROWS:,} rows", _sheet())


def _memory(databases: Databases, what: str, path: Path) -> Figure:
    result = _import(databases.empty("SQLite", path.stem), path)
    peak = result["peak"] / MIB
    return Figure(
        "SQLite",
        f"peak resident memory of the import of {what}",
        f"{peak:.0f} MiB",
        f"in {result['seconds']:,.0f} s",
        peak,
        at_most=MOST_MIB,
    )


def _import(url: str, path: Path) -> dict[str, float]:
    """Import a file in a process of its own: seconds, and peak resident memory in bytes."""
    command = [sys.executable, str(Path(__file__).with_name("import_once.py")), url, str(path)]
    # Started by a small process: Linux counts the memory of the process that starts another to its peak.
    answer = subprocess.run(
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", *command], check=True, capture_output=True, text=True
    ).stdout
    result: dict[str, float] = json.loads(answer)
    return result


def _pandas(url: str, path: Path) -> float:
    """The plain way with pandas: read the file, divide it by table, append to tables with keys; seconds."""
    engine = create_engine(url)
    begin = time.perf_counter()
    rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    at = pd.to_datetime(rows.pop("occurred_at"), format="ISO8601", utc=True)
    rows["day"] = at.dt.strftime("%Y-%m-%d")
    rows["instant"] = at.astype("datetime64[us, UTC]").astype("int64")
    rows["hour"] = rows["instant"] // 3_600_000_000
    rows["is_machine"] = rows["is_machine"] == "true"
    rows["is_reply"] = rows["type"] == "replied"
    is_sent = rows["type"] == "sent"
    for cost in COST_COLUMNS:
        rows[cost] = (pd.to_numeric(rows[f"{cost}_usd"]).fillna(0) * 1e6).astype("int64")
    campaigns = rows.drop_duplicates("campaign_id")
    frames = {
        "campaigns": pd.DataFrame(
            {
                "campaign_id": campaigns["campaign_id"],
                "name": campaigns["campaign_name"],
                "created_at": 0,
                "created_on": "2026-01-01",
                "detail": "events",
                "is_sample": False,
            }
        ),
        "emails": _named(rows[is_sent], "emails", "sent"),
        "events": _named(rows[~is_sent], "events", "occurred"),
        "replies": _named(
            rows[rows["is_reply"]]
            .rename(columns={"reply_address": "_address", "name": "_n", "company": "_c", "event_id": "reply_id"})
            .rename(columns={"_address": "address", "reply_name": "name", "reply_company": "company"}),
            "replies",
            "received",
        ),
    }
    with engine.begin() as connection:
        for table, frame in frames.items():
            frame.to_sql(table, connection, if_exists="append", index=False, chunksize=10_000)
    seconds = time.perf_counter() - begin
    engine.dispose()
    return seconds


def _named(rows: pd.DataFrame, table: str, moment: str) -> pd.DataFrame:
    """The columns of one table."""
    dated = {"instant": f"{moment}_at", "day": f"{moment}_on", "hour": f"{moment}_hour"}
    return rows.rename(columns=dated)[list(TABLES[table])]


def _large_csv() -> tuple[Path, int]:
    """A CSV of many campaigns that differ by their id only, which is quick to write; kept between runs."""
    path = BENCH / f"import-{LARGE_EMAILS}.csv"
    if not path.exists():
        of_one = io.StringIO(newline="")
        csv.writer(of_one).writerows(csv_rows(campaign_records(0, LARGE_EMAILS // LARGE_CAMPAIGNS)))
        rows = of_one.getvalue().encode()
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(",".join(CSV_COLUMNS).encode() + b"\r\n")
            for number in range(LARGE_CAMPAIGNS):
                file.write(rows.replace(campaign_id(0).encode(), campaign_id(number).encode()))
        unfinished.rename(path)
    return path, lines_in(path) - 1


def _sheet() -> Path:
    """A workbook with one row a contact; kept between runs."""
    path = BENCH / f"import-{SHEET_ROWS}.xlsx"
    if not path.exists():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Contacts")
        sheet.append(["Email", "First name", "Company", "Opened", "Clicked", "Replied"])
        for n in range(SHEET_ROWS):
            sheet.append(
                [f"person{n}@company{n % 5000}.example", f"Ada {n % 977}", f"Company {n % 5000}", n % 4, n % 9 == 0, 0]
            )
        unfinished = path.with_suffix(".part")
        book.save(unfinished)
        unfinished.rename(path)
    return path
