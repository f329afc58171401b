"""The floor, sent as our server sends pages: compressed, announced, without delay; so what differs is the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from outreach_results.server.compressed_assets import CompressedAssets
from outreach_results.server.streamlit_internals import send_without_delay


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Begin once the socket listens, which is what has to send without delay."""
    send_without_delay()
    yield


app = st.App(
    Path(__file__).with_name("app_of_the_floor.py"),
    lifespan=lifespan,
    middleware=[Middleware(CompressedAssets, streamlit_charts=lambda: True)],
)
