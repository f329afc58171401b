"""The one body of every error (RFC 9457): what was wrong, with which parameter, and what is allowed."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from outreach_results.errors import NotAllowedError, QueryError, StoreBusyError, StoreError, UnknownCampaignError

MEDIA_TYPE = "application/problem+json"
METHODS = "GET, HEAD"

log = logging.getLogger(__name__)


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    detail: str = Field(description="What is wrong, in a sentence.")
    parameter: str | None = Field(default=None, description="The parameter to change.", examples=["start"])
    allowed: str | None = Field(
        default=None, description="What is allowed instead.", examples=["a date like 2026-01-31"]
    )


class Problem(BaseModel):
    """An error, as RFC 9457 describes it. What does not apply is left out."""

    type: str = Field(default="about:blank", description="The kind of problem; `title` says all there is to say.")
    title: str = Field(description="The name of the status.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What is wrong, in a sentence.")
    instance: str | None = Field(default=None, description="Names this very event in the server's log.")
    parameter: str | None = Field(default=None, description="The parameter to change.", examples=["start"])
    allowed: str | None = Field(
        default=None, description="What is allowed instead.", examples=["a date like 2026-01-31"]
    )
    errors: list[Fault] | None = Field(default=None, description="Each fault, where there are several.")


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: int,
        *faults: Fault,
        headers: dict[str, str] | None = None,
        instance: str | None = None,
    ) -> None:
        first = faults[0]
        self.headers = headers or {}
        self.problem = Problem(
            title=HTTPStatus(status).phrase,
            status=status,
            **first.model_dump(),
            instance=instance,
            errors=list(faults) if len(faults) > 1 else None,
        )
        super().__init__(first.detail)

    def response(self) -> Response:
        """The problem as an answer."""
        body = self.problem.model_dump_json(exclude_none=True).encode()
        headers = {
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding, Authorization",
            "X-Content-Type-Options": "nosniff",
            **self.headers,
        }
        return Response(body, self.problem.status, headers, MEDIA_TYPE)


def problem_of(error: Exception) -> ProblemError:
    """The problem that answers an error; an unexpected one is logged, and its text is not shown."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, RequestValidationError):
        return ProblemError(422, *map(_fault, error.errors()))
    if isinstance(error, UnknownCampaignError):
        return ProblemError(
            404, Fault(detail=str(error), parameter="campaign_id", allowed="an id that /campaigns lists")
        )
    if isinstance(error, QueryError):
        return ProblemError(422, Fault(detail=str(error), parameter=error.parameter))
    if isinstance(error, NotAllowedError):
        return ProblemError(403, Fault(detail=str(error), parameter="Authorization", allowed="a key of all campaigns"))
    if isinstance(error, HTTPException):
        return ProblemError(error.status_code, Fault(detail=str(error.detail)), headers=dict(error.headers or {}))
    if isinstance(error, StoreBusyError):
        return ProblemError(503, Fault(detail=str(error)), headers={"Retry-After": "5"})
    instance = uuid4().urn
    log.error("The API could not answer (%s)", instance, exc_info=error)
    if isinstance(error, StoreError):
        unavailable = Fault(detail="The database cannot be used right now. The server's log has the details.")
        return ProblemError(503, unavailable, headers={"Retry-After": "30"}, instance=instance)
    return ProblemError(
        500,
        Fault(detail="Something went wrong in the server. Its log has the details, under this instance."),
        instance=instance,
    )


def unknown_path(path: str) -> ProblemError:
    """The problem (404) for a path at which nothing is served."""
    return ProblemError(
        404, Fault(detail=f"There is nothing at {path[:200]!r}.", allowed="what /api/v1/openapi.json describes")
    )


def wrong_method(method: str, allowed: str = METHODS) -> ProblemError:
    """The problem (405) for a method that is not allowed."""
    return ProblemError(
        405,
        Fault(detail=f"{method[:20]!r} is not possible here. Use {allowed}.", allowed=allowed),
        headers={"Allow": allowed},
    )


def _fault(error: dict[str, Any]) -> Fault:
    _, parameter, *_ = error["loc"]  # ("query", name) and, within a union, the type
    allowed = error.get("ctx", {}).get("allowed")
    return Fault(detail=f"{parameter}: {error['msg']}", parameter=str(parameter), allowed=allowed)
