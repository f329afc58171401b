"""What the dashboard keeps in memory, and what replies of a megabyte take.

The server is started as users start it, in one process. The visitors are real sessions without a browser
(`support.sessions`). What many people wait for is the section *people*.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from clicking import PAGES
from databases import Databases, main_size
from figures import Figure, large

from support.server import Server, running_server
from support.sessions import Session, open_session

OPENED = 20
MIB = 1024 * 1024
LONG_REPLIES = Path(__file__).with_name("long_replies.py")


def build(databases: Databases) -> None:
    """What is measured on."""
    databases.full("SQLite", main_size())


def measure(databases: Databases) -> list[Figure]:
    """All figures of this section."""
    emails = main_size()
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
    return figures


async def _every_page(session: Session) -> None:
    for page in PAGES:
        await session.visit(page)


def _mib(size: float) -> str:
    return f"{size / MIB:,.1f} MiB"
