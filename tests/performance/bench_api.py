"""The API: answers a second beside bare routes of the same process, and what a new question costs at every size."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from databases import Databases, kinds, sizes
from figures import Figure, large, middle, milliseconds, percentile

from outreach_results.api.in_process import get
from outreach_results.results import all_campaigns, date_range
from outreach_results.sample import load_sample
from outreach_results.store.api_keys import create_key
from outreach_results.store.engine import Store, open_store
from support.server import clean_environment

HERE = Path(__file__).parent
CONNECTIONS = 16
SECONDS = 3.0
ROUNDS = 3
CAMPAIGN = "/api/v1/campaigns/camp_abc123"
RESOURCES = {"/stats": 0.4, "/stats/daily": None, "/replies": None}


def measure(databases: Databases) -> list[Figure]:
    """The throughput of the three busiest resources, and the latency of every resource at every size."""
    return _throughput() + [figure for kind in kinds() for figure in _growth(databases, kind)]


def _growth(databases: Databases, kind: str) -> list[Figure]:
    """New questions, one after the other, so that none is answered from the cache."""
    figures: list[Figure] = []
    smallest: dict[str, float] = {}
    for size in sizes():
        url = databases.full(kind, size)
        store = open_store(url)
        key = create_key(store, f"bench {time.time_ns()}")
        ids = [campaign.id for campaign in all_campaigns(store)]
        first, last = date_range(store) or (date(2025, 7, 1), date(2025, 12, 31))
        store.close()
        with _server(url, b"{}") as port:
            for resource, ask in NEW_QUESTIONS.items():
                times = _latencies(port, key, [ask(n, ids, first, last) for n in range(NEW)])
                p50, p99 = middle(times), percentile(times, 0.99)
                smallest.setdefault(resource, p50)
                figures.append(
                    Figure(
                        "API",
                        f"{resource}, new questions, {kind}, {large(size)} emails",
                        f"p50 {milliseconds(p50)}, p99 {milliseconds(p99)}",
                        f"smallest p50 {milliseconds(smallest[resource])}",
                        p50 / smallest[resource],
                        at_most=1.3,
                    )
                )
    return figures


def _period(n: int, first: date, last: date) -> str:
    days = (last - first).days
    start = first + timedelta(days=n % max(1, days // 2))
    return f"start={start}&end={last - timedelta(days=n // max(1, days // 2))}"


NEW = 150
NEW_QUESTIONS: dict[str, Callable[[int, list[str], date, date], str]] = {
    "/campaigns": lambda n, ids, _first, _last: f"/campaigns?page={1 + n % len(ids)}&per_page={1 + n % 100}",
    "/stats": lambda n, ids, first, last: f"/campaigns/{ids[n % len(ids)]}/stats?{_period(n, first, last)}",
    "/stats/daily": lambda n, ids, first, last: f"/campaigns/{ids[n % len(ids)]}/stats/daily?{_period(n, first, last)}",
    "/replies": lambda n, ids, first, last: f"/campaigns/{ids[n % len(ids)]}/replies?{_period(n, first, last)}",
    "/usage": lambda n, _ids, first, _last: f"/usage?period={first.year + n // 12}-{1 + n % 12:02}",
    "/benchmarks": lambda n, _ids, _first, _last: "/benchmarks" if n % 2 else "/benchmarks?mcp=sales-outreach",
}


def _latencies(port: int, key: str, paths: list[str]) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for path in paths:
        begin = time.perf_counter()
        connection.request("GET", "/api/v1" + path, headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begin)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return times


def _throughput() -> list[Figure]:
    figures: list[Figure] = []
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bench.db")
        load_sample(store)
        key = create_key(store, "bench")
        for resource, at_least in RESOURCES.items():
            figures += _resource(f"sqlite:///{folder}/bench.db", store, key, resource, at_least)
        store.close()
    return figures


def _resource(url: str, store: Store, key: str, resource: str, at_least: float | None) -> list[Figure]:
    body: list[bytes] = []
    get(store, f"campaigns/camp_abc123{resource}", body.append)
    with _server(url, b"".join(body)) as port:
        ask = {"api": CAMPAIGN + resource, "bare": "/bare", "fastapi": "/fastapi/bare"}
        for target in ask.values():
            _hit(port, target, key, 0.5)
        runs = {name: [_hit(port, target, key, SECONDS) for _ in range(ROUNDS)] for name, target in ask.items()}
    rate = {name: middle([run["requests"] / run["seconds"] for run in of_run]) for name, of_run in runs.items()}
    errors = sum(run["errors"] for of_run in runs.values() for run in of_run)
    p50, p99 = (middle([run[name] for run in runs["api"]]) for name in ("p50", "p99"))
    return [
        Figure(
            "API",
            f"{resource}, {CONNECTIONS} connections, {int(errors)} errors",
            f"{rate['api']:,.0f} /s (p50 {milliseconds(p50)}, p99 {milliseconds(p99)})",
            f"bare Starlette {rate['bare']:,.0f} /s, bare FastAPI {rate['fastapi']:,.0f} /s",
            rate["api"] / rate["bare"],
            at_least=at_least,
        )
    ]


@contextmanager
def _server(url: str, body: bytes) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = clean_environment(
        {
            "OUTREACH_DATABASE_URL": url,
            "OUTREACH_TEST_BARE_BODY": body.decode(),
            "PYTHONPATH": str(HERE.parents[1]),
        }
    )
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "app_with_bare_route.py")]
    process = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"],
        env=environment,
        cwd=HERE.parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/bare", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def _hit(port: int, path: str, key: str, seconds: float) -> dict[str, float]:
    command = [sys.executable, str(HERE / "load_client.py"), "127.0.0.1", str(port), path, key]
    done = subprocess.run([*command, str(CONNECTIONS), str(seconds)], capture_output=True, check=True, text=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    from figures import table

    print(table(measure()))  # type: ignore[call-arg]
