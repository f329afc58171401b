"""A read-only link shows what it was made for, until it ends, and nothing of recipients unless that was allowed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from outreach_results.errors import LinkEndedError, NotAllowedError, OutreachError, QueryError
from outreach_results.models.team import Role
from outreach_results.store import audit, links
from outreach_results.store.brand import Brand
from outreach_results.store.engine import Store
from outreach_results.store.schema import share_links
from outreach_results.ui import branding, cache, downloads, gate, sharing, shell, sign_in
from support.dashboard import PAGES, files, words
from support.pictures import picture
from support.server import ROOT
from support.signing_in import require_sign_in
from support.two_clients import HIDDEN, SEEN, fill, secrets_in

VIEW = {"period": "all", "campaigns": f"{SEEN}-1", "q": SEEN, "lane": "all", "status": "all"}
PASSWORD = "correct horse"  # noqa: S105 -- of no real link
DAY = timedelta(days=1)
PNG = picture(300, 100)
ADDRESS = f"{SEEN}.example"
"""In the address of each recipient."""


@pytest.fixture
def store(sqlite_store: Store, use_database: Any, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Campaigns of two clients, which the dashboard shows to who signs in."""
    fill(sqlite_store)
    require_sign_in(monkeypatch)
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(sharing, "_wrong", sharing.FailedKeyCounter(3))
    return sqlite_store


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[*sharing.routes(), *downloads.routes()])) as client:
        yield client


def make(store: Store, **changed: Any) -> str:
    given: dict[str, Any] = {"client_id": SEEN, "pages": links.PAGES, "lasts": DAY, "has_recipients": True} | changed
    return links.create_link(store, "For Acme", by="root", **given)


def opened(browser: TestClient, token: str, **form: str) -> str:
    """The cookie of a browser that opened the link."""
    path = f"/share/{token}"
    answer = (
        browser.post(path, data=form, follow_redirects=False) if form else browser.get(path, follow_redirects=False)
    )
    assert answer.status_code == 303, answer.text
    return str(browser.cookies[sign_in.LINK_COOKIE])


def visit(page: str, cookie: str, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> AppTest:
    monkeypatch.setattr(sign_in, "carried", lambda: {sign_in.LINK_COOKIE: cookie})
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.user = {"is_logged_in": False}
    for name, value in parameters.items():
        app.query_params[name] = value
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    return app.run()


def all_of(node: Any) -> str:
    """Whatever the browser is sent for a part of a page."""
    return str(getattr(node, "proto", "")) + "".join(map(all_of, getattr(node, "children", {}).values()))


def test_it_shows_its_pages_of_its_campaigns(
    store: Store, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for allowed in (True, False):
        pages = ("overview", "trends", "benchmarks", *(("inbox",) if allowed else ()))
        cookie = opened(browser, make(store, has_recipients=allowed, pages=pages))
        recipients = 0
        for page in PAGES:
            app = visit(
                page, cookie, monkeypatch, period="all", campaigns=f"{SEEN}-1", q=SEEN, lane="all", status="all"
            )
            assert not app.exception
            drawn = all_of(app._tree)
            assert not secrets_in(drawn), page
            assert not app.get("file_uploader")
            if page not in pages:
                assert shell.NOT_SHARED in words(app)
                assert not files(app)
                continue
            served = [browser.get(address) for of in files(app).values() for address in of.values()]
            assert served
            assert {answer.status_code for answer in served} == {200}, page
            assert not any(secrets_in(answer.content) for answer in served)
            recipients += sum(ADDRESS in text for text in [drawn, *(answer.text for answer in served)])
        assert (recipients > 0) == allowed
        assert shell.shown_pages(PAGES) == set(pages)


def test_files_about_recipients_need_the_permission(
    store: Store, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = opened(browser, make(store, pages=("overview",), has_recipients=False))
    monkeypatch.setattr(sign_in, "carried", lambda: {sign_in.LINK_COOKIE: cookie})
    for kind, parameters in (
        ("campaign", [f"{SEEN}-1", "csv", False]),
        ("replies", [{}, {}, "csv"]),
        ("unsent", ["csv"]),
    ):
        answer = browser.get(downloads._address(kind, *parameters))
        assert (answer.status_code, "does not show recipients" in answer.text) == (403, True), kind
    stranger = TestClient(Starlette(routes=downloads.routes()))
    assert stranger.get(downloads._address("campaign", f"{SEEN}-1", "csv", False)).status_code == 403
    with pytest.raises(OutreachError):
        cache.store_for(Role.EDITOR)
    for campaigns in ((), [f"{SEEN}-1"], None):
        with pytest.raises(NotAllowedError), cache.store_for(Role.VIEWER, campaigns).write():
            pass
    cookies = {sign_in.LINK_COOKIE: cookie}
    assert gate.refusal("/media/x", cookies) is None
    assert gate.refusal("/_stcore/upload_file/x", cookies) is not None
    assert gate.refusal("/_stcore/metrics", cookies) is not None


def test_it_ends_when_it_is_revoked_or_expires(
    store: Store, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make(store)
    cookie = opened(browser, token)
    app = visit("overview", cookie, monkeypatch)
    assert not app.exception
    [link] = links.list_links(store)
    assert link.last_used_at is not None
    links.revoke_link(store, link.link_id, by="root")
    assert any("expired or was revoked" in said for said in words(app.run()))
    assert not files(app)
    assert gate.refusal("/download/x", {sign_in.LINK_COOKIE: cookie}) is not None
    assert browser.get(f"/share/{token}").status_code == 404
    with pytest.raises(QueryError):
        links.revoke_link(store, link.link_id)
    actions = [(one.action, one.by) for one in audit.entries(store, at_most=2)]
    assert actions == [(audit.Action.LINK_REVOKED, "root"), (audit.Action.LINK_CREATED, "root")]

    token = make(store)
    cookie = opened(browser, token)
    with store.write() as connection:
        connection.execute(update(share_links).values(expires_at=datetime.now(UTC)))
    assert browser.get(f"/share/{token}").status_code == 404
    with pytest.raises(LinkEndedError), store.read() as connection:
        sign_in.visitor_of(store, {}, {sign_in.LINK_COOKIE: cookie})


def test_a_pass_cannot_be_made_or_changed(store: Store, browser: TestClient) -> None:
    cookie = opened(browser, make(store))
    link_id, until, mac = cookie.split(".")
    forged = [
        f"{link_id}.{int(until) + 9}.{mac}",
        f"{link_id}.{until}.{'0' * 64}",
        f"none.{until}.{mac}",
        "",
        ".",
        "..",
        "\u20ac.1.2",
        f"{link_id}.x.{mac}",
    ]
    with store.read() as connection:
        assert links.link_by_pass(connection, cookie) is not None
        assert [one for one in forged if links.link_by_pass(connection, one) is not None] == []


def test_password_is_asked_for_and_guesses_are_few(store: Store, browser: TestClient) -> None:
    token = make(store, password=PASSWORD)
    form = browser.get(f"/share/{token}", follow_redirects=False)
    assert (form.status_code, 'type="password"' in form.text) == (200, True)
    assert not browser.cookies
    assert form.headers["x-robots-tag"].startswith("noindex")
    assert form.headers["referrer-policy"] == "same-origin"
    wrong = browser.post(f"/share/{token}", data={"password": "wrong horse"})
    assert (wrong.status_code, "That isn&#x27;t the password." in wrong.text) == (403, True)
    opened(browser, token, password=PASSWORD)
    with store.read() as connection:
        [row] = connection.execute(share_links.select()).mappings()
    assert not {token, PASSWORD} & set(map(str, row.values())), "neither of them is kept"
    for _ in range(3):
        last = browser.post(f"/share/{token}", data={"password": "wrong horse"})
    assert (last.status_code, int(last.headers["retry-after"]) > 0) == (429, True)
    # Guesses from many addresses are counted for the link as well: then the right one has to wait too.
    assert browser.post(f"/share/{token}", data={"password": PASSWORD}, follow_redirects=False).status_code == 429


def test_wrong_addresses_are_limited(store: Store, browser: TestClient) -> None:
    statuses = [browser.get(f"/share/{n}").status_code for n in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
    left = browser.get(sharing.LEAVE)
    assert "Max-Age=0" in left.headers["set-cookie"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": None}, "either the campaigns of a client or chosen"),
        ({"campaigns": [f"{SEEN}-1"]}, "either the campaigns of a client or chosen"),
        ({"client_id": "nobody"}, "no client 'nobody'"),
        ({"pages": ["data"]}, "one or more of overview"),
        ({"pages": []}, "one or more of overview"),
        ({"has_recipients": False}, "The inbox shows recipients"),
        ({"lasts": timedelta(days=400)}, "at most 366 days"),
        ({"password": "short"}, "8 to 200 characters"),
    ],
    ids=["nothing", "both", "client", "page", "no page", "inbox", "days", "password"],
)
def test_what_cannot_be_is_a_sentence(changed: dict[str, Any], said: str, store: Store) -> None:
    with pytest.raises(QueryError, match=said):
        make(store, **changed)
    assert links.list_links(store) == []


def test_a_logo_is_checked_and_a_brand_is_text(store: Store) -> None:
    with pytest.raises(QueryError, match="at most 100 KB"):
        make(store, brand=Brand(logo=picture(300, 200, is_noise=True)))
    make(store, brand=Brand('A"}</style><script>', "#112233", PNG), pages=("trends",))
    [link] = links.list_links(store)
    style = branding.style_of(link)
    assert "<" not in style
    assert style.count("{") == 2
    assert "data:image/png;base64," in style
    assert "background-size: 3.75rem auto" in style  # three times as wide as a line is high
    assert sharing.home_of(link) == "/trends"
    assert urlsplit(sharing.home_of(link)).netloc == ""
    assert HIDDEN not in repr(link)
