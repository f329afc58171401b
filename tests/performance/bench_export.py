"""Exports: a campaign of a million emails as CSV and JSON, from the core and over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from urllib.parse import urlsplit

import psutil
from databases import Databases, kinds, main_size, new_key
from dataset import campaign_id
from figures import Figure, in_turns, large, middle, milliseconds, ratio_of

from outreach_results.store.engine import open_store
from support.server import running_server

ROUNDS = 2
MIB = 1024 * 1024
FORMATS = ("csv", "json")


def build(databases: Databases) -> None:
    """What is measured on."""
    for kind in kinds():
        databases.one_campaign(kind, main_size())


def measure(databases: Databases) -> list[Figure]:
    """All figures of this section."""
    result: list[Figure] = []
    for kind in kinds():
        url = databases.one_campaign(kind, main_size())
        result += _beside_others(kind, url)
        result += _over_http(kind, url)
    return result


def _beside_others(kind: str, url: str) -> list[Figure]:
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}

    def rate(way: str, fmt: str) -> float:
        run = _export(way, url, fmt)
        runs.setdefault((way, fmt), []).append(run)
        return run["rows"] / run["seconds"]

    # The yardsticks write the same, whatever the format: once a turn is enough for both.
    ways = [*(("product", fmt) for fmt in FORMATS), ("bare", "csv"), ("pandas", "csv")]
    *ours, bare, pandas = in_turns(ROUNDS, *(partial(rate, *way) for way in ways))
    result = []
    for fmt, of_format in zip(FORMATS, ours, strict=True):
        what = f"{fmt.upper()} of {large(main_size())} emails"
        rows = f"{middle(of_format):,.0f} rows/s"
        grown = max(run["grown"] for run in runs["product", fmt]) / MIB
        first = middle([run["first"] for run in runs["product", fmt]])
        result += [
            Figure(kind, what, rows, f"bare csv stream: {middle(bare):,.0f}", ratio_of(of_format, bare), at_least=0.7),
            Figure(
                kind, what, rows, f"read_sql, to_csv: {middle(pandas):,.0f}", ratio_of(of_format, pandas), at_least=1.5
            ),
            Figure(kind, f"{what}, growth of resident memory, MiB", f"{grown:.1f} MiB", "", grown, at_most=64),
            Figure(kind, f"{what}, first byte, s", milliseconds(first), "", first, at_most=0.2),
        ]
    return result


def _export(way: str, url: str, fmt: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).with_name("export_once.py")), way, url, campaign_id(0), fmt]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def _over_http(kind: str, url: str) -> list[Figure]:
    """The same files from a running server: the API's, and the one that a link on a page leads to."""
    store = open_store(url)
    key = new_key(store)
    store.close()
    result = []
    with TemporaryDirectory() as folder, running_server(Path(folder), {"OUTREACH_DATABASE_URL": url}) as server:
        for fmt in FORMATS:
            path = f"/api/v1/campaigns/{campaign_id(0)}/export?format={fmt}"
            _download(server.url, path, key, server.process.pid, at_most_bytes=4 * MIB)  # warms up what it needs
            first, seconds, size, grown = _download(server.url, path, key, server.process.pid)
            what = f"API, {fmt.upper()} of {large(main_size())} emails"
            speed = f"{size / MIB / seconds:,.0f} MiB/s"
            result += [
                Figure(kind, f"{what}, first byte, s", milliseconds(first), speed, first, at_most=0.2),
                Figure(
                    kind, f"{what}, growth of the server, MiB", f"{grown / MIB:.1f} MiB", "", grown / MIB, at_most=64
                ),
            ]
    return result


def _download(
    base: str, path: str, key: str, process: int, *, at_most_bytes: int | None = None
) -> tuple[float, float, int, int]:
    """Seconds to the first byte and to the last, bytes, and by how many bytes the server grew meanwhile."""
    connection = HTTPConnection(urlsplit(base).netloc, timeout=600)
    server = psutil.Process(process)
    before, peak, done = server.memory_info().rss, [0], Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], server.memory_info().rss)

    watcher = Thread(target=watch)
    watcher.start()
    begin = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read(500)
    size = len(answer.read(1))
    first = time.perf_counter() - begin
    while chunk := answer.read(MIB):
        size += len(chunk)
        if at_most_bytes is not None and size > at_most_bytes:
            break
    seconds = time.perf_counter() - begin
    connection.close()
    done.set()
    watcher.join()
    return first, seconds, size, peak[0] - before
