"""Files that a page offers: each has an address on a streaming route.

An address carries a signed ticket, so that the route serves only what a page of this very process has offered. The
ticket of a campaign or of replies names what to read from the database. That of a table names what the page holds: the
file has exactly the numbers that are shown. Where people sign in, a ticket is of the one whose page offered it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from time import time
from typing import Any, Protocol
from weakref import WeakValueDictionary

import pandas as pd
import streamlit as st
from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from outreach_results.config import settings
from outreach_results.errors import NotAllowedError, NotSignedInError, OutreachError, StoreError
from outreach_results.export import (
    FORMATS,
    Download,
    campaign_download,
    content_disposition,
    replies_download,
    table_download,
    unsent_download,
)
from outreach_results.export.report import REPORT_FORMATS, ReportOptions, brand_for, brand_of, report_download
from outreach_results.models import Filters
from outreach_results.results import ChosenPeriod, InboxFilters
from outreach_results.results.limits import within
from outreach_results.server.streamlit_internals import signed_in_user
from outreach_results.store import audit
from outreach_results.store.engine import Store
from outreach_results.ui.cache import person, store
from outreach_results.ui.figure import Drawing
from outreach_results.ui.sign_in import Person, visitor_of

PATH = "/download"
TICKET_SECONDS = 12 * 60 * 60
EXPIRED = "This link has expired. Reload the dashboard and click again."

_HELD = "downloads-held"
_WORTH_COMPRESSING = 600  # bytes: the address of a choice of many campaigns would not fit into a request
_SAME_FOR = 60 * 60  # seconds in which a page gives the same ticket for the same thing, so that nothing is redrawn


class Offer(Protocol):
    """What can be downloaded."""

    def addresses(self, key: str) -> Mapping[str, str]:
        """The address of the file in each format that it can be had in; ``key`` is that of the card."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page, and its picture.

    A ``frame`` that the page does not show may be a function that makes it of answers which are there already: it is
    called only when somebody downloads it.

    The picture is that of ``chart``, else of the table. ``pictured`` is the table as the page words it, where that is
    another one than ``frame``, or where the page shows a table beside the chart; or a function that makes it.
    """

    name: str
    frame: pd.DataFrame | Callable[[], pd.DataFrame]
    filters: Filters
    chart: Drawing | None = None
    pictured: pd.DataFrame | Callable[[], pd.DataFrame] | None = None

    def rows(self) -> pd.DataFrame:
        """What the files hold."""
        return self.frame() if callable(self.frame) else self.frame

    @property
    def title(self) -> str:
        """The name as a heading: Cost by campaign."""
        return self.name.replace("-", " ").capitalize()

    def addresses(self, key: str) -> Mapping[str, str]:
        """An address for each format. It serves what the page of this session shows under this key."""
        held: dict[str, _Held] = st.session_state.setdefault(_HELD, {})
        if key not in held:
            held[key] = _Held(self)
        held[key].table = self
        return {fmt: _address("table", held[key].token, fmt) for fmt in FORMATS}


@dataclass(frozen=True, slots=True)
class Campaign:
    """All emails sent, opens, clicks and replies of one campaign."""

    campaign_id: str
    humans_only: bool

    def addresses(self, key: str) -> Mapping[str, str]:  # noqa: ARG002 -- the ticket says it all
        """An address for each format."""
        return {fmt: _address("campaign", self.campaign_id, fmt, self.humans_only) for fmt in FORMATS}


@dataclass(frozen=True, slots=True)
class Replies:
    """The replies that match the filters, those on all pages of the inbox."""

    filters: Filters
    inbox_filters: InboxFilters

    def addresses(self, key: str) -> Mapping[str, str]:  # noqa: ARG002 -- the ticket says it all
        """An address for each format."""
        parameters = _REPLIES.dump_python((self.filters, self.inbox_filters), mode="json")
        return {fmt: _address("replies", *parameters, fmt) for fmt in FORMATS}


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a period, with or without the names of the people who replied."""

    period: ChosenPeriod
    with_names: bool

    def addresses(self, key: str) -> Mapping[str, str]:  # noqa: ARG002 -- the ticket says it all
        """An address for each format of reports."""
        period = _PERIOD.dump_python(self.period, mode="json")
        return {fmt: _address("report", period, self.with_names, fmt) for fmt in REPORT_FORMATS}


@dataclass(frozen=True, slots=True)
class Unsent:
    """All events of emails that no source says were sent."""

    def addresses(self, key: str) -> Mapping[str, str]:  # noqa: ARG002 -- the ticket says it all
        """An address for each format."""
        return {fmt: _address("unsent", fmt) for fmt in FORMATS}


def held_table(key: str) -> Table | None:
    """The table that the page of this session offers under the key of a card, if it does."""
    held: _Held | None = st.session_state.get(_HELD, {}).get(key)
    return None if held is None else held.table


class _Held:
    """A table that a session shows. The session alone keeps it, so that it ends with the session."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.token = str(next(_numbers))  # told apart is enough: the ticket around it is signed
        _TABLES[self.token] = self


_numbers = count(1)

_TABLES: WeakValueDictionary[str, _Held] = WeakValueDictionary()
"""The tables of all sessions, by their tokens."""


def download(request: Request) -> Response:
    """Stream the file of a signed ticket; 403 for an invalid or expired one, 404 for missing data.

    ``HEAD`` answers whether there is a file.
    """
    try:
        owner, limit, kind, *parameters = _signer().loads(request.path_params["ticket"], max_age=TICKET_SECONDS)
        asking = _checked_owner(owner, limit, request.cookies)
        if kind in _OF_RECIPIENTS and not asking.has_recipients:
            raise NotAllowedError("This link does not show recipients, and the file is about them.")
        opened = within(store(), asking.limit, has_recipients=asking.has_recipients)
        download = _OFFERED[kind](opened, *parameters)
    except (BadSignature, _GoneError):
        return PlainTextResponse(EXPIRED, 403)
    except (NotSignedInError, NotAllowedError) as error:
        return PlainTextResponse(str(error), 403)
    except OutreachError as error:
        return PlainTextResponse(str(error), 404)
    headers = {
        "Content-Disposition": content_disposition(download.file_name),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if request.method == "HEAD":
        return Response(media_type=download.media_type, headers=headers)
    try:
        audit.note(store(), audit.Action.EXPORTED, download.file_name, by=owner)
    except StoreError as error:  # nothing leaves without being noted
        return PlainTextResponse(str(error), 503)
    return StreamingResponse(download.chunks, media_type=download.media_type, headers=headers)


def routes() -> list[Route]:
    """The route of the download links."""
    return [Route(PATH + "/{ticket:str}", download)]


class _Tickets(URLSafeTimedSerializer):
    """Signed tickets; only long ones are compressed, for that takes longer than all else that a button needs."""

    def dump_payload(self, obj: Any) -> bytes:
        """The content of a ticket, as `load_payload` reads it."""
        written = json.dumps(obj, separators=(",", ":")).encode()
        return base64_encode(written) if len(written) < _WORTH_COMPRESSING else super().dump_payload(obj)


@lru_cache(maxsize=1)
def _signer() -> _Tickets:
    return _Tickets(secrets.token_bytes(32), salt="download")


def _address(kind: str, *parameters: Any) -> str:
    asking = person()
    ticket = [asking.address, _limit_text(asking), kind, *parameters]
    return _signed(json.dumps(ticket), int(time() // _SAME_FOR))


def _checked_owner(owner: str, limit: str, cookies: Mapping[str, str]) -> Person:
    """Who asks, if the ticket is theirs and they may see what they could see when they got it."""
    asking = visitor_of(store(), signed_in_user(cookies), cookies)
    if asking.address != owner:
        raise NotAllowedError("This link is another person's. Open the page and download the file there.")
    if _limit_text(asking) != limit:  # a table holds what was on the page
        raise NotAllowedError("You may see other campaigns than when the page was opened. Reload it and click again.")
    return asking


def _limit_text(asking: Person) -> str:
    limit = asking.limit
    parts = [] if limit is None else [sorted(limit.clients), sorted(limit.campaigns), asking.has_recipients]
    return json.dumps(parts)


@lru_cache(maxsize=4096)
def _signed(parts: str, _hour: int) -> str:
    return f"{PATH}/{_signer().dumps(json.loads(parts))}"


def _campaign(opened: Store, campaign_id: str, fmt: str, humans_only: bool) -> Download:
    return campaign_download(opened, campaign_id, fmt, humans_only=humans_only, bom=bool(FORMATS[fmt].bom))


def _replies(opened: Store, filters: Any, inbox_filters: Any, fmt: str) -> Download:
    return replies_download(opened, *_REPLIES.validate_python((filters, inbox_filters)), fmt)


def _unsent(opened: Store, fmt: str) -> Download:
    return unsent_download(opened, fmt)


def _report(opened: Store, period: Any, with_names: bool, fmt: str) -> Download:
    own = settings()
    chosen = _PERIOD.validate_python(period)
    brand = brand_for(opened, chosen.filters.clients, brand_of(own.brand_name, own.brand_color, own.brand_logo))
    return report_download(opened, chosen, fmt, ReportOptions(brand, with_names))


def _table(opened: Store, token: str, fmt: str) -> Download:
    held = _TABLES.get(token)
    if held is None:
        raise _GoneError
    return table_download(opened, held.table.name, held.table.rows(), fmt, held.table.filters)


class _GoneError(Exception):
    """The session that showed a table is over."""


_OF_RECIPIENTS = frozenset({"campaign", "replies", "unsent"})
"""The kinds of tickets whose files have a row for each recipient."""

_PERIOD = TypeAdapter(ChosenPeriod)
_REPLIES = TypeAdapter(tuple[Filters, InboxFilters])
_OFFERED: dict[str, Callable[..., Download]] = {
    "campaign": _campaign,
    "replies": _replies,
    "report": _report,
    "table": _table,
    "unsent": _unsent,
}
"""The kinds of tickets, and how each one's file is made from the other fields of the ticket."""
