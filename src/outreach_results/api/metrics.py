"""Figures about requests for Prometheus: how many, how they ended, how long they took. Nothing of people or results."""

from __future__ import annotations

import time

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_results.api.encoded import RequestHeaders
from outreach_results.api.problems import problem_of
from outreach_results.api.service import Service
from outreach_results.errors import NotAllowedError

# Without the path: it holds ids, and there would be as many series as campaigns.
REQUESTS = Counter("outreach_api_requests", "Requests to the API.", ["method", "status"])
SECONDS = Histogram("outreach_api_request_seconds", "From a request to the end of its answer.", ["method"])
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Measured:
    """ASGI middleware that counts requests and measures them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = 500
        started = time.monotonic()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            REQUESTS.labels(method, str(status)).inc()
            SECONDS.labels(method).observe(time.monotonic() - started)


def metrics_route(path: str, service: Service) -> Route:
    """The route of the figures; it needs a key that may read."""

    async def figures(request: Request) -> Response:
        try:
            snapshot = await service.snapshot()
        except Exception as error:
            return problem_of(error).response()
        refusal = service.access.refusal(request.scope, RequestHeaders(request.scope), snapshot.keys)
        if refusal is not None:
            return refusal.response()
        if service.access.limit_of(request.scope, snapshot.keys) is not None:
            return problem_of(
                NotAllowedError("The figures are of the whole server, and this key is of a client.")
            ).response()
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return Route(path, figures)
