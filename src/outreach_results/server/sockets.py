"""The listening socket, where the server that opened it left it slow."""

from __future__ import annotations

import gc
import socket


def send_without_delay() -> None:
    """Let answers leave at once, on every connection that is accepted from now on.

    A server writes the head and the body of an answer separately. Unless a connection has TCP_NODELAY, the body waits
    until the client has acknowledged the head, which clients put off for 40 ms. asyncio sets it only where a socket
    names its protocol, and the one that ``streamlit run`` opens does not. Connections inherit it from the listening
    socket, which is looked for among all objects because Streamlit hands it to nobody. To be called before
    ``gc.freeze()``, which takes objects out of sight.
    """
    for found in gc.get_objects():
        if type(found) is socket.socket and _listens_for_tcp(found):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listens_for_tcp(found: socket.socket) -> bool:
    try:
        is_tcp = found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM
        return is_tcp and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    except OSError:  # closed meanwhile
        return False
