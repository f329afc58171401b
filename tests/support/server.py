"""The product as its users start it: ``streamlit run app.py`` in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; ``log`` is what it printed so far."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def printed(self) -> str:
        """All that it said."""
        return self.log.read_text(errors="replace")


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of the product, and with ``extra``."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")} | dict(extra)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(
    folder: Path,
    env: Mapping[str, str],
    *options: str,
    script: str | Path = "app.py",
    port: int | None = None,
    streamlit: Sequence[str] = ("-m", "streamlit"),
    cwd: Path = ROOT,
) -> Iterator[Server]:
    """Start the server with these settings, wait until it is healthy, and end it afterwards.

    Args:
        folder: where its log goes.
        env: its settings, such as OUTREACH_DATABASE_URL.
        options: more arguments for ``streamlit run``.
        script: another one than the product's, to see how Streamlit shows something.
        port: where it listens, if its settings have to name it.
        streamlit: how Python starts Streamlit; another way can change it before.
        cwd: where it runs; elsewhere it does not find the product's ``.streamlit/config.toml``.
    """
    port = port or free_port()
    log = folder / f"server-{port}.log"
    command = [sys.executable, *streamlit, "run", str(script), "--server.port", str(port), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=clean_environment(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    server = Server(f"http://127.0.0.1:{port}", log, process)
    try:
        _wait_until_healthy(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_until_healthy(server: Server) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < give_up_at:
        if server.process.poll() is not None:
            raise RuntimeError(f"The server ended with status {server.process.returncode}:\n{server.printed()}")
        try:
            with urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The server was not healthy within {STARTS_WITHIN_S} s:\n{server.printed()}")
