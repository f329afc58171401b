"""Exports a campaign once, in one way; prints JSON: rows, seconds, first byte, growth of resident memory in bytes.

``export_once.py product|bare|pandas URL CAMPAIGN csv|json``
"""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg

from outreach_results.export import CSV_COLUMNS, campaign_download
from outreach_results.store.engine import open_store

# What an export reads, as it stands in the tables: emails, events beside their emails, replies. The columns that
# one of them does not have are empty, so that there are as many as in the product's own file.
_QUERIES = (
    "SELECT {head}, email_id, recipient, name, company, 'sent', sent_at, cost_ai_generation, cost_lead_enrichment, "
    "cost_email_sending{rest} FROM emails WHERE campaign_id = {mark} ORDER BY campaign_id, email_id",
    "SELECT {head}, e.email_id, m.recipient, m.name, m.company, e.type, e.occurred_at, e.event_id, e.is_machine, "
    "e.url{rest} FROM events e JOIN emails m ON m.campaign_id = e.campaign_id AND m.email_id = e.email_id "
    "WHERE e.campaign_id = {mark} AND e.type <> 'replied' ORDER BY e.campaign_id, e.event_id",
    "SELECT {head}, r.email_id, r.received_at, r.reply_id, r.address, r.name, r.company, r.sentiment, r.preview, "
    "r.body, m.sentiment, m.handled_at{rest} FROM replies r LEFT JOIN reply_marks m ON "
    "m.campaign_id = r.campaign_id AND m.reply_id = r.reply_id WHERE r.campaign_id = {mark} "
    "ORDER BY r.campaign_id, r.reply_id",
)
_CHUNK = 2_000


def main() -> None:
    """Do what the command line says."""
    way, url, campaign_id, fmt = sys.argv[1:]
    store = open_store(url)
    with store.read() as connection:  # so that a connection and what it needs are there
        connection.exec_driver_sql("SELECT 1")
    before = _memory("VmRSS")
    begin = time.perf_counter()
    first = rows = 0
    with Path(os.devnull).open("wb") as sink:
        chunks = {"product": _product, "bare": _bare, "pandas": _pandas}[way](url, campaign_id, fmt)
        for chunk in chunks:
            first = first or time.perf_counter() - begin  # type: ignore[assignment]
            rows += chunk.count(b"\n")
            sink.write(chunk)
    seconds = time.perf_counter() - begin
    print(json.dumps({"rows": rows, "seconds": seconds, "first": first, "grown": _memory("VmHWM") - before}))


def _product(url: str, campaign_id: str, fmt: str) -> Iterator[bytes]:
    yield from campaign_download(open_store(url), campaign_id, fmt).chunks


def _bare(url: str, campaign_id: str, _fmt: str) -> Iterator[bytes]:
    connection: Any = sqlite3.connect(_path(url)) if "sqlite" in url else psycopg.connect(url)
    for query in _queries(url):
        cursor = connection.cursor() if "sqlite" in url else connection.cursor("export")
        cursor.execute(query, (campaign_id,))
        while rows := cursor.fetchmany(_CHUNK):
            lines: list[str] = []
            csv.writer(_Sink(lines)).writerows(rows)
            yield "".join(lines).encode()
        cursor.close()


def _pandas(url: str, campaign_id: str, _fmt: str) -> Iterator[bytes]:
    engine = open_store(url).engine
    with engine.connect() as connection:
        for query in _queries(url):
            frame = pd.read_sql(query, connection, params=(campaign_id,))
            yield frame.to_csv(index=False).encode()


def _queries(url: str) -> list[str]:
    head = "'camp', 'Campaign', 'sales-outreach', '2026-01-01T00:00:00Z'"
    result = []
    for query in _QUERIES:
        columns = query.partition("{rest}")[0].count(",") + 4  # four of the head stand for one name
        rest = ", NULL" * (len(CSV_COLUMNS) - columns)
        result.append(query.format(head=head, rest=rest, mark="?" if "sqlite" in url else "%s"))
    return result


class _Sink:
    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _path(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _memory(name: str) -> int:
    result = re.search(name + r":\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert result is not None
    return int(result[1]) * 1024


if __name__ == "__main__":
    main()
