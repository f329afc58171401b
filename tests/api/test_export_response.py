"""Exports over a real socket: at once, in constant memory, whole or visibly broken, and in nobody's way."""

from __future__ import annotations

import gzip
import http.client
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from outreach_results.api import export_response, routes
from outreach_results.api.service import EXPORTS_AT_ONCE
from outreach_results.export import Download, campaign_download
from outreach_results.ingest.fields import instant
from outreach_results.ingest.load import load
from outreach_results.ingest.records import CampaignRecord
from outreach_results.store.engine import Store
from support.http import Served, eventually

EXPORT = "/api/v1/campaigns/camp_abc123/export"
END = b"0\r\n\r\n"
"""How a chunked body says that it is complete."""

Chunks = Callable[[], Iterator[bytes]]
Exporting = Callable[[Chunks], None]


@pytest.fixture
def exporting(monkeypatch: pytest.MonkeyPatch) -> Exporting:
    """``exporting(chunks)``: from now on, every export consists of these."""

    def exporting(chunks: Chunks) -> None:
        monkeypatch.setattr(routes, "campaign_download", lambda *_, **__: Download("x.csv", "text/csv", chunks()))

    return exporting


@pytest.mark.parametrize("fmt", ["csv", "json", "xlsx"])
@pytest.mark.parametrize("humans_only", ["true", "false"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_export_is_the_file(
    client: TestClient, writable_sample: Store, fmt: str, humans_only: str, encoding: str
) -> None:
    answer = client.get(
        f"/campaigns/camp_8316e8/export?format={fmt}&humans_only={humans_only}", headers={"Accept-Encoding": encoding}
    )
    expected = campaign_download(writable_sample, "camp_8316e8", fmt, humans_only=humans_only == "true")
    assert answer.content == expected.content()
    assert answer.headers["Content-Type"] == expected.media_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{expected.file_name}"'
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    assert expected.file_name == f"camp_8316e8{'_humans-only' if humans_only == 'true' else ''}.{fmt}"


def test_an_export_is_json_by_default(client: TestClient) -> None:
    assert client.get("/campaigns/camp_abc123/export").json()["campaign"]["id"] == "camp_abc123"


def test_an_unchanged_export_is_not_made_again(
    client: TestClient, writable_sample: Store, exporting: Exporting
) -> None:
    first = client.get("/campaigns/camp_abc123/export?format=csv").headers["ETag"]
    assert first != client.get("/campaigns/camp_abc123/export?format=json").headers["ETag"]

    def chunks() -> Iterator[bytes]:
        raise AssertionError("nobody needs a row of it")
        yield b""

    exporting(chunks)
    again = client.get("/campaigns/camp_abc123/export?format=csv", headers={"If-None-Match": first})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/campaigns/camp_abc123/export?format=csv").status_code == 200


@pytest.mark.parametrize(
    "campaign_id",
    [
        'x"; filename="evil.exe',
        "../../etc/passwd",
        "..",
        ".htaccess",
        "a/b\\c",
        "naïve ☃",
        "\t",
        "%0d%0aSet-Cookie: a=b",
    ],
)
def test_export_file_names_are_safe(served: Served, writable_sample: Store, campaign_id: str) -> None:
    created = instant("created_at", "2026-03-20T08:00:00Z")
    load(writable_sample, "hostile", [CampaignRecord(campaign_id, f"<b>{campaign_id}\r\n", None, created)])
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    path = f"/api/v1/campaigns/{quote(campaign_id, safe='')}/export?format=csv"
    connection.request("GET", path, headers={"Authorization": f"Bearer {served.key}"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Set-Cookie"]) == (200, None)
    disposition = answer.headers["Content-Disposition"]
    safe = r'attachment; filename="[\w-][\w.-]*\.csv"(; filename\*=UTF-8\'\'[\w.%-]+\.csv)?'
    assert re.fullmatch(safe, disposition, re.ASCII)
    answer.read()
    connection.close()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_first_byte_comes_before_last_row_is_read(served: Served, exporting: Exporting, encoding: str) -> None:
    may_go_on = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"first\n"
        assert may_go_on.wait(10)
        yield b"last\n"

    exporting(chunks)
    with served.connect() as connection:
        connection.sendall(served.request(EXPORT, f"Accept-Encoding: {encoding}", "Connection: close"))
        received = b""
        while _text(received, encoding) != b"first\n":
            more = connection.recv(65_536)
            assert more, "the connection was closed"
            received += more
        assert END not in received
        may_go_on.set()
        while more := connection.recv(65_536):
            received += more
    assert received.endswith(END)
    assert _text(received, encoding) == b"first\nlast\n"


def _text(received: bytes, encoding: str) -> bytes:
    """What has arrived of a chunked body so far."""
    _, _, rest = received.partition(b"\r\n\r\n")
    body = b""
    while b"\r\n" in rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body) if encoding == "gzip" else body


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("chunks_before", [1, 3])
def test_a_failure_half_way_breaks_the_download(
    served: Served, exporting: Exporting, encoding: str, chunks_before: int
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(chunks_before):
            yield b"a row\n" * 1_000
        raise RuntimeError("the secret inside")

    exporting(chunks)
    received = served.everything(EXPORT, f"Accept-Encoding: {encoding}")
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert b"secret" not in received
    assert not received.endswith(END)

    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.request("GET", EXPORT, headers={"Authorization": f"Bearer {served.key}", "Accept-Encoding": encoding})
    with pytest.raises(http.client.IncompleteRead) as broken:
        connection.getresponse().read()
    connection.close()
    if encoding == "gzip":
        with pytest.raises(EOFError):
            gzip.decompress(broken.value.partial)


def test_a_failure_before_the_first_byte_breaks_it_too(served: Served, exporting: Exporting) -> None:
    def chunks() -> Iterator[bytes]:
        raise RuntimeError("at once")
        yield b""

    exporting(chunks)
    assert not served.everything(EXPORT).endswith(END)


def test_slow_exports_stall_nobody(served: Served, exporting: Exporting) -> None:
    may_go_on = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"first\n"
        may_go_on.wait(20)

    exporting(chunks)
    with ExitStack() as stack:
        for _ in range(EXPORTS_AT_ONCE):
            connection = stack.enter_context(served.connect())
            connection.sendall(served.request(EXPORT))
            assert connection.recv(10)
        started = time.monotonic()
        for n in range(1, 11):  # each asks the database anew
            answer = served.everything(f"/api/v1/campaigns?per_page={n}", "Connection: close")
            assert answer.startswith(b"HTTP/1.1 200 OK")
        assert time.monotonic() - started < 5
        refused = served.everything(EXPORT, "Connection: close")
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"application/problem+json" in refused
        assert b"retry-after: 10" in refused.lower()
        may_go_on.set()
    eventually(lambda: served.everything(EXPORT, "Connection: close").startswith(b"HTTP/1.1 200 OK"))


def test_a_client_that_leaves_ends_its_export(served: Served, exporting: Exporting) -> None:
    ended = threading.Event()

    def chunks() -> Iterator[bytes]:
        try:
            while True:
                yield b"a row\n" * 1_000
        finally:
            ended.set()

    exporting(chunks)
    for _ in range(EXPORTS_AT_ONCE + 1):  # each gives its place back
        ended.clear()
        with served.connect() as connection:
            connection.sendall(served.request(EXPORT))
            assert connection.recv(1_000).startswith(b"HTTP/1.1 200 OK")
        assert ended.wait(10)


def test_reads_no_further_than_the_client_takes(served: Served, exporting: Exporting) -> None:
    made = 0

    def chunks() -> Iterator[bytes]:
        nonlocal made
        for _ in range(4_000):
            made += 1
            yield bytes(100_000)

    exporting(chunks)
    with served.connect(receive_buffer=100_000) as connection:
        connection.sendall(served.request(EXPORT))
        assert connection.recv(1_000)
        before = -1
        while made != before:  # until it waits for the client
            before = made
            time.sleep(0.3)
        assert made < 200, "of 4,000; the rest is what the sockets hold"


def test_a_client_that_takes_nothing_is_let_go(
    served: Served, exporting: Exporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_response, "STALLED_AFTER_S", 0.3)
    ended = threading.Event()

    def chunks() -> Iterator[bytes]:
        try:
            while True:
                yield bytes(100_000)
        finally:
            ended.set()

    exporting(chunks)
    with served.connect(receive_buffer=10_000) as connection:
        connection.sendall(served.request(EXPORT))
        assert ended.wait(10)


def test_an_export_gives_its_connection_back(served: Served, writable_sample: Store) -> None:
    pool = writable_sample.engine.pool
    for _ in range(20):
        assert served.everything(EXPORT, "Connection: close").endswith(END)
    eventually(lambda: pool.checkedout() == 0)  # type: ignore[attr-defined]
