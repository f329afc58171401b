"""Fixtures of what is sent: a mail server, a webhook, and how messages leave. A conftest.py imports them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from outreach_results.config import Settings
from outreach_results.delivery.sending import Post
from outreach_results.store.engine import Store
from support.mail_server import Hook, MailServer, running_mail_server
from support.optional import present
from support.server import ROOT, clean_environment


def sending_process(store: Store, mail: MailServer, now: str) -> subprocess.Popen[bytes]:
    """A process that has the database open, and tells of alerts once it gets a line."""
    url = store.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "support.sending_process", url, mail.url, now],
        cwd=ROOT / "tests",
        env=clean_environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert present(process.stdout).readline() == b"ready\n"
    return process


def send_at_once(store: Store, mail: MailServer, now: str) -> None:
    """Tell of alerts with two processes that begin together."""
    processes = [sending_process(store, mail, now) for _ in range(2)]
    for process in processes:
        present(process.stdin).write(b"go\n")
        present(process.stdin).flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0


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
