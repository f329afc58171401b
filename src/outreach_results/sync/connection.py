"""A connection that another thread or a deadline can close."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any


class Connection:
    """The socket in use, so that another thread can close it: nothing else wakes a thread that waits for data."""

    def __init__(self, stopped: Event) -> None:
        self._stopped = stopped
        self._socket: socket.socket | None = None

    def on_trace_event(self, event: str, info: dict[str, Any]) -> None:
        """The trace callback of httpx: remember the socket as soon as it is connected."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._stopped.is_set():
                self.close()

    def close(self) -> None:
        """Shut the socket down: a thread that waits for data of it gets an error at once."""
        if self._socket is not None:
            with suppress(OSError):
                # The base class's: that of an encrypted socket would take its state away from the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Close the connection after so many seconds in this block, however slowly the server sends."""
        timer = Timer(seconds, self.close)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
