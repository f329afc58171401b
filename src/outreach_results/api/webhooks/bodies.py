"""The body of a delivery: of bounded size, read within bounded time, and parsed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import anyio
from starlette.requests import ClientDisconnect, Request

from outreach_results.api.access import client_address
from outreach_results.api.problems import Fault, ProblemError

MAX_BODY = 4 * 1024 * 1024
MAX_HELD = 32 * 1024 * 1024
READ_WITHIN_S = 30.0
RETRY_AFTER_S = 5


class Bodies:
    """Reads bodies, and limits how many bytes of them are held at the same time.

    Half of the room is for whoever comes first; of the other half each sender has one body at most. What is signed
    needs no key to begin, so one that sends slowly could else keep out all others.
    """

    def __init__(self, max_held: int = MAX_HELD) -> None:
        self._max_held = max_held
        self._held = 0
        self._senders: Counter[str] = Counter()

    @asynccontextmanager
    async def body_of(self, request: Request) -> AsyncIterator[bytes]:
        """The body; its room is given back on leaving.

        Raises:
            ProblemError: it is too large (413), comes too slowly (408), or there is no room for it now (503).
        """
        size, sender = _announced(request), client_address(request.scope)
        room = self._max_held // 2 if self._senders[sender] else self._max_held
        if self._held + size > room:
            raise too_busy()
        self._held += size
        self._senders[sender] += 1
        try:
            with anyio.fail_after(READ_WITHIN_S):
                body = await _read(request)
            yield body
        except TimeoutError:
            raise ProblemError(
                408, Fault(detail=f"The body did not arrive within {READ_WITHIN_S:.0f} seconds. Send it again.")
            ) from None
        finally:
            self._held -= size
            self._senders[sender] -= 1
            if not self._senders[sender]:  # else every address that ever sent something would be kept
                del self._senders[sender]


def too_busy() -> ProblemError:
    """The problem (503) for a delivery that there is no room for now."""
    fault = Fault(detail="Many deliveries are waiting to be written. Nothing of this one was kept. Send it again.")
    return ProblemError(503, fault, headers={"Retry-After": str(RETRY_AFTER_S)})


def _announced(request: Request) -> int:
    """The size that a request gives for its body; the largest that is allowed where it gives none."""
    length = request.headers.get("content-length", "")
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else MAX_BODY
    if size > MAX_BODY:
        raise _too_large()
    return size


async def _read(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise _too_large()
    except ClientDisconnect:
        raise ProblemError(400, Fault(detail="The connection broke off before the body was complete.")) from None
    return bytes(body)


def _too_large() -> ProblemError:
    allowed = f"up to {MAX_BODY:,} bytes"
    return ProblemError(413, Fault(detail=f"The body is too large. Send {allowed} at a time.", allowed=allowed))


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a form, each with its first value.

    Raises:
        ValueError: it is not a form.
    """
    fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    return {name: values[0] for name, values in fields.items()}


def objects_in(body: bytes, form_field: str | None = None) -> list[Mapping[str, Any]]:
    """The events in a body: a JSON object, an array of objects, or one object a line.

    Args:
        form_field: of a form, which holds the JSON, where the service sends one.

    Raises:
        ProblemError: it is none of these (422); says what is needed.
    """
    try:
        text = body.decode("utf-8-sig")
        if form_field is not None and text.startswith(f"{form_field}="):
            text = form_fields(body)[form_field]
        value = _parsed(text)
    except (ValueError, RecursionError, KeyError):
        raise not_readable("The body isn't JSON in UTF-8.") from None
    objects = value if isinstance(value, list) else [value]
    if not all(isinstance(item, dict) for item in objects):
        raise not_readable("The body holds other values than JSON objects.")
    return objects


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise
        return [json.loads(line, parse_constant=_refuse_constant) for line in text.splitlines() if line.strip()]


def _refuse_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are no JSON


def not_readable(detail: str) -> ProblemError:
    """The problem (422) for a body that is not what it has to be."""
    return ProblemError(
        422,
        Fault(detail=f"{detail} Nothing was kept.", parameter="body", allowed="a JSON object, or an array of objects"),
    )
