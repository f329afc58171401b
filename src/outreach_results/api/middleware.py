"""ASGI middleware around the routes: checks the key, and answers from the cache where it can."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_results.api.encoded import Key, RequestHeaders
from outreach_results.api.problems import ProblemError, problem_of
from outreach_results.api.service import Service
from outreach_results.results import Limit
from outreach_results.store.api_keys import ValidKeys

REQUEST_CONTEXT = "outreach_results.context"
_QUARTER_HOUR_S = 900


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What the middleware passes on to the route of a request.

    ``version`` is the data version to cache the answer under; None if it is not cached. ``keys`` are the valid keys,
    for routes that check them by themselves. ``limit`` is what the key may see; None is everything.
    """

    headers: RequestHeaders
    key: Key
    version: str | None
    refusal: ProblemError | None
    limit: Limit | None
    keys: ValidKeys = field(default_factory=dict)


class AuthCacheMiddleware:
    """Checks the key, answers repeated requests from the cache, and leaves everything else to the routes.

    Routes that do not exist and methods that are not served say so without a key: both are in the public description.
    """

    def __init__(self, service: Service, routes: Callable[[Service], ASGIApp]) -> None:
        self._service = service
        self._build_routes = routes
        self._building = threading.Lock()
        self._routes: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        headers = RequestHeaders(scope)
        try:
            snapshot = await self._service.snapshot()
        except Exception as error:
            await problem_of(error).response()(scope, receive, send)
            return
        # Deliveries of events have a key of another scope, or are signed: their route checks that.
        is_delivery = scope["path"].removeprefix(scope.get("root_path", "")).startswith("/ingest/")
        refusal = None if is_delivery else self._service.access.refusal(scope, headers, snapshot.keys)
        limit = self._service.access.limit_of(scope, snapshot.keys)
        key = _key(scope, limit)
        if refusal is None and scope["method"] in ("GET", "HEAD"):
            cached = self._service.answers.get(snapshot.version, key)
            if cached is not None:
                await cached.send(headers, send)
                return
        context = RequestContext(headers, key, snapshot.version, refusal, limit, snapshot.keys)
        await self._call_routes(scope, receive, send, context)

    async def _call_routes(self, scope: Scope, receive: Receive, send: Send, context: RequestContext) -> None:
        routed = {**scope, REQUEST_CONTEXT: context}
        if context.headers.is_head:
            routed["method"] = "GET"  # answered like GET, without the body
            send = _without_body(send)
        routes = self._routes
        if routes is None:
            routes = await run_sync(self._built)
        await routes(routed, receive, send)

    def _built(self) -> ASGIApp:
        """The routes, built for the first request: importing an app that mounts them does no work."""
        with self._building:
            if self._routes is None:
                self._routes = self._build_routes(self._service)
            return self._routes


def _key(scope: Scope, limit: Limit | None) -> Key:
    # The limit is part of it: two keys that see different campaigns must not share an answer. The quarter of an hour
    # stands for the clock, on which "this month" depends: in every time zone a month begins with a quarter of an hour
    # of UTC.
    return (limit, scope["path"], scope["query_string"], int(time.time() // _QUARTER_HOUR_S))


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
