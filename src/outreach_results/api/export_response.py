"""A streamed download: first byte at once, at most one chunk in memory, complete or visibly broken."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Generator, Iterator

import anyio
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from outreach_results.api.encoded import COMMON, RawHeaders, RequestHeaders, accepts_gzip
from outreach_results.api.service import Slots
from outreach_results.errors import OutreachError
from outreach_results.export import Download, content_disposition

STALLED_AFTER_S = 60.0


class BrokenDownloadError(OutreachError):
    """Ends the connection in the middle of a download, so that the client sees that it is not complete."""


class DownloadResponse(Response):
    """Streams a download. A failure half-way ends the connection instead of the file.

    Args:
        download: the file; its chunks are made in threads, one at a time.
        headers: those of the request.
        slots: of which one was taken for this download by the key of ``headers``; it is released at the end.
        limiter: limits the chunks that are computed at once by all downloads together.
        etag: of the file; None if it has none.
    """

    def __init__(
        self,
        download: Download,
        headers: RequestHeaders,
        slots: Slots,
        limiter: anyio.CapacityLimiter,
        etag: bytes | None,
    ) -> None:
        self._download = download
        self._request = headers
        self._slots = slots
        self._limiter = limiter
        self._etag = etag
        self.background = None
        self.status_code = 200
        self.raw_headers = []  # made when it is known whether it is compressed

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        headers = self._request
        try:
            if self._etag and headers.if_none_match and self._etag in headers.if_none_match:
                await send({"type": "http.response.start", "status": 304, "headers": self._described(is_gzip=False)})
                await send({"type": "http.response.body", "body": b""})
                return
            is_gzip = accepts_gzip(headers.encodings)
            await send({"type": "http.response.start", "status": 200, "headers": self._described(is_gzip=is_gzip)})
            if headers.is_head:
                await send({"type": "http.response.body", "body": b""})
                return
            with anyio.CancelScope() as disconnected:
                listener = asyncio.create_task(_cancel_on_disconnect(receive, disconnected))
                try:
                    await self._stream(send, is_gzip=is_gzip)
                finally:
                    listener.cancel()
        finally:
            self._slots.release(self._request.authorization)

    def _described(self, *, is_gzip: bool) -> RawHeaders:
        disposition = content_disposition(self._download.file_name).encode("ascii")
        headers = [
            *COMMON,
            (b"content-type", self._download.media_type.encode("ascii")),
            (b"content-disposition", disposition),
        ]
        if self._etag:
            headers.append((b"etag", b"W/" + self._etag))
        if is_gzip:
            headers.append((b"content-encoding", b"gzip"))
        return headers

    async def _stream(self, send: Send, *, is_gzip: bool) -> None:
        chunks = _gzipped(self._download.chunks) if is_gzip else self._download.chunks
        try:
            while (chunk := await run_sync(next, chunks, None, limiter=self._limiter)) is not None:
                await _send(send, {"type": "http.response.body", "body": chunk, "more_body": True})
            await _send(send, {"type": "http.response.body", "body": b""})
        except TimeoutError:
            raise BrokenDownloadError(f"No data of {self._download.file_name} was read for a minute.") from None
        except Exception as error:
            raise BrokenDownloadError(f"{self._download.file_name} could not be completed.") from error
        finally:
            with anyio.CancelScope(shield=True):  # returns the database connection, also after a cancellation
                await run_sync(_close, self._download.chunks, limiter=self._limiter)


async def _cancel_on_disconnect(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _send(send: Send, message: Message) -> None:
    with anyio.fail_after(STALLED_AFTER_S):
        await send(message)


def _close(chunks: Iterator[bytes]) -> None:
    if isinstance(chunks, Generator):  # nothing else holds a connection
        chunks.close()


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks as one gzip file; if they raise, it ends without the trailer that would make it complete."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    is_first = True
    for chunk in chunks:
        packed = compressor.compress(chunk)
        if is_first:  # the first byte at once: what is in the compressor goes out now
            packed += compressor.flush(zlib.Z_SYNC_FLUSH)
            is_first = False
        if packed:
            yield packed
    yield compressor.flush(zlib.Z_FINISH)
