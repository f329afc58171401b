"""The dashboard served by two processes behind HAProxy: a browser stays with its own, and a restart loses nobody."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from outreach_results.store import api_keys, schema
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import open_store
from support.databases import sqlite_url
from support.server import Server, clean_environment, free_port
from support.visitor import Visitor
from support.webhooks import sendgrid_event

WITHIN_S = 60


@pytest.fixture(scope="module")
def database(sample_file: Path) -> Path:
    return Path(shutil.copyfile(sample_file, sample_file.with_name("served.db")))


@pytest.fixture(scope="module")
def served(database: Path) -> Iterator[Server]:
    """A running ``outreach-results serve`` with two processes."""
    port, log = free_port(), database.with_suffix(".log")
    command = [str(Path(sys.executable).with_name("outreach-results")), "serve", "--processes", "2", "--drain", "1"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=clean_environment({"OUTREACH_DATABASE_URL": sqlite_url(database)}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    server = Server(f"http://127.0.0.1:{port}", log, process)
    try:
        wait_for_line(server, f"Outreach Results is at {server.url}, with 2 processes.")
        yield server
    finally:
        process.terminate()
        process.wait(30)


def wait_for_line(server: Server, line: str, count: int = 1) -> None:
    give_up_at = time.monotonic() + WITHIN_S
    while server.printed().count(line) < count:
        assert server.process.poll() is None, server.printed()
        assert time.monotonic() < give_up_at, server.printed()
        time.sleep(0.1)


def children(server: Server) -> dict[int, str]:
    """The processes that the server has started, with their commands."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=False
    )
    rows = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
    return {int(pid): command for pid, command in rows}


def test_a_browser_stays_with_its_process(served: Server, open_visitor: Callable[..., Visitor]) -> None:
    kept = []
    for _ in range(2):
        visitor = open_visitor(served)
        visitor.open("/?period=all")
        [cookie] = [one for one in visitor.page.context.cookies() if one["name"] == "outreach_process"]
        kept.append(cookie["value"])
        for _ in range(3):  # a file is served by none but the process that drew its page
            assert visitor.download(visitor.file("Campaigns")).text.count("\n") == 14
    assert sorted(kept) == ["p1", "p2"]

    visitor.open("/data")
    with visitor.page.expect_file_chooser() as chooser:
        visitor.main.get_by_role("button", name="Upload", exact=True).click()
    sheet = "Date,Email,Replied\n2026-01-05,ada@acme.example,yes\n"
    chooser.value.set_files({"name": "Mine.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    expect(visitor.main.get_by_text("Check before importing")).to_be_visible()


def test_a_restart_refuses_nobody(served: Server, database: Path, open_visitor: Callable[..., Visitor]) -> None:
    store = open_store(sqlite_url(database))
    key = api_keys.create_key(store, "restart")
    store.close()
    visitor = open_visitor(served)
    visitor.open("/trends?period=all")
    before = set(children(served))
    served.process.send_signal(signal.SIGHUP)
    statuses = set()
    with httpx.Client(base_url=f"{served.url}/api/v1", headers={"Authorization": f"Bearer {key}"}) as client:
        while "Restarted." not in served.printed():
            statuses.add(client.get("/usage").status_code)
            time.sleep(0.05)
    assert statuses == {200}
    assert len(before & set(children(served))) == 1, "HAProxy stays, both processes are new"
    visitor.page.get_by_role("link", name="Usage").click()  # a browser that was there goes on
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Usage", timeout=20_000)


def test_a_killed_process_is_started_again(served: Server) -> None:
    killed = next(pid for pid, command in children(served).items() if "streamlit" in command)
    os.kill(killed, signal.SIGKILL)
    wait_for_line(served, "A process ended with status -9; it is started again.")
    give_up_at = time.monotonic() + WITHIN_S
    while sum("streamlit" in command for command in children(served).values()) < 2:
        assert time.monotonic() < give_up_at, served.printed()
        time.sleep(0.1)
    assert httpx.get(f"{served.url}/_stcore/health").status_code == 200


def test_shutdown_ends_all_and_cuts_no_load(served: Server, database: Path) -> None:
    """A delivery that is being loaded while the server stops is there as a whole, or not at all."""
    started = children(served)
    assert len(started) == 3
    with closing(open_store(sqlite_url(database))) as store:
        key = api_keys.create_key(store, "deliveries", KeyScope.INGEST)
        delivery = [sendgrid_event(number) for number in range(10_000)]
        with ThreadPoolExecutor(1) as pool:
            answered = pool.submit(deliver, f"{served.url}/api/v1/ingest/sendgrid", delivery, key)
            time.sleep(1)  # some way into the load
            served.process.terminate()
            assert served.process.wait(30) == 0
            status = answered.result()
        assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]
        with store.read() as connection:
            ids = schema.events.c.event_id
            there = connection.execute(select(func.count()).where(ids.startswith("event-"))).scalar_one()
    assert there in ({len(delivery)} if status == 200 else {0, len(delivery)})


def deliver(url: str, events: list[dict[str, Any]], key: str) -> int | None:
    """Send them; the status of the answer, None where the connection ended before one."""
    try:
        return httpx.post(url, json=events, headers={"Authorization": f"Bearer {key}"}, timeout=60).status_code
    except httpx.HTTPError:
        return None
