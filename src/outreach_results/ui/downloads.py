"""Downloads: small tables as buttons, whole campaigns as links to a streaming route.

A link carries a signed ticket, so that the route serves only what a page of this very process has offered.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from outreach_results.errors import OutreachError
from outreach_results.export import (
    FORMATS,
    Download,
    campaign_download,
    content_disposition,
    file_name,
    replies_download,
    table_download,
)
from outreach_results.models import Filters
from outreach_results.results import InboxFilters
from outreach_results.ui import png_export
from outreach_results.ui.cache import store, zone

PATH = "/download"
TICKET_SECONDS = 12 * 60 * 60
_SMALL = 1_000  # rows; Streamlit tells files beyond 1 MiB apart by samples and by their name only


def table_buttons(
    name: str,
    frame: pd.DataFrame,
    filters: Filters,
    *,
    key: str,
    chart: go.Figure | None = None,
    pictured: pd.DataFrame | None = None,
) -> None:
    """Draw a download button per format for a table of the page. The file is built on click.

    The PNG is that of ``chart``, else of the table. ``pictured`` is the table as the page words it, where that is
    another one than ``frame``, or where the page shows a table beside the chart.
    """
    with st.container(horizontal=True, gap="xsmall", horizontal_alignment="right"):
        for fmt, written in FORMATS.items():
            st.download_button(
                fmt.upper(),
                partial(_content, name, frame, fmt, filters),
                _distinct(file_name(name, fmt, filters, zone().key), frame),
                written.media_type,
                key=f"{key}-{fmt}",
                help=f"Download these numbers as {fmt.upper()}",
                on_click="ignore",
                type="tertiary",
            )
        table = frame if chart is None and pictured is None else pictured
        png_export.button(name, filters, key=key, chart=chart, table=table)


def campaign_links(campaign_id: str, *, humans_only: bool) -> None:
    """Draw a link per format to all data of one campaign."""
    with st.container(horizontal=True, gap="small"):
        for fmt in FORMATS:
            st.link_button(
                f"Everything as {fmt.upper()}",
                _address("campaign", campaign_id, fmt, humans_only),
                help="All emails sent, opens, clicks and replies of this campaign",
            )


def replies_links(filters: Filters, inbox_filters: InboxFilters) -> None:
    """Draw a link per format to the replies that match the filters, on all pages of the inbox."""
    parameters = _REPLIES.dump_python((filters, inbox_filters), mode="json")
    with st.container(horizontal=True, gap="xsmall", width="content"):
        for fmt in FORMATS:
            st.link_button(
                fmt.upper(),
                _address("replies", *parameters, fmt),
                help=f"Download exactly these replies, those on all pages, with all their columns as {fmt.upper()}",
                type="tertiary",
            )


def download(request: Request) -> Response:
    """Stream the file of a signed ticket from the database; 403 for an invalid or expired one, 404 for missing data."""
    try:
        kind, *parameters = _signer().loads(request.path_params["ticket"], max_age=TICKET_SECONDS)
        download = _OFFERED[kind](*parameters)
    except BadSignature:
        return PlainTextResponse("This link has expired. Reload the dashboard and click again.", 403)
    except OutreachError as error:
        return PlainTextResponse(str(error), 404)
    return StreamingResponse(
        download.chunks,
        media_type=download.media_type,
        headers={
            "Content-Disposition": content_disposition(download.file_name),
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def routes() -> list[Route]:
    """The route of the download links."""
    return [Route(PATH + "/{ticket:str}", download)]


@lru_cache(maxsize=1)
def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secrets.token_bytes(32), salt="download")


def _address(kind: str, *parameters: Any) -> str:
    return f"{PATH}/{_signer().dumps([kind, *parameters])}"


def _campaign(campaign_id: str, fmt: str, humans_only: bool) -> Download:
    return campaign_download(store(), campaign_id, fmt, humans_only=humans_only, bom=bool(FORMATS[fmt].bom))


def _replies(filters: Any, inbox_filters: Any, fmt: str) -> Download:
    return replies_download(store(), *_REPLIES.validate_python((filters, inbox_filters)), fmt)


_REPLIES = TypeAdapter(tuple[Filters, InboxFilters])
_OFFERED: dict[str, Callable[..., Download]] = {"campaign": _campaign, "replies": _replies}
"""The kinds of tickets, and how each one's file is made from the other fields of the ticket."""


def _content(name: str, frame: pd.DataFrame, fmt: str, filters: Filters) -> bytes:
    return table_download(store(), name, frame, fmt, filters).content()


def _distinct(file: str, frame: pd.DataFrame) -> str:
    if len(frame) <= _SMALL:
        return file
    stem, _, extension = file.rpartition(".")
    digest = hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()[:8]
    return f"{stem}_{digest}.{extension}"
