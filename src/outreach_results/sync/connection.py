"""A connection that another thread can cut, and that a deadline cuts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import Any


class Connection:
    """The socket in use, so that another thread can cut it: nothing else wakes a thread that waits for data."""

    def __init__(self, stopped: Event) -> None:
        self._stopped = stopped
        self._socket: socket.socket | None = None

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Told by the HTTP library what it does."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._stopped.is_set():
                self.cut()

    def cut(self) -> None:
        """Whoever waits for this connection gets an error now."""
        if self._socket is not None:
            with suppress(OSError):
                # The base class's: that of an encrypted socket would take its state away from the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """A deadline for all that happens inside, however slowly the other side drips."""
        timer = Timer(seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
