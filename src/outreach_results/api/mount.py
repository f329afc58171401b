"""The routes that mount the API into an application."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from outreach_results.api.access import WRONG_KEYS_ALLOWED
from outreach_results.api.health import Health
from outreach_results.api.metrics import Measured, metrics_route
from outreach_results.api.middleware import AuthCacheMiddleware
from outreach_results.api.problems import unknown_path
from outreach_results.api.routes import build
from outreach_results.api.service import Service
from outreach_results.api.webhooks.amazon import AmazonSns
from outreach_results.store.engine import Store


def api_routes(
    open_store: Callable[[], Store],
    *,
    wrong_keys_allowed: int = WRONG_KEYS_ALLOWED,
    amazon: AmazonSns | None = None,
) -> list[BaseRoute]:
    """The routes of the API, and a 404 for the rest of ``/api``, which the dashboard would answer with its page.

    Args:
        open_store: called once, by the first request.
        wrong_keys_allowed: how many a minute from one address, before its wrong keys are answered with 429.
        amazon: verifies what Amazon SNS signs; by default with certificates fetched from Amazon.
    """
    return routes_of(Service(open_store, wrong_keys_allowed, amazon))


def routes_of(service: Service, *, has_metrics: bool = False) -> list[BaseRoute]:
    """The same routes over a service that others share.

    Args:
        has_metrics: requests are measured, and Prometheus may ask for the figures.
    """
    nothing, served = _NotFound(), AuthCacheMiddleware(service, build)
    return [
        *Health(service).routes("/api/v1/health"),
        *([metrics_route("/api/v1/metrics", service)] if has_metrics else []),
        Mount("/api/v1", app=Measured(served) if has_metrics else served),
        Route("/api", nothing),
        Mount("/api", app=nothing),
    ]


class _NotFound:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await unknown_path(scope["path"]).response()(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
