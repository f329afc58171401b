"""People sign in with a real provider that runs beside the dashboard."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from outreach_results.models.team import Role
from outreach_results.server.streamlit_internals import CALLBACK_PATH, LOGOUT_PATH, USER_COOKIE
from outreach_results.store import links, team
from outreach_results.store.engine import Store, open_store
from outreach_results.ui.shell import NOT_SHARED
from outreach_results.ui.sign_in import LINK_COOKIE
from support.axe import violations
from support.databases import sqlite_url
from support.server import Server, free_port, running_server
from support.signing_in import (
    Provider,
    cookie_of,
    forgive_provider,
    running_provider,
    said_of,
    sign_in,
    sign_in_settings,
)
from support.visitor import Visitor

PASSWORD = "correct horse"  # noqa: S105 -- of no real link
ANN, EVE, UNSURE = "ann@example.com", "eve@evil.example", "unsure@example.com"
DEEP = "/trends?period=all&metrics=opened"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with running_provider(tmp_path_factory.mktemp("provider")) as running:
        running.knows(ANN)
        running.knows(EVE)
        running.knows(UNSURE, email_verified=False)
        yield running


@pytest.fixture(scope="module")
def team_store(sample_file: Path) -> Iterator[Store]:
    store = open_store(sqlite_url(Path(shutil.copyfile(sample_file, sample_file.with_name("team.db")))))
    yield store
    store.close()


@pytest.fixture(scope="module")
def env(provider: Provider, team_store: Store) -> dict[str, str]:
    """The settings of the server, whose address they name."""
    port = free_port()
    settings = sign_in_settings(f"http://127.0.0.1:{port}", provider.url, allowed="@example.com")
    more = {"OUTREACH_TRUSTED_PROXIES": "127.0.0.1", "OUTREACH_LOG": "json"}
    return {"OUTREACH_DATABASE_URL": team_store.engine.url.render_as_string(), **settings, **more}


@pytest.fixture(scope="module")
def served(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, whose log names nobody when all have come and gone."""
    port = int(env["OUTREACH_PUBLIC_URL"].rpartition(":")[2])
    with running_server(tmp_path_factory.mktemp("served"), env, port=port) as running:
        yield running
    for trace in (ANN, EVE, UNSURE, PASSWORD):
        assert trace not in running.printed()


@pytest.fixture
def visitor(served: Server, open_visitor: Callable[..., Visitor]) -> Visitor:
    return open_visitor(served)


def carry(visitor: Visitor, env: dict[str, str], *, now: float | None = None) -> None:
    """Have the browser carry the cookie of somebody who signed in before."""
    value = cookie_of(env, said_of(ANN, now=now))
    visitor.page.context.add_cookies([{"name": USER_COOKIE, "value": value, "url": env["OUTREACH_PUBLIC_URL"]}])


def test_a_deep_link_survives_the_sign_in(visitor: Visitor) -> None:
    visitor.open(DEEP)
    expect(visitor.page.get_by_text("Sign in to see the results.")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Trends")).to_have_count(0)
    sign_in(visitor, ANN)
    expect(visitor.page.get_by_role("heading", level=1, name="Trends")).to_be_visible()
    assert visitor.page.url.endswith(DEEP)


def test_a_viewer_sees_no_import(visitor: Visitor) -> None:
    visitor.open("/data")
    sign_in(visitor, ANN)
    expect(visitor.page.get_by_role("heading", name="History")).to_be_visible()
    expect(visitor.page.get_by_test_id("stFileUploader")).to_have_count(0)
    expect(visitor.page.get_by_role("button", name="Connect an account")).to_have_count(0)


def test_a_wrong_domain_is_refused(visitor: Visitor) -> None:
    visitor.open("/inbox")
    sign_in(visitor, EVE)
    expect(visitor.page.get_by_text(f"{EVE} may not use this dashboard.")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Inbox")).to_have_count(0)


def test_unverified_address_is_refused(visitor: Visitor) -> None:
    visitor.open("/")
    sign_in(visitor, UNSURE)
    expect(visitor.page.get_by_text(f"has not verified {UNSURE}")).to_be_visible()


def test_a_denied_sign_in_says_so(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    visitor.page.get_by_role("button", name="Deny").click()
    expect(visitor.page.get_by_text("The sign-in did not succeed.")).to_be_visible()
    forgive_provider(visitor)


def test_signing_out_shuts_every_tab_and_copy(visitor: Visitor, served: Server, env: dict[str, str]) -> None:
    visitor.open("/")
    sign_in(visitor, ANN)
    [kept] = [one for one in visitor.page.context.cookies() if one["name"] == USER_COOKIE]
    address = visitor.file("Campaigns").get_attribute("href")
    assert address is not None
    assert httpx.get(served.url + address, cookies={USER_COOKIE: kept["value"]}).status_code == 200
    visitor.page.locator(".st-key-account").get_by_role("button").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/oauth2/end_session**")
    assert httpx.get(served.url + address, cookies={USER_COOKIE: kept["value"]}).status_code == 403
    carry_back = {"name": USER_COOKIE, "value": kept["value"], "url": env["OUTREACH_PUBLIC_URL"]}
    visitor.page.context.add_cookies([carry_back])  # type: ignore[list-item]
    visitor.open("/")
    expect(visitor.page.get_by_text("You have signed out.")).to_be_visible()
    forgive_provider(visitor)


def test_no_other_site_signs_anybody_out_or_in(visitor: Visitor, env: dict[str, str]) -> None:
    """A page of another site leads the browser to a sign-out, and then to the answer of a sign-in."""
    carry(visitor, env)
    url, page = env["OUTREACH_PUBLIC_URL"], visitor.page
    page.route(
        "http://evil.example/", lambda route: route.fulfill(body="<a></a>", headers={"Content-Type": "text/html"})
    )
    page.goto("http://evil.example/")
    with page.expect_navigation():
        page.evaluate("address => { location.href = address }", f"{url}{LOGOUT_PATH}")
    expect(page.get_by_text("Another site sent you here. Nothing was changed")).to_be_visible()
    page.goto("http://evil.example/")
    with page.expect_navigation():  # without the state that only a browser has which began a sign-in here
        page.evaluate("address => { location.href = address }", f"{url}{CALLBACK_PATH}?code=theirs&state=theirs")
    visitor.settle()
    assert USER_COOKIE in {cookie["name"] for cookie in page.context.cookies()}
    expect(page.locator(".st-key-account")).to_be_visible()
    visitor.errors.clear()  # the browser says on the console what was refused
    visitor.left.clear()


def test_a_file_is_of_the_one_who_was_offered_it(visitor: Visitor, served: Server, env: dict[str, str]) -> None:
    carry(visitor, env)
    visitor.open("/")
    address = visitor.file("Campaigns").get_attribute("href")
    assert address is not None
    assert httpx.get(served.url + address).text == "Sign in to see the results."
    other = cookie_of(env, said_of("bob@example.com"))
    answer = httpx.get(served.url + address, cookies={USER_COOKIE: other})
    assert (answer.status_code, answer.text.partition(".")[0]) == (403, "This link is another person's")


def test_an_expired_sign_in_is_asked_to_sign_in_again(visitor: Visitor, env: dict[str, str]) -> None:
    carry(visitor, env, now=time.time() - 7200)
    visitor.open("/inbox")
    expect(visitor.page.get_by_text("Your sign-in has expired.")).to_be_visible()


def test_a_role_counts_from_the_next_click(visitor: Visitor, env: dict[str, str], team_store: Store) -> None:
    carry(visitor, env)
    visitor.open("/inbox")
    expect(visitor.page.get_by_role("button", name="Mark done")).to_have_count(0)
    team.set_role(team_store, ANN, Role.EDITOR)
    visitor.reload()
    expect(visitor.page.get_by_role("button", name="Mark done")).to_be_visible()
    team.remove_member(team_store, ANN)


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/media/x.csv", "/download/x"])
def test_files_and_figures_ask_who_is_there(path: str, served: Server) -> None:
    assert httpx.get(served.url + path).status_code == 403


def test_uploads_ask_who_is_there(served: Server, env: dict[str, str]) -> None:
    address = f"{served.url}/_stcore/upload_file/a/b"
    assert httpx.put(address, content=b"x").status_code == 403
    viewer = httpx.put(address, content=b"x", cookies={USER_COOKIE: cookie_of(env, said_of(ANN))})
    assert "needs the role editor" in viewer.text


def test_wrong_keys_count_by_the_clients_address(served: Server) -> None:
    def status(client: str) -> int:
        headers = {"Authorization": "Bearer outreach_guess_secret", "X-Forwarded-For": client}
        return httpx.get(f"{served.url}/api/v1/usage", headers=headers).status_code

    assert [status("192.0.2.1") for _ in range(31)] == [401] * 30 + [429]
    assert status("192.0.2.2") == 401
    assert served.printed().count("A wrong API key or signature came from 192.0.2.1.") == 30
    assert "guess" not in served.printed()


def test_the_way_in_is_accessible(visitor: Visitor, env: dict[str, str]) -> None:
    visitor.open("/")
    assert violations(visitor) == []
    carry(visitor, env)
    visitor.open("/usage")
    visitor.click(visitor.page.locator(".st-key-account").get_by_role("button"))
    assert violations(visitor) == []


def test_a_link_shows_its_pages_without_a_sign_in(visitor: Visitor, team_store: Store, served: Server) -> None:
    shown = ["camp_abc123"]
    token = links.create_link(
        team_store,
        "Monthly",
        campaigns=shown,
        pages=["trends", "benchmarks"],
        lasts=timedelta(days=1),
        password=PASSWORD,
    )
    page = visitor.page
    page.goto(f"{served.url}/share/{token}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/trends")
    visitor.settle()
    expect(page.get_by_role("heading", name="Trends", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stTopNavLink")).to_have_count(2)
    [cookie] = [one for one in page.context.cookies() if one.get("name") == LINK_COOKIE]
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Lax")
    visitor.open("/data")
    expect(page.get_by_text(NOT_SHARED)).to_be_visible()
    [link] = [one for one in links.list_links(team_store) if one.name == "Monthly"]
    links.revoke_link(team_store, link.link_id)
    visitor.open("/trends")
    expect(page.get_by_text("This link has expired or was revoked")).to_be_visible()
