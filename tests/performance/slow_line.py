"""A line of 10 Mbit/s and 40 ms between the browser and a server, for everything that goes over it.

The browser's own emulation leaves WebSockets alone, and all that a page shows comes over one. All connections share the
line; each byte takes its time on it, and arrives half a round trip later. A new connection costs a round trip.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit

BITS_PER_S = 10e6
ROUND_TRIP_S = 0.04
_CHUNK = 16_384


class _Way:
    """One direction of the line."""

    def __init__(self) -> None:
        self._free_at = 0.0
        self.carried = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        arriving: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)

        async def deliver() -> None:
            while True:
                at, data = await arriving.get()
                await asyncio.sleep(max(0.0, at - loop.time()))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

        delivery = asyncio.create_task(deliver())
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                self.carried += len(data)
                self._free_at = max(self._free_at, loop.time()) + len(data) * 8 / BITS_PER_S
                await arriving.put((self._free_at + ROUND_TRIP_S / 2, data))
        await arriving.put((loop.time() + ROUND_TRIP_S / 2, b""))
        with suppress(OSError):
            await delivery


class Line:
    """An open line: ``url`` is the address at which the server is found behind it."""

    def __init__(self, url: str, down: _Way) -> None:
        self.url = url
        self._down = down

    @property
    def bytes_down(self) -> int:
        """How many bytes came from the server so far: heads of answers and messages of WebSockets included."""
        return self._down.carried


@contextmanager
def slow_line(url: str) -> Iterator[Line]:
    """A line to the server at ``url``."""
    there = urlsplit(url)
    up, down = _Way(), _Way()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(ROUND_TRIP_S)
        their_reader, their_writer = await asyncio.open_connection(there.hostname, there.port)
        with suppress(OSError, asyncio.CancelledError):  # cancelled at the end
            await asyncio.gather(up.carry(reader, their_writer), down.carry(their_reader, writer))
        for one in (writer, their_writer):
            one.close()

    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(connected, "127.0.0.1", 0), loop)
    server = listening.result(10)
    try:
        yield Line(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", down)
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


async def _hang_up(server: asyncio.Server) -> None:
    server.close()
    await asyncio.sleep(0.1)  # those that were just accepted
    open_still = asyncio.all_tasks() - {asyncio.current_task()}
    for one in open_still:
        one.cancel()
    await asyncio.gather(*open_still, return_exceptions=True)
