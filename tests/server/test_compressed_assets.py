"""Streamlit's static files are sent compressed, and the Plotly script is preloaded."""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from outreach_results.server import compressed_assets
from outreach_results.server.streamlit_internals import STATIC_FOLDER, preloaded_scripts


async def page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>a page</p>")


async def as_it_was(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("not ours")


@pytest.fixture
def client() -> TestClient:
    app = Starlette(
        routes=[Route("/page", page), Route("/{rest:path}", as_it_was)],
        middleware=[Middleware(compressed_assets.CompressedAssets)],
    )
    return TestClient(app)


@pytest.fixture
def script() -> str:
    return next(path for path in preloaded_scripts() if "PlotlyChart" in path)


def test_chart_script_arrives_whole_and_compressed(client: TestClient, script: str) -> None:
    answer = client.get(f"/{script}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 0.34 * len(answer.content)
    assert answer.content == (STATIC_FOLDER / script).read_bytes()
    assert "immutable" in answer.headers["cache-control"]


def test_a_browser_that_has_it_is_told_so(client: TestClient, script: str) -> None:
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


def test_a_page_announces_scripts_that_exist(client: TestClient) -> None:
    links = client.get("/page").headers.get_list("link")
    assert len(links) == 1 or len(links) == 2
    for link in ", ".join(links).split(", "):
        path = link.split(">")[0].removeprefix("</")
        assert (STATIC_FOLDER / path).is_file()
        assert link.endswith("rel=modulepreload")


def test_other_answers_announce_nothing(client: TestClient) -> None:
    assert "link" not in client.get("/anything").headers


def test_what_is_compressed_is_what_is_on_disk() -> None:
    file = STATIC_FOLDER / preloaded_scripts()[0]
    body, etag = compressed_assets._compressed(file)
    assert gzip.decompress(body) == file.read_bytes()
    assert compressed_assets._compressed(file)[1] == etag
