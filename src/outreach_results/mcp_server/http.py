"""The server at ``/mcp`` (streamable HTTP), behind the keys of the HTTP API."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from anyio.to_thread import run_sync
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from outreach_results.api.encoded import RequestHeaders
from outreach_results.api.problems import problem_of
from outreach_results.api.service import Service
from outreach_results.results import Limit
from outreach_results.store.engine import Store

MOST_BYTES = 256 * 1024
"""A request is a question of a few words; this is far above any."""


def mcp_routes(service: Service) -> list[BaseRoute]:
    """The routes of the server.

    Args:
        service: that of the HTTP API, whose keys, limits and threads are shared.
    """
    endpoint = McpEndpoint(service)
    return [Route("/mcp", endpoint), Mount("/mcp", app=endpoint)]


# What the key of the request being answered may see. Without a default: where it got lost on the way, asking fails.
_limit: ContextVar[Limit | None] = ContextVar("limit of an assistant")


class McpEndpoint:
    """Checks the key of each request, and answers it without a session: what it needs is all in it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._building = threading.Lock()
        self._server: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        try:
            snapshot = await self._service.snapshot()
            refusal = self._service.access.refusal(scope, RequestHeaders(scope), snapshot.keys)
            if refusal is not None:
                raise refusal
            limit = self._service.access.limit_of(scope, snapshot.keys)
            server = self._server or await run_sync(self._built)
        except Exception as error:
            await problem_of(error).response()(scope, receive, send)
            return
        asks_within = _limit.set(limit)
        try:
            await self._answer(server, scope, receive, send)
        finally:
            _limit.reset(asks_within)

    async def _answer(self, server: Any, scope: Scope, receive: Receive, send: Send) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # One for each request: it keeps nothing between two of them, and needs no part in the application's life.
        manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=MOST_BYTES
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    def _built(self) -> Any:
        """The server, built for the first request: the SDK is slow to import, and most dashboards never need it."""
        with self._building:
            if self._server is None:
                from outreach_results.mcp_server.server import build

                self._server = build(self._ask)
            return self._server

    async def _ask(self, question: Callable[[Store], str]) -> str:
        return await self._service.run(question, _limit.get())
