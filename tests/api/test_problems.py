"""Everything that can be wrong with a request, and with the server: one body, a 4xx or an honest 5xx, no inside."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from outreach_results import results
from outreach_results.api import api_routes, service
from outreach_results.api.problems import Problem
from outreach_results.errors import StoreBusyError, StoreError
from outreach_results.store import api_keys, labeling
from outreach_results.store.admin import deletion
from outreach_results.store.api_keys import KeyScope, ValidKey
from outreach_results.store.engine import Store

STATS = "/campaigns/camp_abc123/stats"
DAILY = "/campaigns/camp_abc123/stats/daily"
REPLIES = "/campaigns/camp_abc123/replies"
EXPORT = "/campaigns/camp_abc123/export"
LONG = "a" * 10_240

WRONG = [
    (f"{STATS}?start=2026-13-01", 422, "start"),
    (f"{STATS}?start=2026-02-30", 422, "start"),
    (f"{STATS}?start=30.01.2026", 422, "start"),
    (f"{STATS}?start=2026-01-30T00:00:00Z", 422, "start"),
    (f"{STATS}?start=20260130", 422, "start"),
    (f"{STATS}?start=1769731200", 422, "start"),
    (f"{STATS}?start=", 422, "start"),
    (f"{STATS}?end=0000-01-01", 422, "end"),
    (f"{STATS}?end=%D9%A2%D9%A0%D9%A2%D9%A6-01-01", 422, "end"),
    (f"{STATS}?start=2026-02-02&end=2026-02-01", 422, "start"),
    (f"{DAILY}?start=2026-02-02&end=2026-02-01", 422, "start"),
    (f"{REPLIES}?start=2026-02-02&end=2026-02-01", 422, "start"),
    (f"{STATS}?basis=sent", 422, "basis"),
    (f"{STATS}?humans_only=1", 422, "humans_only"),
    (f"{STATS}?humans_only=", 422, "humans_only"),
    (f"{STATS}?page=1", 422, "page"),
    (f"{STATS}?Start=2026-01-01", 422, "Start"),
    (f"{STATS}?start=2026-01-01&start=2026-01-02", 422, "start"),
    (f"{REPLIES}?page=0", 422, "page"),
    (f"{REPLIES}?page=-1", 422, "page"),
    (f"{REPLIES}?page=1.0", 422, "page"),
    (f"{REPLIES}?page=1_0", 422, "page"),
    (f"{REPLIES}?page=%2B1", 422, "page"),
    (f"{REPLIES}?page=%201", 422, "page"),
    (f"{REPLIES}?page=99999999999999999999", 422, "page"),
    (f"{REPLIES}?per_page=0", 422, "per_page"),
    (f"{REPLIES}?per_page=1000", 422, "per_page"),
    (f"{REPLIES}?sentiment=angry", 422, "sentiment"),
    (f"{REPLIES}?sentiment=POSITIVE", 422, "sentiment"),
    (f"{REPLIES}?q={LONG}", 422, "q"),
    (f"{REPLIES}?q=a%00b", 422, "q"),
    ("/campaigns?page=0", 422, "page"),
    ("/campaigns?per_page=101", 422, "per_page"),
    ("/campaigns?mcp=x", 422, "mcp"),
    ("/usage?period=year", 422, "period"),
    ("/usage?period=2026-13", 422, "period"),
    ("/usage?period=2026-1", 422, "period"),
    ("/usage?period=0000-01", 422, "period"),
    ("/usage?period=9999-12", 422, "period"),
    ("/usage?%00=1", 422, "\x00"),
    ("/benchmarks?mcp=unheard-of", 404, "mcp"),
    ("/benchmarks?mcp=", 422, "mcp"),
    ("/benchmarks?mcp=%00", 422, "mcp"),
    (f"/benchmarks?mcp={LONG}", 422, "mcp"),
    (f"{EXPORT}?format=xml", 422, "format"),
    (f"{EXPORT}?format=../csv", 422, "format"),
    (f"{EXPORT}?start=2026-01-01", 422, "start"),
    ("/campaigns/nope/stats", 404, "campaign_id"),
    ("/campaigns/nope/stats/daily", 404, "campaign_id"),
    ("/campaigns/nope/breakdown", 404, "campaign_id"),
    ("/campaigns/camp_abc123/breakdown?by=weather", 422, "by"),
    ("/campaigns/camp_abc123/breakdown?by=", 422, "by"),
    ("/campaigns/nope/replies", 404, "campaign_id"),
    ("/campaigns/nope/export", 404, "campaign_id"),
    ("/campaigns/%ff%fe/stats", 400, None),
    (f"{REPLIES}?q=%ff", 400, None),
    (f"{REPLIES}?%ff=1", 400, None),
    (f"{REPLIES}?q=%ed%a0%80", 400, None),
    ("/campaigns/%/stats", 404, "campaign_id"),
    ("/campaigns/' OR 1=1 --/stats", 404, "campaign_id"),
    ("/campaigns//stats", 422, "campaign_id"),
    ("/campaigns/a%00b/stats", 422, "campaign_id"),
    ("/campaigns/%00/export", 422, "campaign_id"),
    (f"/campaigns/{LONG}/stats", 422, "campaign_id"),
    (f"/campaigns/{LONG}/export?format=csv", 422, "campaign_id"),
]


def _problem(answer: Any, status: int) -> Problem:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == status
    assert problem.detail.endswith((".", "NAME"))
    assert len(answer.content) < 2_000, "a long value is quoted shortly"
    return problem


@pytest.mark.parametrize(("path", "status", "parameter"), WRONG)
def test_invalid_parameter_is_named(client: TestClient, path: str, status: int, parameter: str | None) -> None:
    assert _problem(client.get(path), status).parameter == parameter


def test_postgres_never_sees_what_it_cannot_take(every_sample_store: Store, sample_store: Store) -> None:
    # The sample stores are read only, so the key is one that is valid in both: none of them has any.
    app = Starlette(routes=api_routes(lambda: every_sample_store))
    with TestClient(app, base_url="http://testserver/api/v1") as client, pytest.MonkeyPatch.context() as patch:
        reader = {"anybody": ValidKey(bytes(32), KeyScope.READ)}
        patch.setattr(service, "valid_keys", lambda _connection: reader)
        patch.setattr(api_keys, "identify", lambda _key, keys: next(iter(keys)))
        patch.setattr(api_keys, "record_use", lambda _store, _uses: None)
        for path, status, parameter in WRONG:
            answer = client.get(path, headers={"Authorization": "Bearer any"})
            assert (_problem(answer, status).parameter, path) == (parameter, path)


def test_says_what_is_allowed(client: TestClient) -> None:
    problem = _problem(client.get(f"{REPLIES}?sentiment=angry"), 422)
    assert problem.allowed == "positive or neutral or negative or automatic or unclassified"
    assert problem.detail == f"sentiment: 'angry' is not allowed. Use {problem.allowed}."
    assert _problem(client.get(f"{STATS}?color=red"), 422).allowed == "start, end, humans_only, basis"
    assert _problem(client.get("/campaigns?per_page=101"), 422).allowed == "a whole number from 1 to 100"


def test_says_all_that_is_wrong(client: TestClient) -> None:
    problem = _problem(client.get(f"{REPLIES}?page=0&start=x&sentiment=y"), 422)
    assert problem.errors is not None
    assert {fault.parameter for fault in problem.errors} == {"page", "start", "sentiment"}
    unknown = _problem(client.get(f"{STATS}?a=1&b=2"), 422)
    assert unknown.errors is not None
    assert [fault.parameter for fault in unknown.errors] == ["a", "b"]


@pytest.mark.parametrize("path", ["/nope", "/", "", "/usage/", "/campaigns/camp_abc123", "/campaigns/x/y/z", "/Usage"])
@pytest.mark.parametrize("who", ["client", "stranger"])
def test_nothing_is_there(request: pytest.FixtureRequest, who: str, path: str) -> None:
    answer = request.getfixturevalue(who).get(f"/api/v1{path}", headers={"Host": "testserver"})
    _problem(answer, 404)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/x", "/api/v1x", "/api/v1", "/api//v1/usage"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_rest_of_api_is_not_the_dashboards_page(app: Starlette, method: str, path: str) -> None:
    with TestClient(app) as client:
        _problem(client.request(method, path), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"])
@pytest.mark.parametrize("path", [STATS, "/usage", EXPORT, "/openapi.json", "/docs"])
def test_the_api_only_reads(client: TestClient, stranger: TestClient, method: str, path: str) -> None:
    for who in (client, stranger):
        answer = who.request(method, path)
        assert _problem(answer, 405).allowed == "GET, HEAD"
        assert answer.headers["Allow"] == "GET, HEAD"


def test_there_are_no_websockets(app: Starlette) -> None:
    with TestClient(app) as client:
        for path in ("/api/v1/usage", "/api/v2/x"):
            with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
                pass


def test_an_unexpected_error_says_nothing_of_itself(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(results, "campaign_stats", fail)
    with caplog.at_level(logging.ERROR):
        answer = client.get(STATS)
    problem = _problem(answer, 500)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert problem.instance is not None
    assert problem.instance in caplog.text
    assert "the secret inside" in caplog.text


@pytest.mark.parametrize(
    ("error", "detail", "wait"),
    [
        (StoreError("The database refused: relation secret does not exist."), "cannot be used", "30"),
        (StoreBusyError("The database is busy with another change. Try again in a moment."), "busy", "5"),
    ],
)
def test_a_database_in_trouble_is_a_503(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, error: StoreError, detail: str, wait: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(results, "campaign_stats", fail)
    answer = client.get(STATS)
    assert detail in _problem(answer, 503).detail
    assert "secret" not in answer.text
    assert answer.headers["Retry-After"] == wait


def test_unopenable_database_is_a_503_until_it_opens(writable_sample: Store, key: str) -> None:
    opened = [StoreError("no such folder: /secret"), None]

    def open_now() -> Store:
        if (error := opened.pop(0)) is not None:
            raise error
        return writable_sample

    app = Starlette(routes=api_routes(open_now))
    with TestClient(app, headers={"Authorization": f"Bearer {key}"}) as client:
        assert "secret" not in client.get("/api/v1/usage").text
        assert [client.get("/api/v1/usage").status_code for _ in range(2)] == [200, 200]
    assert opened == []


def test_a_database_that_goes_away_is_a_503(client: TestClient, writable_sample: Store) -> None:
    assert client.get(STATS).status_code == 200
    with writable_sample.write() as connection:
        connection.execute(text("DROP TABLE daily_stats"))
    answer = client.get(f"{STATS}?basis=send")
    _problem(answer, 503)
    assert "daily_stats" not in answer.text


def test_unknown_client_or_tag_names_those_there_are(client: TestClient, writable_sample: Store) -> None:
    labeling.choose_client(writable_sample, ["camp_abc123"], labeling.add_client(writable_sample, "Acme"))
    labeling.add_client(writable_sample, "Bolt")
    time.sleep(2 * service.FRESH_S)
    [only] = client.get("/campaigns?client=acme").json()["campaigns"]
    assert (only["id"], only["client"], only["tags"]) == ("camp_abc123", {"id": "acme", "name": "Acme"}, [])
    assert client.get("/campaigns?client=bolt").json()["pagination"]["total"] == 0
    for name, detail in (
        ("client", "There is no client 'nobody'. Use acme, bolt."),
        ("tag", "There is no tag 'nobody'. There are no tags yet: set them in Data → Settings, or with"),
    ):
        problem = _problem(client.get(f"/campaigns?{name}=nobody"), 404)
        assert problem.parameter == name
        assert problem.detail.startswith(detail)
        _problem(client.get(f"/campaigns?{name}="), 422)


def test_a_deleted_campaign_is_not_answered(client: TestClient, writable_sample: Store) -> None:
    before = client.get("/campaigns").json()["pagination"]["total"]
    deletion.delete(writable_sample, "camp_abc123", by="ada")
    time.sleep(2 * service.FRESH_S)  # so long an answer may be of the database before it
    for path in (STATS, DAILY, REPLIES, EXPORT):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "The campaign 'camp_abc123' is deleted here. Restore it in Data → Settings."
    assert client.get("/campaigns").json()["pagination"]["total"] == before - 1
    deletion.restore(writable_sample, "camp_abc123")
    assert client.get(STATS).status_code == 200
