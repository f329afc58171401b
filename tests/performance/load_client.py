"""A lean HTTP client that keeps many connections busy, in a process of its own so that the server has the other core.

Run as ``python load_client.py HOST PORT PATH KEY CONNECTIONS SECONDS``; prints JSON: requests, errors, seconds,
p50 and p99 in seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


class _Connection(asyncio.Protocol):
    """One keep-alive connection that sends the same request again as soon as its answer is complete."""

    def __init__(self, request: bytes, ends_at: float) -> None:
        self._request = request
        self._ends_at = ends_at
        self._buffer = b""
        self._sent_at = 0.0
        self.latencies: list[float] = []
        self.errors = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _content_length(head):
            return
        self.latencies.append(time.perf_counter() - self._sent_at)
        self.errors += b" 200 " not in head[:20]
        self._buffer = b""
        if time.perf_counter() < self._ends_at:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.errors += error is not None
        if not self.done.done():
            self.done.set_result(None)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise ValueError("an answer without a length")


async def run(host: str, port: int, path: str, key: str, connections: int, seconds: float) -> dict[str, float]:
    """Keep the connections busy for that long."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    opened = [
        (await loop.create_connection(lambda: _Connection(request, started + seconds), host, port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))
    took = time.perf_counter() - started
    latencies = sorted(latency for connection in opened for latency in connection.latencies)
    return {
        "requests": len(latencies),
        "errors": sum(connection.errors for connection in opened),
        "seconds": took,
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[int(len(latencies) * 0.99)],
    }


if __name__ == "__main__":
    host, port, path, key, connections, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(run(host, int(port), path, key, int(connections), float(seconds)))))
