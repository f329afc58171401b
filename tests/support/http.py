"""The API on a real port, and looks at it that no HTTP client allows."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from support.server import free_port

STARTS_WITHIN_S = 20


Serve = Callable[[ASGIApp], "Served"]


@dataclass(frozen=True, slots=True)
class Served:
    """An ASGI app behind a real socket."""

    port: int
    key: str

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        """A bare connection."""
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def request(self, path: str, *headers: str) -> bytes:
        """The bytes of a GET that carries the key."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {self.key}", *headers]
        return "\r\n".join([*lines, "", ""]).encode()

    def everything(self, path: str, *headers: str) -> bytes:
        """All that the server sends before it closes the connection."""
        with self.connect() as connection:
            connection.sendall(self.request(path, *headers))
            received = bytearray()
            while chunk := connection.recv(65_536):
                received += chunk
            return bytes(received)


@contextmanager
def serving(app: ASGIApp, key: str) -> Iterator[Served]:
    """Serve the app from a thread of this process, so that a test can reach into it."""
    port = free_port()
    config = uvicorn.Config(app, port=port, lifespan="off", ws="none", log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    eventually(lambda: server.started, within_s=STARTS_WITHIN_S)
    try:
        yield Served(port, key)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


def eventually(condition: Callable[[], object], *, within_s: float = 5) -> None:
    """Wait until it holds."""
    give_up_at = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"It did not come about within {within_s} s.")
        time.sleep(0.01)
