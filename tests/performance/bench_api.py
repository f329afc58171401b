"""The API: answers a second beside bare routes of the same process."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from databases import Databases
from figures import Figure, middle, milliseconds

from outreach_results.api.in_process import get
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


def measure(_databases: Databases) -> list[Figure]:
    """The throughput of the three busiest resources, with the sample data."""
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
    with api_server(url, b"".join(body)) as port:
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
def api_server(url: str, body: bytes) -> Iterator[int]:
    """The port of a server with the API of a database, and with bare routes that answer ``body``."""
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
