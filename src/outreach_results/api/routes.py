"""The routes: each names its parameters, the function of the data module that it calls, and the body of its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from outreach_results import results
from outreach_results.api import description, parameters
from outreach_results.api.access import KEY_ID
from outreach_results.api.encoded import EncodedBody
from outreach_results.api.export_response import DownloadResponse
from outreach_results.api.middleware import REQUEST_CONTEXT, RequestContext
from outreach_results.api.parameters import CampaignId
from outreach_results.api.problems import METHODS, Fault, ProblemError, problem_of, unknown_path, wrong_method
from outreach_results.api.service import Service
from outreach_results.errors import QueryError
from outreach_results.export import Download, campaign_download
from outreach_results.models import (
    Benchmarks,
    CampaignBreakdown,
    Campaigns,
    CampaignStats,
    CohortStats,
    DailyStats,
    Ingested,
    Model,
    OpenAlerts,
    Replies,
    Usage,
    UsageOfAccounts,
)
from outreach_results.store import audit
from outreach_results.store.engine import Store


class ProblemRoute(APIRoute):
    """A route whose every error becomes a problem."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its errors caught."""
        handle = super().get_route_handler()

        async def handle_errors(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                return problem_of(error).response()

        return handle_errors


class EncodedBodyResponse(Response):
    """A response that sends an `EncodedBody`."""

    def __init__(self, answer: EncodedBody, context: RequestContext) -> None:
        self._answer = answer
        self._context = context
        self.background = None
        self.status_code = 200
        self.raw_headers = []  # the answer has its own

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        await self._answer.send(self._context.headers, send)


_bearer = HTTPBearer(
    scheme_name="key",
    description="An API key, made with `outreach-results keys create NAME`.",
    auto_error=False,
)


def _describe_key(_: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Only describes the key in the OpenAPI document."""


def _require_key(request: Request, _: Annotated[None, Depends(_describe_key)]) -> None:
    # The middleware has checked the key already.
    if (refusal := _context(request).refusal) is not None:
        raise refusal


def _refuse_unknown_parameters(request: Request) -> None:
    """Refuse what would otherwise be guessed or ignored: invalid UTF-8, unknown names, repeated parameters."""
    for part in (request.scope.get("raw_path", b""), request.scope["query_string"]):
        try:
            unquote_to_bytes(part).decode()
        except UnicodeDecodeError:
            raise ProblemError(400, Fault(detail="The address is not valid UTF-8.", allowed="UTF-8")) from None
    names = description.query_names(request.app.openapi(), request.scope["route"].path_format)
    allowed = ", ".join(names) or "no parameters"
    given = [name for name, _ in request.query_params.multi_items()]
    faults = [
        Fault(detail=f"There is no parameter {name[:60]!r} here. Use {allowed}.", parameter=name[:60], allowed=allowed)
        for name in dict.fromkeys(given)
        if name not in names
    ]
    faults += [
        Fault(detail=f"The parameter {name!r} was given more than once.", parameter=name, allowed="one value")
        for name in names
        if given.count(name) > 1
    ]
    if faults:
        raise ProblemError(422, *faults[:20])


router = APIRouter(
    route_class=ProblemRoute,
    dependencies=[Depends(_require_key), Depends(_refuse_unknown_parameters)],
    responses=description.RESPONSES,
    redirect_slashes=False,
)


@router.get("/campaigns", response_model=Campaigns, tags=["Campaigns"])
async def campaigns(request: Request, query: Annotated[parameters.CampaignsQuery, Query()]) -> Response:
    """All campaigns, newest first, or those of a client or with a tag."""

    def query_results(store: Store) -> Campaigns:
        with _not_found():
            among = results.chosen_campaigns(store, **query.labels())
        return results.campaigns(store, page=query.page, per_page=query.per_page, among=among)

    return await _answer(request, query_results)


@router.get("/campaigns/{campaign_id:path}/stats/daily", response_model=DailyStats, tags=["Campaigns"])
async def daily_stats(
    request: Request, campaign_id: CampaignId, query: Annotated[parameters.StatsQuery, Query()]
) -> Response:
    """A campaign's days, oldest first; days on which nothing happened are left out."""
    return await _answer(request, lambda store: results.campaign_daily(store, campaign_id, query.filters()))


@router.get("/campaigns/{campaign_id:path}/stats", response_model=CampaignStats | CohortStats, tags=["Campaigns"])
async def stats(
    request: Request, campaign_id: CampaignId, query: Annotated[parameters.StatsQuery, Query()]
) -> Response:
    """A campaign's counts, rates and costs."""
    return await _answer(request, lambda store: results.campaign_stats(store, campaign_id, query.filters()))


@router.get("/campaigns/{campaign_id:path}/breakdown", response_model=CampaignBreakdown, tags=["Campaigns"])
async def breakdown(
    request: Request, campaign_id: CampaignId, query: Annotated[parameters.BreakdownQuery, Query()]
) -> Response:
    """A campaign's counts and rates by step, variant, mailbox, domain or subject, or its bounces by kind or reason."""
    return await _answer(
        request, lambda store: results.campaign_breakdown(store, campaign_id, query.filters(), query.by)
    )


@router.get("/campaigns/{campaign_id:path}/replies", response_model=Replies, tags=["Campaigns"])
async def replies(
    request: Request, campaign_id: CampaignId, query: Annotated[parameters.RepliesQuery, Query()]
) -> Response:
    """A campaign's replies, newest first."""

    def query_results(store: Store) -> Replies:
        return results.replies(
            store,
            campaign_id,
            query.filters(),
            sentiment=query.sentiment,
            q=query.q,
            status=query.status,
            assignee=query.of_assignee(),
            page=query.page,
            per_page=query.per_page,
        )

    return await _answer(request, query_results)


@router.get(
    "/campaigns/{campaign_id:path}/export", response_class=Response, responses=description.DOWNLOAD, tags=["Campaigns"]
)
async def export(
    request: Request, campaign_id: CampaignId, query: Annotated[parameters.ExportQuery, Query()]
) -> Response:
    """Everything about a campaign as a file: sent emails, openings, clicks and replies."""
    service, context = _service(request), _context(request)
    key_id = request.scope.get(KEY_ID)

    def prepared(store: Store) -> Download:
        found = campaign_download(store, campaign_id, query.format, humans_only=query.humans_only, bom=query.bom)
        if key_id is not None and not context.headers.is_head:
            audit.note(service.store(), audit.Action.EXPORTED, found.file_name, by=f"key {key_id}")
        return found

    download = await service.run(prepared, context.limit)
    if not service.exports.take(context.headers.authorization):
        raise ProblemError(
            503, Fault(detail="Several exports are running already. Try again soon."), headers={"Retry-After": "10"}
        )
    etag = None if context.version is None else _etag(context.version, context.limit, campaign_id, query)
    return DownloadResponse(download, context.headers, service.exports, service.chunks, etag)


@router.get("/usage", response_model=Usage | UsageOfAccounts, tags=["Account"])
async def usage(request: Request, query: Annotated[parameters.UsageQuery, Query()]) -> Response:
    """What a month used of the plan."""
    return await _answer(request, lambda store: results.usage(store, query.period))


@router.get("/benchmarks", response_model=Benchmarks, tags=["Account"])
async def benchmarks(request: Request, query: Annotated[parameters.BenchmarksQuery, Query()]) -> Response:
    """How rates and costs are spread over the community."""

    def query_results(store: Store) -> Benchmarks:
        with _not_found():
            return results.benchmarks(store, query.mcp)

    return await _answer(request, query_results)


@contextmanager
def _not_found() -> Iterator[None]:
    """Answer 404 where a parameter is well formed, but nothing has that name."""
    try:
        yield
    except QueryError as error:
        raise ProblemError(404, Fault(detail=str(error), parameter=error.parameter)) from None


@router.get("/alerts", response_model=OpenAlerts, tags=["Account"])
async def alerts(request: Request) -> Response:
    """The alerts whose cause lasts, the oldest first."""
    return await _answer(request, results.open_alerts)


ingest_router = APIRouter(
    route_class=ProblemRoute,
    dependencies=[Depends(_describe_key), Depends(_refuse_unknown_parameters)],
    responses=description.DELIVERY_RESPONSES,
    redirect_slashes=False,
)


@ingest_router.post(
    "/ingest/{source}", response_model=Ingested, openapi_extra=description.DELIVERY_BODY, tags=["Webhooks"]
)
async def ingest(
    request: Request, source: parameters.WebhookName, query: Annotated[parameters.IngestQuery, Query()]
) -> Response:
    """Events that a mail service delivers, in the service's own format. The answer comes once they are on the disk.

    The key has the scope `ingest`, as bearer token or as the password of Basic authentication. A signature of the
    service takes its place where the key or topic to verify it is set. What is delivered twice counts once.
    """
    context = _context(request)
    ingested = await _service(request).receiver.receive(request, context.headers, context.keys, source, query.campaign)
    return Response(ingested.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


def build(service: Service) -> FastAPI:
    """The routes as an application."""
    app = FastAPI(
        title="Results API",
        summary="The results of outreach campaigns, as the dashboard shows them.",
        description=description.TEXT,
        version=version("outreach-results"),
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        # Requests hold personal data, which must not reach a tracer that happens to be installed.
        telemetry={"exclude": lambda _scope: True, "auto_configure": False},
    )
    app.state.service = service
    app.include_router(router)
    app.include_router(ingest_router)
    description.complete(app)
    app.add_route("/openapi.json", _openapi, include_in_schema=False)
    app.add_route("/docs", _docs, include_in_schema=False)
    app.add_exception_handler(HTTPException, _not_routed)
    app.openapi()  # built now, because the first request needs its parameter names
    return app


async def _answer(request: Request, query_results: Callable[[Store], Model]) -> Response:
    service, context = _service(request), _context(request)
    answer = await service.answer(query_results, context.limit)
    if context.version is not None:
        service.answers.put(context.version, context.key, answer)
    return EncodedBodyResponse(answer, context)


async def _openapi(request: Request) -> Response:
    return EncodedBodyResponse(description.openapi_answer(request.app), _context(request))


async def _docs(request: Request) -> Response:
    return EncodedBodyResponse(description.docs_answer(request.app), _context(request))


async def _not_routed(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        # Starlette joins a set: the order of its words changes from process to process.
        allowed = ", ".join(sorted((error.headers or {}).get("Allow", "GET").split(", ")))
        return wrong_method(request.method, METHODS if allowed == "GET" else allowed).response()
    if isinstance(error, HTTPException) and error.status_code == 404:
        return unknown_path(request.url.path).response()
    return problem_of(error).response()


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _context(request: Request) -> RequestContext:
    # A request that did not pass the middleware has none, and fails here instead of being answered without a key.
    context: RequestContext = request.scope[REQUEST_CONTEXT]
    return context


def _etag(*parts: object) -> bytes:
    return b'"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:32].encode() + b'"'
