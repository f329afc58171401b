"""A small real HTTP server that speaks the contract, and fails in every way that a test chooses."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

KEY = "outreach_key-of-the-tests"


@dataclass
class RemoteCampaign:
    """What the server has of a campaign; ``exports`` holds the bytes of each format that it offers."""

    stats: dict[str, Any]
    daily: list[dict[str, Any]]
    replies: list[dict[str, Any]]
    name: str = "Remote campaign"
    mcp: str | None = "sales-outreach"
    created_at: str | None = "2026-01-29T09:00:00Z"
    exports: dict[str, bytes] = field(default_factory=dict)


@dataclass
class ReceivedRequest:
    """A request that came in; what it was answered with is known as soon as that is done."""

    target: str
    headers: Mapping[str, str]
    status: int = 0
    sent: int = 0


@dataclass
class Exchange:
    """A request in the middle of being answered; ``body`` is what an honest server would send."""

    handler: BaseHTTPRequestHandler
    target: str
    status: int
    body: bytes
    headers: dict[str, str]
    sent: int = 0

    def send(self, *, length: int | None = None) -> None:
        """Send it, claiming a body of ``length``."""
        self.handler.send_response(self.status)
        for name, value in self.headers.items():
            self.handler.send_header(name, value)
        if self.status != 304 and "Content-Length" not in self.headers and "Connection" not in self.headers:
            self.handler.send_header("Content-Length", str(len(self.body) if length is None else length))
        self.handler.end_headers()
        self.handler.wfile.write(self.body)
        self.sent += len(self.body)


Trouble = Callable[[Exchange], None]


def status(code: int, **headers: str) -> Trouble:
    """BodyCache with this status instead."""

    def make(exchange: Exchange) -> None:
        exchange.status, exchange.body = code, b"{}"
        exchange.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.send()

    return make


def cut_after(count: int) -> Trouble:
    """Breaks the connection after so many bytes of the body."""

    def make(exchange: Exchange) -> None:
        whole, exchange.body = len(exchange.body), exchange.body[:count]
        exchange.send(length=whole)
        exchange.handler.close_connection = True

    return make


def shortened_to(count: int) -> Trouble:
    """Sends only so many bytes, as if that were all."""
    return changed(lambda body: body[:count])


def changed(change: Callable[[bytes], bytes]) -> Trouble:
    """Sends another body."""

    def make(exchange: Exchange) -> None:
        exchange.body = change(exchange.body)
        exchange.headers.pop("ETag", None)
        exchange.send()

    return make


def edited(edit: Callable[[Any], Any]) -> Trouble:
    """Sends the JSON as ``edit`` leaves it."""

    def change(body: bytes) -> bytes:
        content = json.loads(body)
        edit(content)
        return json.dumps(content).encode()

    return changed(change)


def without_length() -> Trouble:
    """Ends the body by closing the connection, so that no client can know whether it is whole."""

    def make(exchange: Exchange) -> None:
        exchange.headers["Connection"] = "close"
        exchange.send()
        exchange.handler.close_connection = True

    return make


def silent_for(seconds: float) -> Trouble:
    """Says nothing for a while."""

    def make(exchange: Exchange) -> None:
        time.sleep(seconds)
        exchange.send()

    return make


def held_until(event: threading.Event) -> Trouble:
    """Says nothing before that."""

    def make(exchange: Exchange) -> None:
        event.wait(30)
        exchange.send()

    return make


def dripping(seconds_between: float) -> Trouble:
    """Sends a byte at a time, never slow enough for a timeout of silence."""

    def make(exchange: Exchange) -> None:
        body, exchange.body = exchange.body, b""
        exchange.send(length=len(body))
        for byte in body:
            exchange.handler.wfile.write(bytes([byte]))
            exchange.handler.wfile.flush()
            time.sleep(seconds_between)

    return make


def preceded_by(act: Callable[[], object]) -> Trouble:
    """Something happens on the server, and then it answers as it would."""

    def make(exchange: Exchange) -> None:
        act()
        exchange.send()

    return make


class FaultyServer:
    """The data of the server, the requests it got, and its failures."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.campaigns: dict[str, RemoteCampaign] = {}
        self.usage: dict[str, Any] | None = {
            "period": "2026-01",
            "usage": {"campaigns_created": 1, "emails_sent": 10, "emails_remaining": 9990, "byok_cost_usd": 0.5},
            "plan": {"name": "Pro", "email_limit": 10000, "price_usd": 20},
        }
        self.benchmarks: dict[str | None, dict[str, Any]] = {None: _benchmarks(None)}
        self.lists_campaigns = True
        self.has_etags = True
        self.key: str | None = KEY
        self.longest_page = 100
        self.missing_replies = 0  # what the totals of replies claim beyond those that are there
        self.requests: list[ReceivedRequest] = []
        self._troubles: list[tuple[re.Pattern[str], Trouble, int | None]] = []
        self._lock = threading.Lock()

    def trouble(self, pattern: str, trouble: Trouble, *, times: int | None = 1) -> None:
        """The next so many requests whose target matches run into it; None for all."""
        self._troubles.append((re.compile(pattern), trouble, times))

    def targets(self, pattern: str = "") -> list[str]:
        """The targets of the requests that match."""
        return [request.target for request in self.requests if re.search(pattern, request.target)]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request, or get into trouble over it."""
        target = handler.path
        request = ReceivedRequest(target, dict(handler.headers))
        self.requests.append(request)
        exchange = self._honest(handler, target)
        trouble = self._next_trouble(target) or Exchange.send
        try:
            trouble(exchange)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True
        finally:
            request.status, request.sent = exchange.status, exchange.sent

    def _next_trouble(self, target: str) -> Trouble | None:
        with self._lock:
            for place, (pattern, trouble, times) in enumerate(self._troubles):
                if pattern.search(target):
                    if times is not None:
                        left = (pattern, trouble, times - 1)
                        self._troubles[place : place + 1] = [left] if times > 1 else []
                    return trouble
        return None

    def _honest(self, handler: BaseHTTPRequestHandler, target: str) -> Exchange:
        if self.key is not None and handler.headers.get("Authorization") != f"Bearer {self.key}":
            return Exchange(handler, target, 401, b"{}", {})
        split = urlsplit(target)
        content = self._content([unquote(part) for part in split.path.split("/")[1:]], dict(parse_qsl(split.query)))
        if content is None:
            return Exchange(handler, target, 404, b"{}", {})
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'} if self.has_etags else {}
        if self.has_etags and handler.headers.get("If-None-Match") == headers["ETag"]:
            return Exchange(handler, target, 304, b"", headers)
        return Exchange(handler, target, 200, body, headers | {"Content-Type": "application/json"})

    def _content(self, path: list[str], query: dict[str, str]) -> Any:
        match path:
            case ["usage"]:
                return self.usage
            case ["benchmarks"]:
                return self.benchmarks.get(query.get("mcp"))
            case ["campaigns"] if self.lists_campaigns:
                rows = [
                    {"id": key, "name": result.name, "mcp": result.mcp, "created_at": result.created_at}
                    for key, result in self.campaigns.items()
                ]
                return self._page("campaigns", rows, query)
            case ["campaigns", campaign_id, *what] if campaign_id in self.campaigns:
                return self._of_campaign(campaign_id, self.campaigns[campaign_id], what, query)
        return None

    def _of_campaign(self, campaign_id: str, result: RemoteCampaign, what: list[str], query: dict[str, str]) -> Any:
        match what:
            case ["stats"]:
                return {"campaign_id": campaign_id, **result.stats}
            case ["stats", "daily"]:
                return {"campaign_id": campaign_id, "daily": result.daily}
            case ["replies"]:
                return {"campaign_id": campaign_id, **self._page("replies", result.replies, query)}
            case ["export"]:
                return result.exports.get(query["format"])
        return None

    def _page(self, name: str, rows: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        page, per_page = int(query["page"]), min(int(query["per_page"]), self.longest_page)
        shown = rows[(page - 1) * per_page : page * per_page]
        total = len(rows) + (self.missing_replies if name == "replies" else 0)
        return {name: shown, "pagination": {"total": total, "page": page, "per_page": per_page}}


@contextmanager
def faulty_server() -> Iterator[FaultyServer]:
    """A server with nothing on it yet."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Listening(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a client that hangs up is part of the tests

    with Listening(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server = FaultyServer(f"http://127.0.0.1:{listening.server_port}")
        thread = threading.Thread(target=lambda: listening.serve_forever(0.01), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join(5)


def remote_campaign(replies: int = 3, **changes: Any) -> RemoteCampaign:
    """A campaign of ten emails on two days."""
    counts = {"emails_sent": 10, "delivered": 9, "bounced": 1, "opened": 4, "clicked": 2, "replied": replies}
    return RemoteCampaign(
        stats={
            "period": {"start": "2026-01-30T00:00:00Z", "end": "2026-01-31T23:59:59Z"},
            "stats": {**counts, "unsubscribed": 0, "meetings_booked": 1},
            "rates": {},
            "costs": {"total_byok_usd": 0.5, "breakdown": {"ai_generation": 0.5}},
        },
        daily=[
            {"date": "2026-01-30", "emails_sent": 6, "opened": 3, "replied": 1, "cost_usd": 0.3},
            {"date": "2026-01-31", "emails_sent": 4, "opened": 2, "replied": replies - 1, "cost_usd": 0.2},
        ],
        replies=[remote_reply(number) for number in range(replies, 0, -1)],
        **changes,
    )


def remote_reply(number: int) -> dict[str, Any]:
    """The n-th reply; a greater number came later."""
    return {
        "id": f"reply_{number:04}",
        "email": f"prospect{number}@example.com",
        "name": f"Prospect {number}",
        "company": "Prospect Inc",
        "sentiment": "positive",
        "preview": f"Answer {number}",
        "received_at": f"2026-01-31T{number // 60 % 24:02}:{number % 60:02}:00Z",
    }


def _benchmarks(mcp: str | None) -> dict[str, Any]:
    spread = {"average": 0.2, "p25": 0.1, "p50": 0.2, "p75": 0.3}
    return {
        "mcp": mcp,
        "sample_size": 100,
        "benchmarks": {"open_rate": spread},
        "updated_at": "2026-01-30T00:00:00Z",
    }
