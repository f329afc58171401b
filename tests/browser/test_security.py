"""Which requests the running server refuses, and its security headers."""

from __future__ import annotations

import http.client
import socket
import threading
import tomllib
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.server import ROOT

EVERYTHING = ("/", "/inbox", "/_stcore/health", "/_stcore/metrics", "/_stcore/host-config", "/api/v1/campaigns")
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def response_to(server, path, method="GET", **headers):
    """Ask as any program can, with any headers; the answer, closed."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        if answer.status != 101:
            answer.text = answer.read().decode(errors="replace")  # type: ignore[attr-defined]
        return answer
    finally:
        connection.close()


def listening_addresses(port):
    """The local addresses at which this machine listens on that port, as the kernel says."""
    tables = [Path("/proc/net") / name for name in ("tcp", "tcp6")]
    if not tables[0].exists():
        pytest.skip("Only Linux tells who listens where.")
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}


# --- who may connect ---------------------------------------------------------------------------------------------


def test_only_this_machine_can_connect(live_server):
    assert listening_addresses(urlsplit(live_server.url).port) == {"0100007F"}  # 127.0.0.1


def test_default_settings_are_the_careful_ones():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["server"].get("enableCORS", True) is True
    assert config["server"].get("enableXsrfProtection", True) is True


@pytest.mark.parametrize("path", [*EVERYTHING, "/download/x"])
def test_a_foreign_name_for_this_machine_is_refused(path, live_server):
    # A hostile site can point its own name at 127.0.0.1; its pages would then read everything.
    assert response_to(live_server, path, Host="results.evil.example").status == 400


@pytest.mark.parametrize("path", EVERYTHING)
def test_its_own_names_are_welcome(path, live_server):
    for name in ("localhost", "127.0.0.1"):
        assert response_to(live_server, path, Host=f"{name}:{urlsplit(live_server.url).port}").status in (200, 401)


def test_a_foreign_site_cannot_talk_to_the_dashboard(live_server):
    def shaken(origin):
        return response_to(live_server, "/_stcore/stream", Origin=origin, **WEBSOCKET).status

    assert shaken(live_server.url) == 101
    assert shaken("http://evil.example") == 403
    assert shaken("https://127.0.0.1.evil.example") == 403
    assert shaken("null") == 403
    assert shaken("http://127.0.0.1:1") == 403  # another program of this machine
    assert shaken(live_server.url.replace("127.0.0.1", "localhost")) == 403


def test_a_page_on_another_port_reads_nothing(browser, live_server):
    """A page that another program of this machine serves can send requests from the visitor's browser."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>foreign</title>")

        def log_message(self, *_arguments: object) -> None:
            """Keep the output of the tests clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{other.server_port}/")
        heard = page.evaluate(
            """url => new Promise(resolve => {
                const socket = new WebSocket(url, ["streamlit"]);
                socket.onopen = () => resolve("open");
                socket.onerror = () => resolve("refused");
            })""",
            f"{live_server.url.replace('http', 'ws')}/_stcore/stream",
        )
        page.close()
        other.shutdown()
    assert heard == "refused"


def test_a_foreign_name_cannot_talk_to_the_dashboard(live_server):
    headers = WEBSOCKET | {"Host": "evil.example", "Origin": "http://evil.example"}
    assert response_to(live_server, "/_stcore/stream", **headers).status in (400, 403)


def test_a_foreign_site_can_change_nothing(live_server):
    paths = ("/_stcore/upload_file/a/b", "/api/v1/ingest/x", "/mcp", "/")
    for method, path in product(("POST", "PUT", "PATCH", "DELETE"), paths):
        assert response_to(live_server, path, method, Origin="http://evil.example").status == 403, (method, path)


@pytest.mark.parametrize("path", EVERYTHING)
def test_no_foreign_site_may_read_an_answer(path, live_server):
    answer = response_to(live_server, path, Origin="http://evil.example")
    assert answer.getheader("Access-Control-Allow-Origin") in (None, live_server.url)


# --- what every answer says --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*EVERYTHING, "/download/x", "/no/such/page", "/api/v1/nothing"])
def test_every_answer_has_security_headers(path, live_server):
    answer = response_to(live_server, path)
    policy = answer.getheader("Content-Security-Policy")
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert answer.getheader("X-Frame-Options") == "DENY"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"


# --- downloads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ticket", ["x", "WyJjYW1wX2FiYzEyMyIsImNzdiIsZmFsc2Vd.aSBhbQ.bm90IHNpZ25lZA"])
def test_a_forged_ticket_downloads_nothing(ticket, live_server):
    answer = response_to(live_server, f"/download/{ticket}")
    assert answer.status == 403
    assert answer.text == "This link has expired. Reload the dashboard and click again."


OUTSIDE = (("app.py", 6), ("pyproject.toml", 6), ("etc/passwd", 12))
"""Files, and how many folders above those that are served they are."""
SECRETS = (b"run_pages_through_the_entry", b"[project]", b"root:x:")
STATIC_ROUTES = ("/download", "/media", "/app/static", "/static", "/static/js", "/assets", "/component", "/api/v1", "/")
UP = ("..", "%2e%2e", "..%2f..", "%2e%2e%2f", "..\\..", "..%5c..", "....//....", "%252e%252e", "..;")


def test_no_path_leads_out_of_the_product(live_server):
    """Every way up that servers have fallen for, below every route that serves files."""
    connection = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=20)
    with closing(connection):
        for route, up, (file, depth) in product(STATIC_ROUTES, UP, OUTSIDE):
            path = f"{route.rstrip('/')}/{'/'.join([up] * depth)}/{file}"
            connection.request("GET", path)  # which sends it as it is
            body = connection.getresponse().read()
            assert not any(secret in body for secret in SECRETS), path


# --- what a browser does with it ---------------------------------------------------------------------------------


def test_browser_requests_no_other_host(visitor):
    visitor.open("/")
    refused = visitor.page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener('securitypolicyviolation', event => resolve(event.blockedURI));
            const image = new Image();
            image.onerror = () => setTimeout(() => resolve('nothing'), 1000);
            image.src = 'https://tracker.example/p.png';
        })"""
    )
    assert refused.startswith("https://tracker.example")
    visitor.errors.clear()  # the browser says on the console what it refused
    visitor.left.clear()  # it was told to, here


def test_markup_that_got_in_would_run_nothing(visitor):
    """Should a word of a stranger ever become markup: neither a script, a handler, a link nor eval does anything."""
    visitor.open("/")
    visitor.page.evaluate(
        """async () => {
            window.ran = [];
            document.body.insertAdjacentHTML('beforeend',
                '<img src=x onerror="ran.push(1)"><a id=link href="javascript:ran.push(2)">x</a>');
            const script = document.createElement('script');
            script.textContent = 'ran.push(3)';
            document.body.append(script);
            document.querySelector('#link').click();
            // In a script of the page's: what a browser is driven with may evaluate.
            const code = "try { eval('ran.push(4)') } catch { } try { new Function('ran.push(5)')() } catch { }";
            await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
        }"""
    )
    visitor.errors.clear()  # the browser says on the console what it refused
    visitor.page.wait_for_timeout(100)  # the image is looked for
    visitor.errors.clear()
    assert visitor.page.evaluate("window.ran") == []


def test_no_other_site_can_frame_the_dashboard(visitor, live_server):
    visitor.page.route("**/framing", lambda route: route.fulfill(body=f"<iframe src='{live_server.url}/'>"))
    visitor.page.goto(f"{live_server.url.replace('127.0.0.1', 'localhost')}/framing")
    frame = visitor.page.frames[-1]
    frame.wait_for_load_state()
    assert frame != visitor.page.main_frame
    assert frame.url.startswith("chrome-error:")
    visitor.errors.clear()  # where the browser says so on the console, it is what this test wants


# --- slow clients ------------------------------------------------------------------------------------------------


def test_slow_clients_hold_up_nobody(live_server):
    """Headers and bodies that never end cost a connection each: all others are answered as before."""
    place = urlsplit(live_server.url)
    beginnings = (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n\r\nx",
        b"POST /api/v1/ingest/sendgrid HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n\r\n[",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n\r\n{",
    )
    with ExitStack() as stack:
        for number in range(120):
            slow = stack.enter_context(socket.create_connection((place.hostname, place.port)))
            slow.sendall(beginnings[number % len(beginnings)])
        for path in ("/", "/_stcore/health", "/api/v1/health"):
            assert response_to(live_server, path).status == 200
        assert response_to(live_server, "/_stcore/stream", Origin=live_server.url, **WEBSOCKET).status == 101
