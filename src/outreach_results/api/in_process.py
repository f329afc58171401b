"""The API's answers without a server: the same routes, called in this process, by somebody who has the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.types import Message

from outreach_results.api.encoded import RequestHeaders
from outreach_results.api.middleware import REQUEST_CONTEXT, RequestContext
from outreach_results.api.routes import build
from outreach_results.api.service import Service
from outreach_results.errors import OutreachError
from outreach_results.store.engine import Store


def get(store: Store, target: str, write: Callable[[bytes], Any]) -> None:
    """Write the body of ``GET target``, such as ``campaigns/camp_abc123/stats?start=2026-01-30``.

    Raises:
        OutreachError: it cannot be answered; nothing was written.
    """
    path, _, query = target.partition("?")
    path = "/" + unquote(path).strip("/").removeprefix("api/v1/")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "root_path": "",
        "headers": [],
        "server": ("localhost", 80),
        "client": None,
    }
    scope[REQUEST_CONTEXT] = RequestContext(RequestHeaders(scope), (), None, None, limit=None)
    asyncio.run(_call(build(Service(lambda: store)), scope, write))


async def _call(app: Any, scope: dict[str, Any], write: Callable[[bytes], Any]) -> None:
    status = 0
    problem = bytearray()

    async def receive() -> Message:
        await asyncio.Event().wait()  # nobody hangs up here
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif status == 200:
            write(message.get("body", b""))
        else:
            problem.extend(message.get("body", b""))

    await app(scope, receive, send)
    if status != 200:
        raise OutreachError(json.loads(problem)["detail"])
