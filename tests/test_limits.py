"""Who is limited to a client meets nothing of another one: on no page, in no file, answer or tool."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from outreach_results.api.mount import routes_of
from outreach_results.api.routes import build
from outreach_results.api.service import Service
from outreach_results.errors import NotAllowedError, QueryError, UnknownCampaignError
from outreach_results.export import FORMATS
from outreach_results.mcp_server.http import mcp_routes
from outreach_results.mcp_server.tools import TOOLS
from outreach_results.models import Filters
from outreach_results.models.team import Role
from outreach_results.store import api_keys, team
from outreach_results.store.alert_state import AlertCause, AlertState, RaisedAlert, keep_state
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store
from outreach_results.ui import cache, downloads, sharing, shell, sign_in
from support.assistants import asked, over_http
from support.dashboard import PAGES, files, words
from support.http import serving
from support.server import ROOT
from support.signing_in import require_sign_in, said_of
from support.two_clients import HIDDEN, SEEN, fill, secrets_in

ANN = "ann@example.com"
RAISED = datetime(2026, 3, 1, tzinfo=UTC)
OWN, OTHER, UNKNOWN = f"{SEEN}-1", f"{HIDDEN}-1", "none-1"
OF_ACCOUNT = {"/usage"}
"""The routes that a key of a client is refused."""

OF_NOBODY = {"/openapi.json", "/docs"}
"""Routes that describe the API."""

TOOLS_OF_ACCOUNT = {"usage", "goals"}


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """Campaigns of two clients."""
    fill(sqlite_store)
    with sqlite_store.write() as connection:
        keep_state(connection, AlertState(began_at=RAISED, alerts=tuple(map(raised, (OWN, OTHER, "")))))
    return sqlite_store


def raised(of: str) -> RaisedAlert:
    """An alert on a campaign, or on the account."""
    whose = of.partition("-")[0] or "zorn account"
    cause = AlertCause(
        kind="bounce_rate", campaign_id=of, title="Bounces", name=whose, what=f"{whose} bounces", next_step="Stop."
    )
    return RaisedAlert(cause=cause, since=RAISED)


# --- the API -----------------------------------------------------------------------------------------------------


@pytest.fixture
def service(store: Store) -> Service:
    return Service(lambda: store)


@pytest.fixture
def routes(service: Service) -> list[BaseRoute]:
    return [*routes_of(service, has_metrics=True), *mcp_routes(service), *downloads.routes(), *sharing.routes()]


@pytest.fixture
def client(routes: list[BaseRoute]) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes)) as client:
        yield client


def headers(store: Store, *, of: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_keys.create_key(store, f'key of {of}', client_id=of)}"}


def paths_of_api(service: Service) -> dict[str, set[str]]:
    """Every path of the API with its methods."""
    found: dict[str, set[str]] = {}

    def walk(listed: list[Any]) -> None:
        for route in listed:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            if isinstance(route, Route) or hasattr(route, "methods"):
                found.setdefault(route.path, set()).update(route.methods or {"GET"})
            elif inner is not None:
                walk(inner.routes)
            else:
                raise AssertionError(f"{route} is of a new kind: say how it is tried.")

    walk(build(service).routes)
    return found


QUERIES: dict[str, list[dict[str, str]]] = {
    "/campaigns": [{}, {"client": SEEN}, {"client": HIDDEN}, {"tag": "zorn tag"}],
    "/campaigns/{campaign_id}/breakdown": [{"by": by} for by in ("step", "variant", "mailbox", "domain", "subject")],
    "/campaigns/{campaign_id}/replies": [{}, {"q": "zorn"}],
    "/campaigns/{campaign_id}/export": [{"format": fmt} for fmt in FORMATS],
    "/benchmarks": [{}, {"mcp": "zorn-type"}],
}
"""The parameters with which a route is tried; without an entry, none."""


def test_no_route_answers_with_anything_of_others(store: Store, service: Service, client: TestClient) -> None:
    limited, full = headers(store, of=SEEN), headers(store, of=None)
    tried = 0
    for path, methods in paths_of_api(service).items():
        shown = path.replace(":path", "")
        if "GET" not in methods:
            address = f"/api/v1{shown.format(source='sendgrid')}"
            assert client.post(address, headers=limited, content=b"[]").status_code == 403, path
            continue
        if shown in OF_NOBODY:
            continue
        for query in QUERIES.get(shown, [{}]):
            address = f"/api/v1{shown.format(campaign_id=OWN)}"
            kept = client.get(address, params=query, headers=full)  # fills the cache with an answer for everybody
            answer = client.get(address, params=query, headers=limited)
            about_others = "zorn" in str(query)
            told = answer.text if answer.headers["content-type"].endswith("json") else ""
            if shown in OF_ACCOUNT:
                assert (answer.status_code, kept.status_code) == (403, 200)
                assert "a part of its campaigns" in told
            elif about_others:  # what was asked for is said again, and nothing else
                assert not secrets_in(told.replace(query.get("client", query.get("tag", query.get("mcp", "-"))), ""))
                assert answer.status_code in (404, 422) or not answer.json().get("replies")
            else:
                assert answer.status_code == 200, (path, query, answer.text)
                assert not secrets_in(answer.content), (path, query)
            if "{campaign_id}" in shown:
                of_other, of_none = (
                    client.get(f"/api/v1{shown.format(campaign_id=one)}", params=query, headers=limited)
                    for one in (OTHER, UNKNOWN)
                )
                assert of_other.status_code == of_none.status_code == 404
                assert of_other.text.replace(OTHER, UNKNOWN) == of_none.text
            again = client.get(address, params=query, headers=full)
            assert again.status_code == kept.status_code
            tried += 1
    assert tried > 12
    assert secrets_in(client.get("/api/v1/campaigns", headers=full).content), "the other client can be recognized"


def test_what_is_beside_the_api_is_known(routes: list[BaseRoute], client: TestClient, store: Store) -> None:
    beside = {route.path for route in routes if isinstance(route, Route | Mount)}
    expected = {"/api", "/api/v1", "/api/v1/health", "/api/v1/health/live", "/api/v1/metrics", "/mcp"}
    shared = {"/share/leave", "/share/{token:str}"}
    assert beside == expected | shared | {"/download/{ticket:str}"}, "a new route: say how it keeps a limit"
    limited = headers(store, of=SEEN)
    assert client.get("/api/v1/metrics", headers=limited).status_code == 403
    assert not secrets_in(client.get("/api/v1/health", headers=limited).content)


def test_no_tool_answers_with_anything_of_others(store: Store, routes: list[BaseRoute]) -> None:
    key = api_keys.create_key(store, "assistant", client_id=SEEN)
    calls: list[tuple[str, dict[str, Any]]] = []
    for tool in TOOLS.values():
        fields = tool.arguments.model_fields
        calls.append((tool.name, {"campaign_id": OWN} if "campaign_id" in fields else {}))
        calls += [(tool.name, {"campaign_id": one}) for one in (OTHER, UNKNOWN) if "campaign_id" in fields]
        calls += [(tool.name, {"campaign_ids": [one]}) for one in (OTHER, UNKNOWN) if "campaign_ids" in fields]
        calls += [(tool.name, {"q": "zorn", "campaign_id": OWN})] if "q" in fields else []
    with serving(Starlette(routes=routes), key) as served:
        answers = asked(over_http(served), *calls)
    for (name, arguments), (text, is_refused) in zip(calls, answers, strict=True):
        others = "-1" in str(arguments) and OWN not in str(arguments)
        if not others:
            assert is_refused == (name in TOOLS_OF_ACCOUNT), (name, text)
            assert not secrets_in(text.replace('"q":"zorn"', "")), name
    told = {(name, str(given)): answer for (name, given), answer in zip(calls, answers, strict=True)}
    for (name, written), (text, is_refused) in told.items():
        if OTHER in written:
            none = told[name, written.replace(OTHER, UNKNOWN)]
            assert (text.replace(OTHER, UNKNOWN), is_refused) == none, name


# --- pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def limited_person(store: Store, use_database: Any, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Ann is an editor, and sees one of the clients."""
    require_sign_in(monkeypatch, allowed="@example.com")
    team.set_role(store, ANN, Role.EDITOR, clients=[SEEN])
    use_database(store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(downloads, "signed_in_user", lambda _cookies: said_of(ANN))
    return store


def visit(page: str, who: str = ANN, **parameters: Any) -> AppTest:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.user = said_of(who)
    for name, value in parameters.items():
        app.query_params[name] = value
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
    return app.run()


def all_of(node: Any) -> Iterator[str]:
    """Whatever the browser is sent for a part of a page."""
    yield str(getattr(node, "proto", ""))
    for child in getattr(node, "children", {}).values():
        yield from all_of(child)


def without(parameters: dict[str, Any], content: bytes) -> bytes:
    """The content without what was asked for, which is said again; names, capitalized, stay recognizable."""
    for asked_for in parameters.values():
        content = content.replace(asked_for.encode(), b"")
    return content


VIEWS: dict[str, dict[str, Any]] = {
    "all": {"period": "all"},
    "other campaigns": {"campaigns": OTHER, "period": "all", "compare": OTHER},
    "other client": {"client": HIDDEN, "clients": HIDDEN, "tag": "zorn tag", "tags": "zorn tag", "period": "all"},
    "people": {"count": "people", "period": "all"},
    "a search": {"q": "zorn", "lane": "all", "status": "all", "period": "all", "reply": f"{OTHER}/zorn-r0"},
}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_or_file_shows_anything_of_others(page: str, limited_person: Store) -> None:
    client = TestClient(Starlette(routes=downloads.routes()))
    team.set_role(limited_person, "bob@example.com", Role.EDITOR)
    whole = visit(page, "bob@example.com", **VIEWS["all"])  # fills the caches with answers for everybody
    assert secrets_in(" ".join(all_of(whole._tree))), "the other client can be recognized"
    for name, parameters in VIEWS.items():
        app = visit(page, **parameters)
        assert not app.exception, (name, app.exception)
        assert not secrets_in(without(parameters, " ".join(all_of(app._tree)).encode())), name
        if page in shell.OF_ACCOUNT:
            assert shell.OF_ACCOUNT[page] in words(app)
            assert not files(app)
            continue
        for of, addresses in files(app).items():
            for kind, address in addresses.items():
                answer = client.get(address)
                assert answer.status_code == 200, (of, kind, answer.text)
                assert not secrets_in(without(parameters, answer.content)), (name, of, kind)


def test_alerts_on_own_campaigns_are_seen(limited_person: Store, client: TestClient, routes: list[BaseRoute]) -> None:
    """By page, API and assistant alike, and no others."""
    limited, full = (headers(limited_person, of=of) for of in (SEEN, None))
    [alert] = client.get("/api/v1/alerts", headers=limited).json()["alerts"]
    assert (alert["campaign_id"], alert["what"]) == (OWN, f"{SEEN} bounces")
    everything = client.get("/api/v1/alerts", headers=full).json()["alerts"]
    assert {one["campaign_id"] for one in everything} == {OWN, OTHER, None}
    with serving(Starlette(routes=routes), api_keys.create_key(limited_person, "asks", client_id=SEEN)) as served:
        [(text, _)] = asked(over_http(served), ("alerts", {}))
    assert f"{SEEN} bounces" in text
    assert f"{SEEN} bounces" in " ".join(words(visit("overview", **VIEWS["all"])))


def test_an_editor_is_told_how_to_import(limited_person: Store) -> None:
    assert "Ask an admin to import a file for you" in " ".join(words(visit("data")))
    assert "To import files, ask an admin." in " ".join(words(visit("overview", **VIEWS["all"])))
    team.set_role(limited_person, ANN, Role.VIEWER)
    assert "To import files" not in " ".join(words(visit("overview", **VIEWS["all"])))


def test_navigation_leaves_out_what_is_of_the_account(limited_person: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(PAGES) - shell.shown_pages(PAGES) == {"usage", "data"}, "as long as it is not known who is there"
    for who, left_out in ((ANN, {"usage", "data"}), ("bob@example.com", set())):
        monkeypatch.setattr(sign_in, "claims", lambda who=who: said_of(who))
        assert set(PAGES) - shell.shown_pages(PAGES) == left_out


def test_an_editor_changes_nothing_of_others(limited_person: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit("trends", **VIEWS["all"])
    app.text_input(key="note-text").set_value("Ann was here")
    next(button for button in app.button if button.label == "Add").click().run()
    assert not app.exception
    app = visit("inbox", period="all", lane="all", status="all")
    app.menu_button(key="inbox-bulk").click("Mark done").run()
    app.button(key="inbox-confirmed").click().run()
    assert not app.exception
    with limited_person.read() as connection:
        noted, done = (
            {str(one).partition("-")[0] for one in connection.exec_driver_sql(query, (ANN,)).scalars()}
            for query in (
                "SELECT campaign_id FROM annotations WHERE author = ?",
                "SELECT campaign_id FROM reply_marks WHERE handled_by = ?",
            )
        )
    assert noted == done == {SEEN}
    # As a browser could send it: what is not on the page.
    monkeypatch.setattr(sign_in, "claims", lambda: said_of(ANN))
    for campaigns in ([OTHER], [OWN, OTHER], [""]):
        with pytest.raises(UnknownCampaignError):
            cache.store_for(Role.EDITOR, campaigns)
    with pytest.raises(NotAllowedError), cache.store_for(Role.EDITOR).write():
        pass
    assert cache.narrowed(Filters()).campaigns == (OWN, f"{SEEN}-2")
    assert cache.narrowed(Filters((OTHER,))).campaigns == ()


def test_a_file_of_before_the_limit_is_not_served(limited_person: Store) -> None:
    team.set_role(limited_person, ANN, Role.EDITOR, clients=None)
    app = visit("overview", **VIEWS["all"])
    addresses = [address for of in files(app).values() for address in of.values()]
    team.set_role(limited_person, ANN, Role.EDITOR, clients=[SEEN])
    client = TestClient(Starlette(routes=downloads.routes()))
    assert {client.get(address).status_code for address in addresses} == {403}


def test_a_limit_stays_until_it_is_lifted(store: Store) -> None:
    team.set_role(store, ANN, Role.VIEWER, clients=[SEEN])
    assert team.set_role(store, ANN, Role.EDITOR).clients == {SEEN}
    with pytest.raises(QueryError, match="An admin sees all campaigns"):
        team.set_role(store, ANN, Role.ADMIN)
    with pytest.raises(QueryError, match="no client 'nobody'"):
        team.set_role(store, ANN, Role.EDITOR, clients=["nobody"])
    with pytest.raises(QueryError, match="can only read"):
        api_keys.create_key(store, "events", KeyScope.INGEST, client_id=SEEN)
    assert team.set_role(store, ANN, Role.ADMIN, clients=None).clients is None
