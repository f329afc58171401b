"""The product's app, and beside it routes that return the same bytes without any of it: the yardstick of the API."""

from __future__ import annotations

import os

import streamlit as st

if __name__ == "__main__" and st.runtime.exists():
    st.write("Nothing to see here.")
else:
    from fastapi import FastAPI
    from fastapi.responses import Response as FastAPIResponse
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Mount, Route

    from outreach_results.api import api_routes
    from outreach_results.server.streamlit_internals import send_without_delay
    from outreach_results.ui.cache import store

    BODY = os.environ["OUTREACH_TEST_BARE_BODY"].encode()
    bare_fastapi = FastAPI(docs_url=None, openapi_url=None)

    async def bare(_request: Request) -> Response:
        return Response(BODY, media_type="application/json")

    @bare_fastapi.get("/bare")
    async def bare_through_fastapi() -> FastAPIResponse:
        return FastAPIResponse(BODY, media_type="application/json")

    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        store()
        send_without_delay()
        yield

    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[*api_routes(store), Route("/bare", bare), Mount("/fastapi", app=bare_fastapi)],
    )
