"""A mail server in a process of its own: ``python -m support.mail_server PORT FOLDER``.

It keeps each message in a file of the folder. What it does is by the recipient: ``refused@`` is refused for good,
``later@`` for now, ``hang@`` is accepted and never answered after the message.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from support.server import ROOT, free_port


class _Handler:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(  # noqa: N802 -- the library calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("refused@"):
            return "550 No such user"
        if address.startswith("later@"):
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        path = self._folder / f"{time.time_ns()}.eml"
        path.with_suffix(".part").write_bytes(envelope.content)
        path.with_suffix(".part").rename(path)
        if envelope.rcpt_tos[0].startswith("hang@"):
            await asyncio.sleep(3600)
        return "250 Kept"


@dataclass(frozen=True, slots=True)
class MailServer:
    """The running server."""

    url: str
    folder: Path

    def received(self) -> list[EmailMessage]:
        """All messages so far, in the order in which they came."""
        return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(self.folder.glob("*.eml"))]


@dataclass(slots=True)
class Hook:
    """A webhook: what it answers, and what was posted to it."""

    url: str = ""
    status: int = 200
    posted: list[Any] = field(default_factory=list)


@contextmanager
def running_mail_server(folder: Path) -> Iterator[MailServer]:
    """Start it, and end it."""
    port = free_port()
    command = [sys.executable, "-m", "support.mail_server", str(port), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT / "tests", stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as output:
        try:
            assert output.readline() == b"ready\n"
            yield MailServer(f"smtp://127.0.0.1:{port}", folder)
        finally:
            process.kill()
            process.wait()


def main() -> None:
    """Serve until the process is killed."""
    port, folder = sys.argv[1:]
    Controller(_Handler(Path(folder)), hostname="127.0.0.1", port=int(port)).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(3600)


if __name__ == "__main__":
    main()
