"""The style sheet in the dashboard's page, and nowhere else."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from outreach_results.server.page_styles import PageStyles

PAGE = '<html><head><title>T</title></head><body><div id="root"></div></body></html>'
OTHER = "<html><head></head><body>Another page</body></html>"
CSS = ".stApp { color: red }"


def in_parts() -> Response:
    return StreamingResponse(iter([PAGE[:20], PAGE[20:]]), media_type="text/html")


@pytest.fixture(params=["plain", "compressed"])
def client(request: pytest.FixtureRequest) -> TestClient:
    compression = [Middleware(GZipMiddleware, minimum_size=1)] if request.param == "compressed" else []
    return TestClient(
        Starlette(
            routes=[
                Route("/", lambda _: HTMLResponse(PAGE, headers={"ETag": '"1"'})),
                Route("/parts", lambda _: in_parts()),
                Route("/other", lambda _: HTMLResponse(OTHER)),
                Route("/missing", lambda _: HTMLResponse(PAGE, status_code=404)),
                Route("/file", lambda _: Response(PAGE, media_type="text/plain")),
                Route("/api/docs", lambda _: HTMLResponse(PAGE)),
            ],
            middleware=[Middleware(PageStyles, css=CSS), *compression],
        )
    )


@pytest.mark.parametrize("path", ["/", "/parts"])
def test_the_page_has_the_styles_at_its_end(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert answer.text == PAGE.replace("</body>", f"<style>{CSS}</style></body>")
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("path", "body"), [("/other", OTHER), ("/missing", PAGE), ("/file", PAGE), ("/api/docs", PAGE)]
)
def test_other_answers_are_left_as_they_are(path: str, body: str, client: TestClient) -> None:
    assert client.get(path).text == body


def test_a_head_request_is_answered(client: TestClient) -> None:
    answer = client.head("/")
    assert (answer.status_code, answer.text) == (200, "")
