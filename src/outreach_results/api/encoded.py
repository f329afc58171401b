"""Response bodies that are encoded once, and their cache, which is valid until the data changes."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from functools import lru_cache

from starlette.types import Scope, Send

RawHeaders = list[tuple[bytes, bytes]]
Key = tuple[object, ...]

GZIP_FROM = 500
CAPACITY = 16 * 1024 * 1024

COMMON: RawHeaders = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Accept-Encoding, Authorization"),
    (b"x-content-type-options", b"nosniff"),
]


class EncodedBody:
    """A body with its headers, plain and compressed.

    The ETag is weak and computed from the body: it stays the same after a load that changes nothing here, and holds for
    both encodings.
    """

    __slots__ = ("body", "etag", "gzip_headers", "gzipped", "headers", "not_modified", "size")

    def __init__(self, body: bytes, media_type: bytes = b"application/json", extra: RawHeaders | None = None) -> None:
        self.body = body
        self.etag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        self.not_modified = [*COMMON, (b"etag", b"W/" + self.etag), *(extra or [])]
        described = [*self.not_modified, (b"content-type", media_type)]
        self.headers = [*described, (b"content-length", b"%d" % len(body))]
        self.gzipped = gzip.compress(body, 6, mtime=0) if len(body) >= GZIP_FROM else b""
        self.gzip_headers = [
            *described,
            (b"content-encoding", b"gzip"),
            (b"content-length", b"%d" % len(self.gzipped)),
        ]
        self.size = len(self.body) + len(self.gzipped) + 2_000

    async def send(self, request: RequestHeaders, send: Send) -> None:
        """Send it compressed if the client accepts that, or only 304 if the client has it already."""
        status, headers, body = 200, self.headers, self.body
        if request.if_none_match and (request.if_none_match == b"*" or self.etag in request.if_none_match):
            status, headers, body = 304, self.not_modified, b""
        elif self.gzipped and accepts_gzip(request.encodings):
            headers, body = self.gzip_headers, self.gzipped
        # A list of its own each time: middleware outside writes into it, and this answer is sent again.
        await send({"type": "http.response.start", "status": status, "headers": headers.copy()})
        await send({"type": "http.response.body", "body": b"" if request.is_head else body})


class RequestHeaders:
    """What the API uses of a request's headers: the key, accepted encodings, and ETags that the client has."""

    __slots__ = ("authorization", "encodings", "if_none_match", "is_head")

    def __init__(self, scope: Scope) -> None:
        self.is_head = scope["method"] == "HEAD"
        self.encodings = self.if_none_match = b""
        self.authorization: bytes | None = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                # Two of them count as a wrong one: otherwise a proxy and this server could each pick another.
                self.authorization = value if self.authorization is None else b""
            elif name == b"accept-encoding":
                self.encodings = self.encodings + b"," + value if self.encodings else value
            elif name == b"if-none-match":
                self.if_none_match = self.if_none_match + b"," + value if self.if_none_match else value


@lru_cache(maxsize=256)
def accepts_gzip(encodings: bytes) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    quality: dict[bytes, bool] = {}
    for item in encodings.lower().split(b","):
        name, _, parameter = item.partition(b";")
        quality[name.strip()] = parameter.replace(b" ", b"").rstrip(b"0.") != b"q="
    return quality.get(b"gzip", quality.get(b"*", False))


class BodyCache:
    """Recent bodies of one data version; the least recently used are evicted first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._version: str | None = None
        self._size = 0
        self._bodies: OrderedDict[Key, EncodedBody] = OrderedDict()

    def get(self, version: str, key: Key) -> EncodedBody | None:
        """The cached body; None if there is none for this version of the data."""
        if version != self._version:
            self._version = version
            self._bodies.clear()
            self._size = 0
            return None
        body = self._bodies.get(key)
        if body is not None:
            self._bodies.move_to_end(key)
        return body

    def put(self, version: str, key: Key, answer: EncodedBody) -> None:
        """Store a body, unless the data has changed since it was computed."""
        if version != self._version or key in self._bodies:
            return
        self._bodies[key] = answer
        self._size += answer.size
        while self._size > self._capacity:
            self._size -= self._bodies.popitem(last=False)[1].size
