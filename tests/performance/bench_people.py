"""Many people at once: two processes behind HAProxy, as ``outreach-results serve --processes 2`` starts them.

Each person is a WebSocket of its own that speaks Streamlit's messages, and clicks for a minute: half of the clicks lead
to another page, the others change a filter.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from clicking import PAUSES, SECONDS, clicking
from databases import Databases, main_size
from figures import Figure, large, middle, milliseconds, percentile

from support.server import ROOT, STARTS_WITHIN_S, clean_environment, free_port

PROCESSES = 2
TARGETS_S = {"hurried": (50, {0.5: 1.0, 0.99: 3.0}), "reading": (200, {0.5: 0.3})}
"""By pause: how many people, and by quantile of their clicks what it may take at most."""


def build(databases: Databases) -> None:
    """What is measured on."""
    databases.full("SQLite", main_size())


def measure(databases: Databases) -> list[Figure]:
    """All figures of this section."""
    emails = main_size()
    url = databases.full("SQLite", emails)
    figures: list[Figure] = []
    with TemporaryDirectory() as folder, _serving(Path(folder), url) as address:
        for pause, (people, targets) in TARGETS_S.items():
            took, errors = asyncio.run(clicking(address, people, pause))
            figures += _figures(f"{people} people, {PROCESSES} processes, {large(emails)} emails", pause, took, targets)
            figures.append(
                Figure(
                    "people", f"… errors that any of them saw, {pause}", f"{len(errors)}", "", len(errors), at_most=0
                )
            )
            if errors:
                print("\n".join(sorted(set(errors))[:10]), flush=True)
    return figures


def _figures(who: str, pause: str, took: list[float], targets: dict[float, float]) -> list[Figure]:
    low, high = PAUSES[pause]
    load = os.getloadavg()[0]
    return [
        Figure(
            "people",
            f"{who}, {low:g}–{high:g} s between two clicks for {SECONDS} s: p{quantile * 100:g}",
            f"{milliseconds(middle(took) if quantile == 0.5 else percentile(took, quantile))} ({len(took):,} clicks)",
            f"at most {at_most:g} s; load of the machine {load:.1f}",
            (middle(took) if quantile == 0.5 else percentile(took, quantile)) / at_most,
            at_most=1.0,
        )
        for quantile, at_most in targets.items()
    ]


@contextmanager
def _serving(folder: Path, url: str) -> Iterator[str]:
    port = free_port()
    command = [str(Path(sys.executable).with_name("outreach-results")), "serve", "--port", str(port)]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--processes", str(PROCESSES)],
            cwd=ROOT,
            env=clean_environment({"OUTREACH_DATABASE_URL": url}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(STARTS_WITHIN_S * 5):
        try:
            urlopen(address, timeout=2).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
        else:
            time.sleep(3)  # until the second process answers, too
            return
    raise RuntimeError("the processes did not start")
