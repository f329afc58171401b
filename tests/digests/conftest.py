"""A mail server, a webhook, and a clock after the sample's data."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from outreach_results.config import Settings
from outreach_results.delivery.sending import Post
from outreach_results.store import schema
from outreach_results.store.engine import Store
from support.mail_server import Hook, MailServer, running_mail_server

MONDAY = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
"""After the week from March 16 to 22, of which the sample has every day."""


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """The mail server of a file of tests."""
    with running_mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture
def inbox(mail: MailServer) -> MailServer:
    """The same, emptied."""
    for path in mail.folder.glob("*.eml"):
        path.unlink()
    return mail


@pytest.fixture
def post(mail: MailServer) -> Post:
    """How messages leave in tests: to that server, without long waits."""
    settings = Settings(
        smtp_url=SecretStr(mail.url), smtp_from="results@example.com", public_url="https://results.example.com"
    )
    return Post(settings, mail_timeout_s=1.0, hook_timeout_s=1.0)


@pytest.fixture
def store(writable_sample: Store) -> Store:
    """The sample, imported just before `MONDAY`."""
    with writable_sample.write() as connection:
        connection.execute(update(schema.loads).values(finished_at=datetime(2026, 3, 23, 0, 30, tzinfo=UTC)))
    return writable_sample


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook on a real port."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posted.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    yield hook
    server.shutdown()
    server.server_close()
