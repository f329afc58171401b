"""Syncing a test database from a real server, in this process or in one that can be killed."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from pydantic import SecretStr
from sqlalchemy import select as query

from outreach_results import export, results
from outreach_results.ingest.records import Record
from outreach_results.models import Detail
from outreach_results.store import schema
from outreach_results.store.engine import Store, open_store
from outreach_results.sync.http_client import ClientLimits, RemoteServer
from outreach_results.sync.run import sync
from outreach_results.sync.status import SyncReport
from support.faulty_server import KEY, FaultyServer, RemoteCampaign
from support.http import eventually
from support.records import at, campaign, emails, event, reply
from support.server import clean_environment, free_port
from support.snapshot import Snapshot

RECORDS: list[Record] = [
    campaign(),
    *emails(5),
    *(event("delivered", email_id=f"e{n}") for n in range(1, 6)),
    event("opened"),
    event("clicked", email_id="e2", url="https://example.com/?a=1"),
    event("opened", email_id="e3", is_machine=True),
    reply("r1"),
    reply("r2", at(8), email_id="e2", sentiment="automatic"),
    reply("r3", at(9), email_id="e3"),
]
"""A campaign of which everything is known."""

QUICK = ClientLimits(attempts=3, first_wait=0.001, longest_wait=0.002, longest_retry_after=0.01, silence=5, answer=10)
"""Limits for servers that are near."""


def sync_from(url: str, store: Store, *campaign_ids: str, key: str = KEY) -> SyncReport:
    """Bring in what the server at ``url`` has."""
    with closing(RemoteServer(url, SecretStr(key), limits=QUICK)) as server:
        return sync(store, server, campaign_ids=campaign_ids)


def publish(remote: FaultyServer, store: Store, *, formats: Sequence[str] = ("json",)) -> None:
    """Let the server have what is in this database: its stats, its days, its replies and its exports."""
    for known in results.all_campaigns(store):
        stats = results.campaign_stats(store, known.id).model_dump(mode="json", exclude={"campaign_id"})
        replies = results.replies(store, known.id, per_page=100).model_dump(mode="json")["replies"]
        remote.campaigns[known.id] = RemoteCampaign(
            stats=stats,
            daily=results.campaign_daily(store, known.id).model_dump(mode="json")["daily"],
            replies=replies,
            name=known.name,
            mcp=known.mcp,
            created_at=known.created_at.isoformat(),
            exports={fmt: export.campaign_download(store, known.id, fmt).content() for fmt in formats},
        )


def bodies(remote: FaultyServer) -> list[str]:
    """The requests that were answered with more than headers, and not with a plain no."""
    return [request.target for request in remote.requests if request.sent and request.status == 200]


def replies_here(store: Store) -> set[str]:
    """The ids of all replies in a database."""
    with store.read() as connection:
        return set(connection.execute(query(schema.replies.c.reply_id)).scalars())


def files_of(store: Store) -> Snapshot[bytes]:
    """Everything in a database, as the files that leave it."""
    downloads = [export.account_download(store)]
    for known in results.all_campaigns(store):
        formats = ("json",) if known.detail is Detail.DAILY else ("csv", "json")
        downloads += [export.campaign_download(store, known.id, fmt) for fmt in formats]
    return Snapshot({download.file_name: download.content() for download in downloads})


# --- processes ---------------------------------------------------------------------------------------------------


_THIS = (sys.executable, "-m", "support.syncing")  # by name: its folder holds an http.py that must hide no other


@contextmanager
def api_process(database_url: str, log: Path) -> Iterator[str]:
    """The product's API in a process of its own; its address."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_THIS, "serve", database_url, str(port)],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        url = f"http://127.0.0.1:{port}/api/v1"
        eventually(lambda: process.poll() is not None or _answers(url), within_s=30)
        assert process.poll() is None, log.read_text()
        yield url
    finally:
        process.kill()
        process.wait(10)


@dataclass(frozen=True, slots=True)
class Job:
    """A sync to run in a process of its own."""

    database_url: str
    url: str
    key: str


class Syncs:
    """Runs syncs in processes of their own, started so quickly that many of them can be killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*_THIS, "syncs"],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready"  # it has imported everything

    def start(self, job: Job) -> None:
        """Begin one."""
        self._write(json.dumps([job.database_url, job.url, job.key]))
        assert self._read() == "begun"

    def kill(self) -> None:
        """Kill it at once, unless it ended by itself already."""
        self._write("kill")

    def wait(self) -> int:
        """Wait until it ended; its exit status, below zero where a signal ended it."""
        word, _, status = self._read().partition(" ")
        assert word == "ended"
        return int(status)

    def close(self) -> None:
        """End what is left."""
        self._process.kill()
        self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _answers(url: str) -> bool:
    try:
        urlopen(f"{url}/usage", timeout=5).close()
    except HTTPError:
        return True  # it wants a key
    except (URLError, ConnectionError, TimeoutError):
        return False
    return True


def _environment() -> dict[str, str]:
    path = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return clean_environment({"PYTHONPATH": os.pathsep.join(path)})


def _serve(database_url: str, port: str) -> None:
    import uvicorn
    from starlette.applications import Starlette

    from outreach_results.api import api_routes

    store = open_store(database_url)
    uvicorn.run(Starlette(routes=api_routes(lambda: store)), port=int(port), log_level="warning", ws="none")


def _run_syncs() -> None:
    _say("ready")
    while line := sys.stdin.readline():
        if line.strip() == "kill":  # too late
            continue
        child = os.fork()
        if child == 0:
            _run_sync(json.loads(line))
        _say("begun")
        _say(f"ended {_status_of(child)}")


def _status_of(child: int) -> int:
    """Wait for a child, and kill it when told to. As only its parent does both, no other process can be meant."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if select.select([sys.stdin], [], [], 0.001)[0] and sys.stdin.readline().strip() == "kill":
            os.kill(child, signal.SIGKILL)


def _run_sync(job: list[str]) -> None:
    status = 2
    try:
        store = open_store(job[0])
        status = 0 if sync_from(job[1], store, key=job[2]).is_complete else 1
    finally:
        os._exit(status)


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve(*sys.argv[2:]) if sys.argv[1] == "serve" else _run_syncs()
