"""HAProxy in front of several processes: its configuration, and the commands it takes while it runs."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

BACKEND = "processes"
COOKIE = "outreach_process"

_CONFIG = """\
global
    maxconn 4096
    stats socket {control} mode 600 level admin

defaults
    mode http
    timeout connect 5s
    timeout http-request 10s
    timeout client 1m
    timeout server 5m
    # A dashboard that is open in a browser holds a WebSocket, on which nothing comes while its reader thinks.
    timeout tunnel 12h
    option redispatch
    option forwardfor
    http-error status 503 content-type "text/plain" string "The dashboard is restarting. Try again in a few seconds."

frontend dashboard
    bind {bind}
    default_backend {backend}

backend {backend}
    # Open dashboards are what a process carries, so the next browser goes where the fewest are.
    balance leastconn
    # Uploads, downloads and the state of a page live in the process that drew it: a browser stays with its own.
    cookie {cookie} insert indirect nocache httponly{secure} attr "SameSite=Lax"
    option httpchk
    http-check send meth GET uri /_stcore/health ver HTTP/1.1 hdr Host localhost
    http-check expect status 200
    default-server check inter 1s fall 3 rise 1
"""


def proxy_config(host: str, port: int, ports: Mapping[str, int], control: Path, *, is_encrypted: bool = False) -> str:
    """The configuration that spreads browsers over processes and keeps each on its own.

    Args:
        host: a loopback address to listen on.
        ports: where each process listens on this machine, by its name.
        control: where HAProxy listens for `command`.
        is_encrypted: browsers reach it by TLS, which ends before it, so that its cookie must not travel without.
    """
    address = f"[{host}]" if ":" in host else host
    # Not always: browsers keep no such cookie of a server that they reach by plain HTTP, and would lose their process.
    secure = " secure" if is_encrypted else ""
    config = _CONFIG.format(control=control, bind=f"{address}:{port}", backend=BACKEND, cookie=COOKIE, secure=secure)
    servers = (f"    server {name} 127.0.0.1:{own} cookie {name}\n" for name, own in ports.items())
    return config + "".join(servers)


def command(control: Path, text: str) -> str:
    """Send one command to a running HAProxy, such as ``set server processes/p1 state drain``; its answer.

    Raises:
        OSError: it does not answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        connection.connect(str(control))
        connection.sendall(f"{text}\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    return answer.decode().strip()


def set_state(control: Path, name: str, state: str) -> None:
    """Let a process take everybody (``ready``), only who is there already (``drain``), or nobody (``maint``)."""
    command(control, f"set server {BACKEND}/{name} state {state}")


def open_connections(control: Path, name: str) -> int:
    """How many requests and WebSockets a process serves at this moment."""
    header, *rows = command(control, f"show stat {BACKEND} 4 -1").removeprefix("# ").splitlines()
    columns = header.split(",")
    for row in rows:
        values = dict(zip(columns, row.split(","), strict=False))
        if values["svname"] == name:
            return int(values["scur"])
    return 0
