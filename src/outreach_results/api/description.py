"""The OpenAPI document: FastAPI's own, completed by errors and headers."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from fastapi import FastAPI

from outreach_results.api.docs import POLICY, page
from outreach_results.api.encoded import EncodedBody
from outreach_results.api.problems import MEDIA_TYPE, Problem
from outreach_results.export import FORMATS

TEXT = """\
Every request needs an API key: `Authorization: Bearer KEY`. Make one with `outreach-results keys create NAME`.

Counts are unique emails. A count that is not tracked, and a rate without a denominator, is `null`, never 0. Instants
are in UTC; dates are days of the reporting time zone, both ends included. Rates are rounded to three decimals.

Every answer carries an `ETag`: send it back as `If-None-Match`, and what has not changed is answered with 304. Every
error is a problem (RFC 9457) that says what was wrong, with which parameter, and what is allowed.
"""

_ERRORS = {
    400: "The address is not valid UTF-8.",
    401: "The key is missing, unknown or revoked.",
    403: "The key has another scope than this needs, or reads one client and this is about the whole account.",
    404: "There is nothing of that name.",
    422: "A parameter is malformed, out of range, unknown, or given twice.",
    429: "Too many wrong keys came from this address; a valid key is never held up.",
    500: "The server failed; its log has the details.",
    503: "The database is busy or cannot be reached.",
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_CHALLENGE = {"WWW-Authenticate": {"description": "How to send a key.", "schema": {"type": "string"}}}
_ETAG = {"ETag": {"description": "Names this very body.", "schema": {"type": "string"}}}
_HEADERS: dict[int, dict[str, Any]] = {200: _ETAG, 304: _ETAG, 401: _CHALLENGE, 403: _CHALLENGE, 429: _RETRY}


def _response(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {"headers": _HEADERS.get(status, {})}
    if status >= 400:
        described["description"] = _ERRORS.get(status, "")
        described["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return described


RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The answer.", **_response(200)},
    304: {"description": "Nothing has changed since the answer with this ETag.", **_response(304)},
    **{status: _response(status) for status in _ERRORS},
}
"""What every route may answer."""

_DELIVERY_ERRORS = {
    400: "The address is not valid UTF-8, or the connection broke off.",
    401: "The key or the signature is missing or wrong.",
    408: "The body came too slowly.",
    413: "The body is too large.",
    422: "There is no such source, the body is not what it sends, or a parameter is unknown or malformed.",
    429: "Too many wrong keys or signatures came from this address.",
    503: "Too many deliveries are waiting, or the database is busy. Send it again.",
}
DELIVERY_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The events are on the disk."},
    **{
        status: _response(status) | {"description": _DELIVERY_ERRORS.get(status, _ERRORS.get(status))}
        for status in sorted({*_DELIVERY_ERRORS, 403, 500})
    },
}
"""What a delivery of events may be answered with."""

DELIVERY_BODY = {
    "requestBody": {
        "required": True,
        "description": "What the service sends: an event, an array of events, or for Mandrill a form.",
        "content": {"application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array"}]}}},
    }
}
"""The body of a delivery."""

DOWNLOAD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, streamed. If it cannot be completed, the connection breaks off.",
        "headers": _ETAG
        | {"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}},
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/csv": {"schema": {"type": "string"}},
            FORMATS["xlsx"].media_type: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
"""What a download answers instead of a JSON body."""


_DOCUMENT: dict[str, Any] = {}


def complete(app: FastAPI) -> None:
    """Make ``app.openapi()`` describe problems too, and build the document once, at the first call.

    Once in a process, as all applications in it have the same routes.
    """
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if not _DOCUMENT:
            _DOCUMENT.update(_with_problems(describe()))
        return _DOCUMENT

    app.openapi = openapi  # type: ignore[method-assign]


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schema = Problem.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"]
    schemas |= schema.pop("$defs") | {"Problem": schema}
    for described in schemas.values():  # docstrings speak Python
        described["description"] = described.get("description", "").replace("None", "null").replace("``", "`")
    return document


def query_names(document: dict[str, Any], path: str) -> list[str]:
    """The query parameters of a route."""
    (operation,) = document["paths"][path].values()
    parameters = operation.get("parameters", [])
    return [parameter["name"] for parameter in parameters if parameter["in"] == "query"]


@lru_cache(maxsize=1)
def openapi_answer(app: FastAPI) -> EncodedBody:
    """The document as an answer."""
    return EncodedBody(json.dumps(app.openapi(), ensure_ascii=False, indent=1).encode())


@lru_cache(maxsize=1)
def docs_answer(app: FastAPI) -> EncodedBody:
    """The document as a page to read."""
    policy = (b"content-security-policy", POLICY.encode("ascii"))
    return EncodedBody(page(app.openapi()).encode(), b"text/html; charset=utf-8", [policy])
