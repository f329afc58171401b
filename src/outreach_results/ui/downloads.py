"""Downloads: small tables as buttons, whole campaigns as links to a streaming route.

A link carries a signed ticket, so that the route serves only what a page of this very process has offered.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from outreach_results.errors import OutreachError
from outreach_results.export import FORMATS, campaign_download, table_download
from outreach_results.models import Filters
from outreach_results.ui.cache import store

PATH = "/download"
TICKET_SECONDS = 12 * 60 * 60
_SAMPLED_BEYOND = 1024 * 1024  # Streamlit tells larger files apart by samples and by their name only


def table_buttons(name: str, frame: pd.DataFrame, filters: Filters, *, key: str) -> None:
    """Buttons for what a page shows, one a format."""
    with st.container(horizontal=True, horizontal_alignment="left", gap="small"):
        for fmt in FORMATS:
            download = table_download(store(), name, frame, fmt, filters)
            data = download.content()
            st.download_button(
                f"{fmt.upper()}",
                data,
                _distinct(download.file_name, data),
                download.media_type,
                key=f"{key}-{fmt}",
                help=f"What is shown here, as {fmt.upper()}",
                on_click="ignore",
                icon="⬇️",
            )


def campaign_links(campaign_id: str, *, humans_only: bool) -> None:
    """Links to all data of one campaign, one a format."""
    with st.container(horizontal=True, gap="small"):
        for fmt in FORMATS:
            ticket = _signer().dumps([campaign_id, fmt, humans_only])
            st.link_button(
                f"Everything as {fmt.upper()}",
                f"{PATH}/{ticket}",
                help="All e-mails sent, opens, clicks and replies of this campaign",
                icon="⬇️",
            )


async def download(request: Request) -> Response:
    """Serve what a ticket stands for, as it is read from the database."""
    try:
        ticket: list[Any] = _signer().loads(request.path_params["ticket"], max_age=TICKET_SECONDS)
        campaign_id, fmt, humans_only = ticket
        found = campaign_download(store(), campaign_id, fmt, humans_only=humans_only)
    except BadSignature:
        return PlainTextResponse("This link has expired. Reload the dashboard and click again.", 403)
    except OutreachError as error:
        return PlainTextResponse(str(error), 404)
    return StreamingResponse(
        found.chunks,
        media_type=found.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{found.file_name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def routes() -> list[Route]:
    """The route that the links lead to."""
    return [Route(PATH + "/{ticket:str}", download)]


@lru_cache(maxsize=1)
def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secrets.token_bytes(32), salt="download")


def _distinct(file_name: str, data: bytes) -> str:
    if len(data) <= _SAMPLED_BEYOND:
        return file_name
    stem, _, extension = file_name.rpartition(".")
    return f"{stem}_{hashlib.sha256(data).hexdigest()[:8]}.{extension}"
