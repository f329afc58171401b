"""Answers leave at once, also on the socket that the dashboard's server opens."""

from __future__ import annotations

import socket
from contextlib import closing

from outreach_results.server.sockets import send_without_delay


def test_connections_accepted_from_now_on_send_without_delay() -> None:
    with closing(socket.socket(socket.AF_INET)) as listening, closing(socket.socket()) as closed:
        closed.close()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert _has_delay(listening)
        send_without_delay()
        with closing(socket.create_connection(listening.getsockname())):
            accepted, _ = listening.accept()
            with closing(accepted):
                assert not _has_delay(accepted)


def _has_delay(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
