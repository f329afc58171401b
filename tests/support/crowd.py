"""Everybody at once on one database: dashboard, API, sync, import and marks, each in a process of its own.

What every one of them was told is kept, so that it can be held against what is there in the end.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from outreach_results import export
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store import api_keys
from outreach_results.store.engine import Store, open_store
from support.dashboard import HOME, PAGES
from support.databases import sqlite_url
from support.faulty_server import KEY, FaultyServer, faulty_server
from support.records import at, campaign, email, event, reply
from support.server import clean_environment, running_server
from support.sessions import WentWrongError, open_session
from support.syncing import publish

IMPORTED, SYNCED = "camp_imported", "camp_synced"
A_FILE, A_SYNC = 400, 4
"""How many emails each file and each change of the remote server brings."""

AT_LEAST = 2
_READER_PAUSE_S = 0.1
_OUTREACH = (str(Path(sys.executable).with_name("outreach-results")),)


@dataclass
class Crowd:
    """What everybody did, and the answers they got. ``waits`` are the seconds of each thing done, by what it was."""

    url: str
    seconds: float
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    marks: list[tuple[str, str, str, int]] = field(default_factory=list)
    ends_at: float = 0.0

    def rounds(self) -> Iterator[int]:
        """1, 2, … until the time is up; on the slowest machine so many that they meet."""
        number = 0
        while number < AT_LEAST or time.monotonic() < self.ends_at:
            number += 1
            yield number

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Note how long something took."""
        begin = time.monotonic()
        yield
        self.waits[what].append(time.monotonic() - begin)


def all_at_once(folder: Path, seconds: float) -> Crowd:
    """Let them all work on a new SQLite file for so long, each to the end of what it began."""
    crowd = Crowd(sqlite_url(folder / "crowd.db"), seconds)
    store, origin = open_store(crowd.url), open_store(sqlite_url(folder / "origin.db"))
    with faulty_server() as remote:
        _bring_a_file(crowd, store, folder, number=0)
        key = api_keys.create_key(store, "reader")
        store.close()
        _more_on_the_server(crowd, origin, remote, number=0)
        _command(crowd, "sync", remote.url, "sync")
        with running_server(folder, {"OUTREACH_DATABASE_URL": crowd.url}) as server:
            crowd.ends_at = time.monotonic() + seconds
            everybody: list[Callable[[], None]] = [
                lambda: _import(crowd, folder),
                lambda: _sync(crowd, origin, remote),
                lambda: _mark(crowd),
                lambda: _read_the_api(crowd, server.url, key),
                lambda: asyncio.run(_look_at_the_dashboard(crowd, server.url)),
            ]
            with ThreadPoolExecutor(len(everybody)) as threads:
                for ended in [threads.submit(person) for person in everybody]:
                    ended.result()
            _nothing_in_the_log(crowd, server.printed())
    origin.close()
    return crowd


# --- writers -----------------------------------------------------------------------------------------------------


def _import(crowd: Crowd, folder: Path) -> None:
    """``outreach-results import``, file after file, into one campaign."""
    for number in crowd.rounds():
        path, records = _file(folder, number)
        if _command(crowd, "import", "", "import", str(path)):
            crowd.records += records


def _sync(crowd: Crowd, origin: Store, remote: FaultyServer) -> None:
    """``outreach-results sync`` from a server that has more each time."""
    for number in crowd.rounds():
        _more_on_the_server(crowd, origin, remote, number)
        _command(crowd, "sync", remote.url, "sync")


def _mark(crowd: Crowd) -> None:
    """Marks in the inbox, of the replies that are there by then, of either campaign."""
    done = subprocess.run(
        [sys.executable, "-m", "support.marking", crowd.url, str(crowd.seconds)],
        cwd=Path(__file__).parents[1],
        env=clean_environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        campaign_id, reply_id, change, version, took = json.loads(line)
        crowd.marks.append((campaign_id, reply_id, change, version))
        crowd.waits["mark"].append(took)
    if done.returncode or done.stderr:
        crowd.wrong.append(f"mark: {done.stderr}")


def _command(crowd: Crowd, what: str, remote: str, *arguments: str) -> bool:
    """Run the command line; whether it says that all went well."""
    environment = {"OUTREACH_DATABASE_URL": crowd.url}
    if remote:
        environment |= {"OUTREACH_API_URL": remote, "OUTREACH_API_KEY": KEY}
    with crowd.timed(what):
        done = subprocess.run(
            [*_OUTREACH, *arguments], env=clean_environment(environment), capture_output=True, text=True, check=False
        )
    if done.returncode:
        crowd.wrong.append(f"{what}: {done.stdout}{done.stderr}")
    return done.returncode == 0


def _bring_a_file(crowd: Crowd, store: Store, folder: Path, number: int) -> None:
    _, records = _file(folder, number)
    load(store, "before", records)
    crowd.records += records


def _file(folder: Path, number: int) -> tuple[Path, list[Record]]:
    """A file of emails that no other file has, and what is in it. Some days are in every file, some are not."""
    records: list[Record] = [campaign(IMPORTED), *_some_emails(IMPORTED, number, A_FILE)]
    path = folder / f"{number:04}.csv"
    empty = folder / "empty.db"
    if not empty.exists():
        open_store(sqlite_url(empty)).close()
    made = open_store(sqlite_url(shutil.copyfile(empty, path.with_suffix(".db"))))
    load(made, path.name, records)
    path.write_bytes(export.campaign_download(made, IMPORTED, "csv").content())
    made.close()
    return path, records


def _more_on_the_server(crowd: Crowd, origin: Store, remote: FaultyServer, number: int) -> None:
    records: list[Record] = [campaign(SYNCED), *_some_emails(SYNCED, number, A_SYNC)]
    load(origin, f"{number}", records)
    publish(remote, origin)
    crowd.records += records


def _some_emails(of: str, number: int, size: int) -> Iterator[Record]:
    for n in range(size):
        own, sent = f"e{number}-{n}", at(2 + (n % 3) * (number % 4), 8 + n % 8)
        yield email(own, sent, of=of)
        yield event("delivered", sent + timedelta(minutes=1), email_id=own, of=of)
        if n % 2:
            yield event("opened", sent + timedelta(hours=n % 40), email_id=own, of=of, is_machine=n % 5 == 0)
        if n % 4 == 0 and n < 8:  # few, so that one is marked more than once
            sentiment = ("neutral", "automatic", "positive")[(n + number) % 3]
            yield reply(f"r{number}-{n}", sent + timedelta(hours=5), email_id=own, of=of, sentiment=sentiment)


# --- readers -----------------------------------------------------------------------------------------------------


def _read_the_api(crowd: Crowd, url: str, key: str) -> None:
    """Ask the API. What it says never goes back, and never shows a part of a file."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=90)
    resources = ("stats", "stats/daily", "replies?per_page=5&sentiment=positive")
    paths = [f"campaigns/{of}/{what}" for of in (IMPORTED, SYNCED) for what in resources]
    sent: dict[str, int] = {}
    for number in crowd.rounds():
        path = [*paths, "campaigns", "usage?period=2026-01"][number % (len(paths) + 2)]
        with crowd.timed("ask the API"):
            connection.request("GET", f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != 200:
            crowd.wrong.append(f"API {path}: {answer.status} {body[:300]!r}")
        elif path.endswith("/stats"):
            result = json.loads(body)["stats"]["emails_sent"]
            if result < sent.get(path, 0) or result % (A_FILE if IMPORTED in path else A_SYNC):
                crowd.wrong.append(f"API {path}: {result} emails sent after {sent.get(path, 0)}")
            sent[path] = result
        time.sleep(_READER_PAUSE_S)
    connection.close()


async def _look_at_the_dashboard(crowd: Crowd, url: str) -> None:
    """Go from page to page in one tab, with and without machines."""
    async with open_session(url) as session:
        for number in crowd.rounds():
            page = PAGES[number % len(PAGES)]
            try:
                with crowd.timed("draw a page"):
                    await session.visit("" if page == HOME else page)
                if page == HOME:
                    with crowd.timed("draw a page"):
                        await session.choose("humans", value=bool(number % 2))
            except WentWrongError as error:
                crowd.wrong.append(f"dashboard: {error}")
            await asyncio.sleep(_READER_PAUSE_S)


def _nothing_in_the_log(crowd: Crowd, log: str) -> None:
    result = Counter(line for line in log.splitlines() if "Traceback" in line or "locked" in line or "busy" in line)
    crowd.wrong += [f"log: {line} ({times} times)" for line, times in result.items()]
