"""Many deliveries at once, to a server in a process of its own, which may be killed meanwhile."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from outreach_results.store import api_keys, schema
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store, open_store
from support.databases import sqlite_url
from support.server import clean_environment, free_port
from support.webhooks import sendgrid_event

POSTS = 300
CONNECTIONS = 8


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Store]:
    """A new database that another process can open too."""
    store = open_store(sqlite_url(tmp_path / "webhooks.db"))
    yield store
    store.close()


@contextmanager
def api_process(store: Store) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The API over this database in a process, and its port."""
    port = free_port()
    url = store.engine.url.render_as_string(hide_password=False)
    environment = clean_environment({"PYTHONPATH": os.pathsep.join(sys.path)})
    process = subprocess.Popen([sys.executable, "-m", "support.webhook_server", url, str(port)], env=environment)
    try:
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at:
            try:
                with urlopen(f"http://127.0.0.1:{port}/api/v1/docs", timeout=30) as answer:
                    assert answer.status == 200
                break
            except URLError:
                time.sleep(0.05)
        yield process, port
    finally:
        process.kill()
        process.wait(10)


class Sender:
    """Delivers numbered events over several connections, and remembers which were answered with 200."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key
        self._numbers: Iterator[int] = iter(())
        self._lock = threading.Lock()
        self.accepted: set[int] = set()
        self.others: list[object] = []

    def send(self, numbers: range) -> None:
        """Deliver them, one event a request; on a connection that broke off, nothing more."""
        self._numbers = iter(numbers)
        threads = [threading.Thread(target=self._run) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)) as connection:
            self._deliver(connection)

    def _deliver(self, connection: http.client.HTTPConnection) -> None:
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            try:
                body = json.dumps([sendgrid_event(number)])
                connection.request("POST", "/api/v1/ingest/sendgrid", body, {"Authorization": f"Bearer {self._key}"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.others.append(error)
                return
            if answer.status == 200:
                self.accepted.add(number)
            else:
                self.others.append(answer.status)


def stored(store: Store) -> set[int]:
    """The numbers of the events that are there."""
    with store.read() as connection:
        ids = connection.execute(select(schema.events.c.event_id)).scalars()
        return {int(event_id.removeprefix("event-")) for event_id in ids}


def test_a_burst_loses_and_doubles_nothing(database: Store) -> None:
    key = api_keys.create_key(database, "webhooks", KeyScope.INGEST)
    with api_process(database) as (_, port):
        sender = Sender(port, key)
        sender.send(range(POSTS))
        assert sender.others == []
        again = Sender(port, key)
        again.send(range(0, POSTS, 10))
        assert again.others == []
    assert sender.accepted == stored(database) == set(range(POSTS))
    with database.read() as connection:
        days = select(func.sum(schema.daily_stats.c.delivered)).where(schema.daily_stats.c.basis == "activity")
        assert connection.execute(days).scalar_one() == POSTS
        loads = connection.execute(select(func.count()).select_from(schema.loads)).scalar_one()
    assert loads < POSTS, "deliveries that wait are written together"


def test_what_was_accepted_survives_a_kill(database: Store) -> None:
    key = api_keys.create_key(database, "webhooks", KeyScope.INGEST)
    with api_process(database) as (process, port):
        sender = Sender(port, key)

        def kill_in_the_middle() -> None:
            while len(sender.accepted) < 100:
                time.sleep(0.002)
            process.kill()

        killer = threading.Thread(target=kill_in_the_middle)
        killer.start()
        sender.send(range(POSTS))
        killer.join()
    assert 100 <= len(sender.accepted) < POSTS
    assert len(sender.others) == CONNECTIONS, "every connection broke off"
    assert sender.accepted <= stored(database)
    with api_process(database) as (_, port):
        again = Sender(port, key)
        again.send(range(200))
    assert stored(database) >= set(range(200))
    with database.read() as connection:
        n = connection.execute(select(func.count()).select_from(schema.events)).scalar_one()
        assert n == len(stored(database)), "nothing is there twice"
