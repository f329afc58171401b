"""Bodies that come slowly, or break off: answered in bounded time, and they hold up nobody."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import Message

from outreach_results.api.mount import api_routes
from outreach_results.api.problems import ProblemError
from outreach_results.api.webhooks import bodies
from outreach_results.store import api_keys
from outreach_results.store.engine import Store
from support.http import Serve, Served
from support.webhooks import sendgrid_event

PATH = "/api/v1/ingest/sendgrid"
SLOW_CLIENTS = 5


@pytest.fixture
def served(serve: Serve, sqlite_store: Store) -> Served:
    """The API on a real port, with a key that delivers."""
    app = Starlette(routes=api_routes(lambda: sqlite_store))
    return Served(serve(app).port, api_keys.create_key(sqlite_store, "hooks", scope=api_keys.KeyScope.INGEST))


@pytest.fixture
def key(sqlite_store: Store) -> str:
    return api_keys.create_key(sqlite_store, "tests")


def test_slow_body_is_answered_and_holds_up_nobody(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "READ_WITHIN_S", 1.0)
    lines = (f"POST {PATH} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {served.key}", "Content-Length: 1000")
    head = "\r\n".join([*lines, "", "["])
    slow = [served.connect() for _ in range(SLOW_CLIENTS)]
    for connection in slow:
        connection.sendall(head.encode())
    delivered = httpx.post(
        f"{served.url}{PATH}",
        params={"campaign": "camp"},
        json=[sendgrid_event(1)],
        headers={"Authorization": f"Bearer {served.key}"},
    )
    answers = [connection.recv(4096) for connection in slow]
    for connection in slow:
        connection.close()
    assert delivered.status_code == 200, delivered.text
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)


def test_one_sender_leaves_room_for_others() -> None:
    """However many bodies it begins; where many send, each may still send one."""

    async def begin() -> list[tuple[str, int]]:
        room = bodies.Bodies(max_held=8_000)
        async with AsyncExitStack() as held:
            refused = []
            for sender in ("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3"):
                try:
                    await held.enter_async_context(room.body_of(_request(sender, 2_000)))
                except ProblemError as error:
                    refused.append((sender, error.problem.status))
        assert room._held == 0
        assert room._senders == {}
        return refused

    assert asyncio.run(begin()) == [("10.0.0.1", 503), ("10.0.0.1", 503)]


def _request(sender: str, size: int) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * size, "more_body": False}

    headers = [(b"content-length", str(size).encode())]
    return Request({"type": "http", "method": "POST", "headers": headers, "client": (sender, 1)}, receive)
