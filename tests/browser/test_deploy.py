"""`docs/deploy.md` in a browser: an installed wheel behind nginx with TLS and a provider."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from conftest import missing
from outreach_results.server.proxy import COOKIE
from outreach_results.server.streamlit_internals import USER_COOKIE
from support.databases import sqlite_url
from support.guide import block, changed
from support.server import ROOT, clean_environment, free_port
from support.signing_in import Provider, forgive_provider, running_provider, sign_in, sign_in_settings
from support.visitor import Visitor

ANN, EVE = "ann@example.com", "eve@evil.example"
DEEP = "/trends?period=all&metrics=opened"
WITHIN_S = 60
HTTP_CONTEXT = (
    "error_log stderr; pid {folder}/nginx.pid; daemon off; events {{}} http {{ access_log off; {temp} {server} }}"
)


def self_signed(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "results.key"), "-out", str(folder / "results.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)


def config(folder: Path, listen: int, served: int) -> str:
    """The guide's configuration, with the names and ports of this machine."""
    server = changed(
        block("nginx", "proxy_pass"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{listen} ssl;"),
        ("server_name results.example.com;", "server_name localhost;"),
        ("/etc/ssl/", f"{folder}/"),
        ("127.0.0.1:8501", f"127.0.0.1:{served}"),
    )
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
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a wheel that is installed in an environment of its own.

    What it depends on is this environment's, found by a path file, so that nothing is downloaded. Such a file's own
    path files are not followed: nothing of the checkout can be imported.
    """
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    python = folder / "bin" / "python"
    for command in (
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)],
        [sys.executable, "-m", "venv", "--without-pip", str(folder)],
    ):
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
    [wheel] = folder.glob("*.whl")
    install = ["--python", str(python), "install", "--no-deps", "--no-index", "--no-compile", str(wheel)]
    subprocess.run([*pip, *install], check=True, capture_output=True, cwd=folder)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return python.with_name("outreach-results")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with running_provider(tmp_path_factory.mktemp("provider")) as running:
        running.knows(ANN)
        running.knows(EVE)
        yield running


@pytest.fixture(scope="module")
def deployed(
    sample_file: Path, program: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server that was installed and runs as the guide says, behind nginx.

    With two processes, so that HAProxy is between them and nginx.
    """
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or shutil.which("openssl") is None:
        missing("There is no nginx here: run tests/install-programs.")
    folder = tmp_path_factory.mktemp("deployed")
    listen, served = free_port(), free_port()
    url = f"https://localhost:{listen}"
    env = {
        "OUTREACH_DATABASE_URL": sqlite_url(Path(shutil.copyfile(sample_file, folder / "outreach.db"))),
        **sign_in_settings(url, provider.url, allowed="@example.com"),
    }
    self_signed(folder)
    (folder / "nginx.conf").write_text(config(folder, listen, served))
    commands = [
        [str(program), "serve", "--port", str(served), "--processes", "2"],
        [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")],
    ]
    with (folder / "log").open("wb") as log:
        running = [
            subprocess.Popen(
                command, cwd=folder, env=clean_environment(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            for command in commands
        ]
    try:
        eventually_up(f"{url}/api/v1/health", running)
        yield url
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(30)


@pytest.fixture
def visitor(browser: Browser, deployed: str) -> Iterator[Visitor]:
    """Somebody who comes by TLS, not signed in yet."""
    context = browser.new_context(base_url=deployed, ignore_https_errors=True, locale="en-US")
    context.set_default_timeout(30_000)
    with Visitor.enter(context) as one:
        yield one
    context.close()
    one.check()


def test_installed_program_serves_its_own_files(program: Path) -> None:
    python = program.with_name("python")
    ask = "from outreach_results.server import supervisor; print(supervisor.entry_script())"
    found = subprocess.run([python, "-c", ask], cwd=program.parent, check=True, capture_output=True, text=True)
    script = Path(found.stdout.strip())
    assert script.is_relative_to(program.parents[1])
    for name in ("app.py", ".streamlit/config.toml", *(f"pages/{page.name}" for page in (ROOT / "pages").glob("*.py"))):
        assert (script.parent / name).read_bytes() == (ROOT / name).read_bytes()


def test_other_domain_is_refused_over_tls(visitor: Visitor) -> None:
    visitor.open("/inbox")
    expect(visitor.page.get_by_text("Sign in to see the results.")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Inbox")).to_have_count(0)
    sign_in(visitor, EVE)
    expect(visitor.page.get_by_text(f"{EVE} may not use this dashboard.")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Inbox")).to_have_count(0)


def test_deployed_dashboard_in_a_browser(visitor: Visitor, deployed: str) -> None:
    """From the deep link to the sign-out: the page over a WebSocket, a click, a file that strangers do not get."""
    sockets: list[str] = []
    visitor.page.on("websocket", lambda socket: sockets.append(socket.url))
    visitor.open(DEEP)
    sign_in(visitor, ANN)
    expect(visitor.page.get_by_role("heading", level=1, name="Trends")).to_be_visible()
    assert visitor.page.url == deployed + DEEP
    assert all(url.startswith(deployed.replace("https:", "wss:")) for url in sockets)
    assert sockets
    cookies = visitor.context.cookies(deployed)
    assert {USER_COOKIE, COOKIE} <= {one["name"] for one in cookies}
    assert all(one["secure"] for one in cookies)

    visitor.turn_to("Overview")
    file = visitor.file("Campaigns")
    address = f"{deployed}{file.get_attribute('href')}"
    assert visitor.download(file).text.count("\n") == 14
    assert httpx.get(address, verify=False).status_code == 403  # noqa: S501 - the certificate is its own
    visitor.page.locator(".st-key-account").get_by_role("button").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/oauth2/end_session**")
    visitor.open(DEEP)
    expect(visitor.page.get_by_text("Sign in to see the results.")).to_be_visible()
    forgive_provider(visitor)


def test_proxy_speaks_tls_alone(deployed: str) -> None:
    assert httpx.get(deployed.replace("https:", "http:")).status_code == 400
    answer = httpx.get(deployed, verify=False)  # noqa: S501 - the certificate is its own
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
