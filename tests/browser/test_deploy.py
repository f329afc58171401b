"""`docs/deploy.md`, followed: nginx with TLS in front of ``outreach-results serve``, and what else it names."""

from __future__ import annotations

import configparser
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from conftest import missing
from outreach_results.server.streamlit_internals import USER_COOKIE
from support.databases import sqlite_url
from support.server import ROOT, clean_environment, free_port
from support.signing_in import cookie_of, said_of, sign_in_settings

GUIDE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
WITHIN_S = 60
HTTP_CONTEXT = (
    "error_log stderr; pid {folder}/nginx.pid; daemon off; events {{}} http {{ access_log off; {temp} {server} }}"
)


def block(language: str, containing: str) -> str:
    """The block of the guide in that language with that text."""
    [found] = [text for text in re.findall(rf"^ *```{language}\n(.*?)^ *```", GUIDE, re.S | re.M) if containing in text]
    return found


def self_signed(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "results.key"), "-out", str(folder / "results.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)


def config(folder: Path, listen: int, served: int) -> str:
    """The guide's configuration, with the names and ports of this machine."""
    server = block("nginx", "proxy_pass")
    for there, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{listen} ssl;"),
        ("server_name results.example.com;", "server_name localhost;"),
        ("/etc/ssl/", f"{folder}/"),
        ("127.0.0.1:8501", f"127.0.0.1:{served}"),
    ):
        assert there in server, f"{there} is no longer in the guide"
        server = server.replace(there, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return HTTP_CONTEXT.format(
        folder=folder, server=server, temp=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    )


def eventually_up(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    give_up_at = time.monotonic() + WITHIN_S
    while True:
        assert all(process.poll() is None for process in processes), "a process ended"
        assert time.monotonic() < give_up_at, "it did not start"
        try:
            if httpx.get(url, verify=False).status_code == 200:  # noqa: S501 - the certificate is its own
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)


@pytest.fixture(scope="module")
def deployed(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings of a server that runs as the guide says, behind nginx."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or shutil.which("openssl") is None:
        missing("There is no nginx here: run tests/install-programs.")
    folder = tmp_path_factory.mktemp("deployed")
    listen, served = free_port(), free_port()
    env = {
        "OUTREACH_DATABASE_URL": sqlite_url(Path(shutil.copyfile(sample_file, folder / "outreach.db"))),
        **sign_in_settings(f"https://localhost:{listen}", "https://id.example.com", allowed="@example.com"),
    }
    self_signed(folder)
    (folder / "nginx.conf").write_text(config(folder, listen, served))
    program = Path(sys.executable).with_name("outreach-results")
    commands = [
        [str(program), "serve", "--port", str(served)],
        [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")],
    ]
    with (folder / "log").open("wb") as log:
        running = [
            subprocess.Popen(command, env=clean_environment(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            for command in commands
        ]
    try:
        eventually_up(f"{env['OUTREACH_PUBLIC_URL']}/api/v1/health", running)
        yield env
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(30)


@pytest.fixture
def page(browser: Browser, deployed: dict[str, str]) -> Iterator[Page]:
    """A page of somebody who comes by TLS, not signed in yet."""
    context = browser.new_context(base_url=deployed["OUTREACH_PUBLIC_URL"], ignore_https_errors=True)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_nobody_gets_in_unasked(page: Page) -> None:
    page.goto("/")
    page.get_by_text("Sign in to see the results.").wait_for()
    assert page.get_by_text("Meetings").count() == 0


def test_signed_in_person_works_over_tls(page: Page, deployed: dict[str, str]) -> None:
    """The page is drawn over a WebSocket through nginx, and answers a click."""
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    value = cookie_of(deployed, said_of("ann@example.com"))
    address = deployed["OUTREACH_PUBLIC_URL"]
    page.context.add_cookies([{"name": USER_COOKIE, "value": value, "url": address, "secure": True}])
    page.goto("/?period=all")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.get_by_text("Positive replies").first.wait_for()
    assert sockets
    assert all(url.startswith(address.replace("https:", "wss:")) for url in sockets)
    page.get_by_role("link", name="Inbox").click()
    page.wait_for_url("**/inbox**")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def test_proxy_speaks_tls_alone(deployed: dict[str, str]) -> None:
    address = deployed["OUTREACH_PUBLIC_URL"]
    assert httpx.get(address.replace("https:", "http:")).status_code == 400
    answer = httpx.get(address, verify=False)  # noqa: S501 - the certificate is its own
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_unit_names_options_that_exist() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(block("ini", "ExecStart"))
    command = unit["Service"]["ExecStart"].split()
    assert command[0] == "/opt/outreach-results/.venv/bin/outreach-results"
    program = Path(sys.executable).with_name("outreach-results")
    ended = subprocess.run([program, *command[1:], "--help"], capture_output=True, check=False)
    assert ended.returncode == 0
    assert unit["Service"]["EnvironmentFile"] in GUIDE.replace(block("ini", "ExecStart"), "")


def test_containerfile_installs_from_the_lock_file() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    built_from = ("src", "pages", "app.py", "sample_data", ".streamlit", "pyproject.toml", "README.md", "LICENSE")
    assert not {*built_from, *copied} & set(ignored)
    assert "USER outreach" in lines
