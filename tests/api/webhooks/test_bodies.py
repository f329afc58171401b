"""Bodies that come slowly, or break off: answered in bounded time, and they hold up nobody."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from outreach_results.api.mount import api_routes
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
