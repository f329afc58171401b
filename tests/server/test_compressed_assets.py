"""Static files and the charts' library are sent compressed, and what every page needs is announced with it."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from outreach_results.server import chart_library, compressed_assets
from outreach_results.server.streamlit_internals import STATIC_FOLDER, preloaded_scripts


async def page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>a page</p>")


async def as_it_was(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("not ours")


def client_of(*, streamlit_charts: bool) -> TestClient:
    app = Starlette(
        routes=[Route("/page", page), Route("/{rest:path}", as_it_was)],
        middleware=[Middleware(compressed_assets.CompressedAssets, streamlit_charts=lambda: streamlit_charts)],
    )
    return TestClient(app)


@pytest.fixture
def client() -> TestClient:
    return client_of(streamlit_charts=False)


@pytest.fixture
def script() -> str:
    return next(path for path in preloaded_scripts(streamlit_charts=True) if "PlotlyChart" in path)


def test_chart_script_arrives_whole_and_compressed(client: TestClient, script: str) -> None:
    answer = client.get(f"/{script}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 0.34 * len(answer.content)
    assert answer.content == (STATIC_FOLDER / script).read_bytes()
    assert "immutable" in answer.headers["cache-control"]


def test_a_browser_that_has_it_gets_304(client: TestClient, script: str) -> None:
    etag = client.get(f"/{script}").headers["etag"]
    again = client.get(f"/{script}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "headers", [{"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}]
)
def test_plain_and_range_requests_go_to_streamlit(client: TestClient, script: str, headers: dict[str, str]) -> None:
    assert client.get(f"/{script}", headers=headers).text == "not ours"


@pytest.mark.parametrize("path", ["/static/../pages/data.py", "/static/js/nothing.js", "/static/js", "/app.py"])
def test_nothing_but_streamlits_own_files_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).text == "not ours"


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "identity"}, {"Range": "bytes=0-9"}])
def test_charts_library_is_served_to_every_client(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.get(chart_library.PATH, headers=headers)
    assert answer.status_code == 200
    assert answer.content == chart_library.FILE.read_bytes()
    assert answer.headers.get("content-encoding") == (None if headers else "gzip")
    assert answer.headers["cache-control"] == "public, immutable, max-age=31536000"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert client.get(chart_library.PATH.replace("4", "3")).text == "not ours"


def announced_by(client: TestClient) -> list[str]:
    return ", ".join(client.get("/page").headers.get_list("link")).split(", ")


@pytest.mark.parametrize("streamlit_charts", [True, False])
def test_a_page_announces_scripts_that_exist(streamlit_charts: bool) -> None:
    client = client_of(streamlit_charts=streamlit_charts)
    scripts = [link.partition(">")[0].removeprefix("<") for link in announced_by(client) if "modulepreload" in link]
    assert any("BidiComponent" in script for script in scripts)
    assert len(scripts) == len(set(scripts))
    for script in scripts:
        assert (STATIC_FOLDER / script.removeprefix("/")).is_file()


def test_own_modules_are_announced_and_sent() -> None:
    own = {"/assets/own.js": "export const one = 1;"}
    app = compressed_assets.CompressedAssets(
        Starlette(routes=[Route("/page", page)]), streamlit_charts=lambda: False, modules=own
    )
    client = TestClient(app)
    assert "</assets/own.js>; rel=modulepreload; fetchpriority=low" in announced_by(client)
    answer = client.get("/assets/own.js", headers={"Accept-Encoding": "gzip"})
    assert (answer.text, answer.headers["content-encoding"]) == (own["/assets/own.js"], "gzip")
    assert client.get("/assets/own.js", headers={"Accept-Encoding": "identity"}).text == own["/assets/own.js"]


def test_a_page_announces_the_library_that_it_uses() -> None:
    ours = f"<{chart_library.PATH}>; rel=preload; as=script; fetchpriority=low"
    of_streamlit = announced_by(client_of(streamlit_charts=True))
    own = announced_by(client_of(streamlit_charts=False))
    assert ours in own
    assert ours not in of_streamlit
    assert any("PlotlyChart" in link for link in of_streamlit)
    assert not any("PlotlyChart" in link for link in own)


def test_other_answers_announce_nothing(client: TestClient) -> None:
    assert "link" not in client.get("/anything").headers


def test_what_is_compressed_is_what_is_on_disk() -> None:
    file = STATIC_FOLDER / preloaded_scripts(streamlit_charts=False)[0]
    body, etag = compressed_assets._compressed(file)
    assert gzip.decompress(body) == file.read_bytes()
    assert compressed_assets._compressed(file)[1] == etag
