"""Only the dashboard's own pages may open its WebSocket or change anything."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from outreach_results.server.origin_check import comes_from_elsewhere, is_same_origin

OWN = "127.0.0.1:8501"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, OWN),
        ("http://127.0.0.1:8501", OWN),
        ("http://localhost:8501", "localhost:8501"),
        ("http://[::1]:8501", "[::1]:8501"),
        ("https://results.example.com", "results.example.com"),
        ("https://results.example.com", "results.example.com:443"),
        ("http://LOCALHOST:8501", "localhost:8501"),
    ],
)
def test_own_pages_pass(origin, host):
    assert is_same_origin(Headers({"host": host} | ({"origin": origin} if origin else {})))


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:9999",
        "http://localhost:8501",
        "http://evil.example:8501",
        "http://127.0.0.1",
        "http://127.0.0.1.evil.example:8501",
        "http://user@evil.example:8501",
        "http://127.0.0.1:port",
        "http://[::1",
        "null",
        "",
        "file://",
    ],
)
def test_other_sites_are_refused(origin):
    assert not is_same_origin(Headers({"host": OWN, "origin": origin}))


@pytest.mark.parametrize(
    ("said", "is_elsewhere"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site", "referer": f"http://{OWN}/inbox"}, True),
        ({"referer": f"http://{OWN}/inbox?q=x"}, False),
        ({"referer": "http://evil.example/"}, True),
        ({"referer": f"http://{OWN}.evil.example/"}, True),
        ({"referer": "http://["}, True),
    ],
    ids=str,
)
def test_a_way_that_leads_from_elsewhere_is_known(said, is_elsewhere):
    assert comes_from_elsewhere(Headers({"host": OWN} | said)) is is_elsewhere
