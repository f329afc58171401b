"""Whether this process runs, and whether it can answer: for load balancers, monitors and service managers.

Needs no key, and says nothing about the data.
"""

from __future__ import annotations

import logging

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from outreach_results.api.service import Service
from outreach_results.errors import OutreachError

READY_WITHIN_S = 5.0

log = logging.getLogger(__name__)


class Health:
    """The routes about the health of a process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._is_ready = True

    def routes(self, path: str) -> list[Route]:
        """``path`` is whether it is ready, and 503 if it is not; ``path/live`` is whether it runs at all."""
        return [Route(path, self._ready), Route(f"{path}/live", self._live)]

    async def _ready(self, _request: Request) -> Response:
        """Ready is who can read the database, within the time that a monitor waits."""
        try:
            with anyio.fail_after(READY_WITHIN_S):
                await self._service.snapshot()
        except (OutreachError, TimeoutError) as error:
            self._note(is_ready=False, why=str(error) or "it does not answer in time")
            return _answer("not ready", 503, {"Retry-After": "5"})
        self._note(is_ready=True)
        return _answer("ready")

    async def _live(self, _request: Request) -> Response:
        return _answer("live")

    def _note(self, *, is_ready: bool, why: str = "") -> None:
        """Log a change only: monitors ask every few seconds."""
        if is_ready != self._is_ready:
            self._is_ready = is_ready
            if is_ready:
                log.warning("The database can be used again.")
            else:
                log.error("The database cannot be used: %s", why)


def _answer(status: str, code: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"status": status}, code, {"Cache-Control": "no-store", **(headers or {})})
