"""Cookies of a sign-in, the way back, and what is kept from those who are not signed in."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from outreach_results.server.sign_in import FAILED_COOKIE, RETURN_COOKIE, SignInCookies, SignInRequired
from outreach_results.server.streamlit_internals import CALLBACK_PATH, LOGIN_PATH, USER_COOKIE

HOST = "http://testserver"


def login(_request):
    return RedirectResponse("https://id.example.com/authorize")


def callback(request):
    answer = RedirectResponse("/")
    if request.query_params.get("code") == "right":
        answer.set_cookie(USER_COOKIE, "signed")
    else:
        answer.delete_cookie(USER_COOKIE)
    return answer


@pytest.fixture
def make_client():
    def make(*, is_encrypted=False):
        app = Starlette(
            routes=[Route(LOGIN_PATH, login), Route(CALLBACK_PATH, callback)],
            middleware=[Middleware(SignInCookies, is_encrypted=is_encrypted)],
        )
        return TestClient(app, base_url=HOST, follow_redirects=False)

    return make


def way_back(client, page):
    """Where somebody ends up who signs in on that page."""
    client.get(LOGIN_PATH, headers={"Referer": page})
    return client.get(CALLBACK_PATH, params={"code": "right"}).headers["location"]


@pytest.mark.parametrize("path", ["/", "/inbox", "/trends?period=all&metrics=a%2Cb"])
def test_a_sign_in_leads_back_to_the_page(path, make_client):
    assert way_back(make_client(), HOST + path) == path


@pytest.mark.parametrize(
    "page",
    [
        "http://evil.example/inbox",
        f"{HOST}.evil.example/",
        f"{HOST}//evil.example/",
        f"{HOST}/\\evil.example/",
        f"{HOST}/auth/logout",
        f"{HOST}/inbox?q={'x' * 4000}",
        "http://[",
        "",
    ],
)
def test_it_leads_nowhere_else(page, make_client):
    assert way_back(make_client(), page) == "/"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: a=b"])
def test_a_forged_way_back_is_not_taken(path, make_client):
    client = make_client()
    client.cookies.set(RETURN_COOKIE, quote(path, safe=""))
    assert client.get(CALLBACK_PATH, params={"code": "right"}).headers["location"] == "/"


def test_the_way_back_is_taken_once(make_client):
    client = make_client()
    assert way_back(client, f"{HOST}/inbox") == "/inbox"
    assert client.get(CALLBACK_PATH, params={"code": "right"}).headers["location"] == "/"


@pytest.mark.parametrize(("query", "is_failure"), [("code=wrong", True), ("error=access_denied", True), ("", False)])
def test_a_failed_sign_in_is_told_from_a_sign_out(query, is_failure, make_client):
    client = make_client()
    client.get(f"{CALLBACK_PATH}?{query}")
    assert (client.cookies.get(FAILED_COOKIE) == "1") is is_failure


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_cookies_are_secure_behind_tls(is_encrypted, make_client):
    client = make_client(is_encrypted=is_encrypted)
    answers = [
        client.get(LOGIN_PATH, headers={"Referer": f"{HOST}/inbox"}),
        client.get(CALLBACK_PATH, params={"code": "right"}),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {USER_COOKIE, RETURN_COOKIE}
    assert {cookie.count("; Secure") for cookie in cookies} == {int(is_encrypted)}


def test_guarded_paths_ask_who_is_there():
    asked = []

    def refusal(path, cookies):
        asked.append(path)
        return None if cookies.get("who") == "ann" else "Sign in first."

    app = Starlette(
        routes=[Route("/{path:path}", lambda _request: PlainTextResponse("data"), methods=["GET", "PUT"])],
        middleware=[Middleware(SignInRequired, refusal=refusal, paths=("/download/", "/upload/"))],
    )
    client = TestClient(app)
    assert client.get("/inbox").text == "data"
    refused = client.get("/download/x")
    assert (refused.status_code, refused.text) == (403, "Sign in first.")
    assert client.put("/upload/x", headers={"Cookie": "who=bob"}).status_code == 403
    assert client.put("/upload/x", headers={"Cookie": "who=ann"}).text == "data"
    assert asked == ["/download/x", "/upload/x", "/upload/x"]
