"""The dashboard's server: what it keeps in memory, and how fast it answers one person and fifty at once.

The server is started as users start it. The visitors are real sessions without a browser (`support.sessions`): a click
is a page, a period, a switch or a campaign that a person chooses, and lasts until the whole page came back. The fifty
pause between their clicks, as people do, so that what is measured is waiting and not a queue that nobody would stand
in; the pauses are stated beside each figure.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from clicking import PAGES, PAUSES, SECONDS, clicking
from databases import Databases, sizes
from figures import Figure, large, middle, milliseconds, percentile

from support.server import Server, running_server
from support.sessions import Session, open_session

EMAILS = 1_000_000
SESSIONS = 50
OPENED = 20
MIB = 1024 * 1024
LONG_REPLIES = Path(__file__).with_name("long_replies.py")


def measure(databases: Databases) -> list[Figure]:
    """All figures of this section."""
    emails = EMAILS if EMAILS in sizes() else max(sizes())
    url = databases.full("SQLite", emails)
    with TemporaryDirectory() as folder, running_server(Path(folder), {"OUTREACH_DATABASE_URL": url}) as server:
        result = asyncio.run(_all(server, f"{large(emails)} emails"))
        if "Traceback" in server.printed():
            raise RuntimeError(server.printed())
    return result + _long_replies()


def _long_replies() -> list[Figure]:
    """The peak of an import and of exports of replies of a megabyte, each in a process of its own."""
    figures = []
    with TemporaryDirectory() as folder:
        url, path = f"sqlite:///{folder}/long.db", f"{folder}/long.json"
        for what in ("write", "import", "json", "csv"):
            # Started by a small process: Linux counts the memory of the process that starts another to its peak.
            command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, str(LONG_REPLIES), what, url, path]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            if printed:
                name = f"peak memory of the {what if what == 'import' else f'{what.upper()} export'}"
                figures.append(Figure("SQLite", f"{name} of 300 replies of 960 kB", _mib(int(printed))))
    return figures


async def _all(server: Server, of: str) -> list[Figure]:
    memory = psutil.Process(server.process.pid).memory_info
    resident = {"idle, before anybody came": memory().rss}
    figures: list[Figure] = []
    async with AsyncExitStack() as opened:
        first = await opened.enter_async_context(open_session(server.url))
        await _every_page(first)
        resident["after a first visit to every page"] = before = memory().rss
        for _ in range(OPENED):
            await _every_page(await opened.enter_async_context(open_session(server.url)))
        each = (memory().rss - before) / OPENED
        figures += [Figure("server", f"resident memory {when}, {of}", _mib(rss)) for when, rss in resident.items()]
        figures.append(Figure("server", f"… for each of {OPENED} more sessions that saw every page", _mib(each)))
    alone, errors = await clicking(server.url, 1, "alone")
    figures.append(_reruns("one session", "alone", alone, errors, of))
    for pause in ("hurried", "reading"):
        many, errors = await clicking(server.url, SESSIONS, pause)
        figures += [
            _reruns(f"{SESSIONS} sessions", pause, many, errors, of, alone),
            Figure("server", f"… errors that any of them saw, {pause}", f"{len(errors)}", "", len(errors), at_most=0),
        ]
        if errors:
            print("\n".join(sorted(set(errors))[:10]), flush=True)
    figures.append(Figure("server", "resident memory after all that", _mib(memory().rss)))
    return figures


def _reruns(
    who: str, pause: str, took: list[float], errors: list[str], of: str, alone: list[float] | None = None
) -> Figure:
    low, high = PAUSES[pause]
    return Figure(
        "server",
        f"{who} clicking for {SECONDS} s, {low:g}–{high:g} s between two clicks, {of}: a rerun",
        f"p50 {milliseconds(middle(took))}, p99 {milliseconds(percentile(took, 0.99))} ({len(took):,} clicks)",
        "" if alone is None else f"one session: {milliseconds(middle(alone))}, {milliseconds(percentile(alone, 0.99))}",
        None if alone is None else middle(took) / middle(alone),
    )


async def _every_page(session: Session) -> None:
    for page in PAGES:
        await session.visit(page)


def _mib(size: float) -> str:
    return f"{size / MIB:,.1f} MiB"
