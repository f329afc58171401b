"""Who is let in."""

from __future__ import annotations

from functools import partial

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.api import access, api_routes
from outreach_results.api.access import ADDRESSES_KEPT, FailedKeyCounter
from outreach_results.store import api_keys
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store, open_store
from support.http import eventually

PATHS = [
    "/campaigns",
    "/campaigns/camp_abc123/stats",
    "/campaigns/camp_abc123/stats/daily",
    "/campaigns/camp_abc123/breakdown",
    "/campaigns/camp_abc123/replies",
    "/campaigns/camp_abc123/export",
    "/campaigns/nope/stats",
    "/usage",
    "/usage?period=nonsense",
    "/benchmarks",
]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_without_a_key(stranger: TestClient, client: TestClient, path: str) -> None:
    client.get(path)  # kept answers are not told either
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Outreach Results"'
    assert answer.json()["parameter"] == "Authorization"
    assert "keys create" in answer.json()["detail"]
    assert stranger.get(path, headers={"If-None-Match": "*"}).status_code == 401
    assert stranger.head(path).status_code == 401


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_the_description_is_public(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 200


def test_wrong_headers_are_refused(stranger: TestClient, key: str) -> None:
    tail = "x" if key[-1] != "x" else "y"
    wrong = [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {key}",
        f"Token {key}",
        key,
        f"Bearer{key}",
        f"Bearer {key} {key}",
        f"Bearer {key}x",
        f"Bearer {key[:-1]}",
        f"Bearer {key[:-1]}{tail}",
        f"Bearer {key.upper()}",
        "Bearer outreach__",
        "Bearer outreach_a",
        f"Bearer {'_' * 10_000}",
        f"Bearer {key.rsplit('_', 1)[0]}_",
    ]
    for header in wrong:
        answer = stranger.get("/usage", headers={"Authorization": header})
        assert (answer.status_code, header) == (401, header)
        assert key not in answer.text
    raw = stranger.get("/usage", headers=[(b"Authorization", b"Bearer \xff\xfe")])
    assert raw.status_code == 401


def test_a_key_is_taken_from_one_header_only(stranger: TestClient, key: str) -> None:
    assert stranger.get(f"/usage?key={key}").status_code == 401
    assert stranger.get("/usage", headers={"Cookie": f"key={key}", "X-Api-Key": key}).status_code == 401
    twice = stranger.get("/usage", headers=[("Authorization", f"Bearer {key}"), ("Authorization", "Bearer other")])
    assert twice.status_code == 401


def test_the_scheme_is_read_in_any_case(stranger: TestClient, key: str) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert stranger.get("/usage", headers={"Authorization": f"{scheme} {key}"}).status_code == 200


def test_key_revoked_elsewhere_is_refused(client: TestClient, writable_sample: Store) -> None:
    assert client.get("/usage").status_code == 200
    elsewhere = open_store(writable_sample.engine.url.render_as_string(hide_password=False))
    api_keys.revoke_key(elsewhere, "tests")
    elsewhere.close()
    eventually(lambda: client.get("/usage").status_code == 401, within_s=0.15)


def test_a_key_made_elsewhere_opens_at_once(stranger: TestClient, writable_sample: Store) -> None:
    assert stranger.get("/usage").status_code == 401
    new = api_keys.create_key(writable_sample, "new")
    eventually(
        lambda: stranger.get("/usage", headers={"Authorization": f"Bearer {new}"}).status_code == 200, within_s=0.15
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_key_for_webhooks_reads_nothing(
    stranger: TestClient, client: TestClient, writable_sample: Store, path: str
) -> None:
    deliverer = api_keys.create_key(writable_sample, "webhooks", KeyScope.INGEST)
    client.get(path)  # kept answers are not shown either
    answer = stranger.get(path, headers={"Authorization": f"Bearer {deliverer}"})
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 'error="insufficient_scope", scope="read"' in answer.headers["WWW-Authenticate"]
    assert answer.json()["allowed"] == "a key of the scope read or admin"


def test_a_key_of_scope_admin_reads(stranger: TestClient, writable_sample: Store) -> None:
    key = api_keys.create_key(writable_sample, "everything", KeyScope.ADMIN)
    assert stranger.get("/usage", headers={"Authorization": f"Bearer {key}"}).status_code == 200


# --- guessing ----------------------------------------------------------------------------------------------------


def test_guessing_is_slowed_down_and_good_keys_are_not(writable_sample: Store, key: str) -> None:
    app = Starlette(routes=api_routes(lambda: writable_sample, wrong_keys_allowed=3))
    wrong, good = {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {key}"}
    with TestClient(app, base_url="http://testserver/api/v1") as client:
        for _ in range(10):
            assert client.get("/usage").status_code == 401, "a missing key is no guess"
        assert [client.get("/usage", headers=wrong).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
        answer = client.get("/usage", headers=wrong)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert client.get("/usage", headers=good).status_code == 200
        assert client.get("/usage", headers=wrong).status_code == 429
    with TestClient(app, base_url="http://testserver/api/v1", client=("192.0.2.7", 1)) as other:
        assert other.get("/usage", headers=wrong).status_code == 401


def test_the_count_starts_anew_after_a_minute() -> None:
    now = 0.0
    failures = FailedKeyCounter(2, lambda: now)
    assert [failures.add("a"), failures.add("a")] == [None, None]
    now = 10.0
    assert failures.add("a") == 50.0
    assert failures.add("b") is None
    now = 60.0
    assert failures.add("a") is None


def test_remembers_a_bounded_number_of_addresses() -> None:
    failures = FailedKeyCounter(1)
    for n in range(ADDRESSES_KEPT + 50):
        failures.add(str(n))
    assert len(failures._seen) == ADDRESSES_KEPT
    assert failures.add(str(ADDRESSES_KEPT + 49)) is not None
    assert failures.add("0") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("a-name", "another", False),
    ],
)
def test_an_ipv6_network_counts_as_one_client(one: str, other: str, same: bool) -> None:
    first, second = (access.client_address({"client": (host, 1)}) for host in (one, other))
    assert (first == second) is same
    assert access.client_address({"client": None}) == access.client_address({})


# --- last use ----------------------------------------------------------------------------------------------------


def test_the_last_use_is_noted_and_changes_no_answer(client: TestClient, writable_sample: Store) -> None:
    version = writable_sample.version()
    assert api_keys.list_keys(writable_sample)[0].last_used_at is None
    client.get("/usage")
    eventually(lambda: api_keys.list_keys(writable_sample)[0].last_used_at is not None)
    assert writable_sample.version() == version


def test_the_last_use_is_noted_once_a_minute(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[object] = []
    monkeypatch.setattr(api_keys, "record_use", lambda _store, uses: noted.append(uses))
    for _ in range(20):
        client.get("/usage")
    eventually(lambda: noted)
    assert len(noted) == 1


def test_a_refused_key_is_not_used(stranger: TestClient, writable_sample: Store, key: str) -> None:
    stranger.get("/usage", headers={"Authorization": f"Bearer {key}x"})
    assert api_keys.list_keys(writable_sample)[0].last_used_at is None


def test_trouble_with_noting_troubles_no_request(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[object] = []

    def fail(_store: object, uses: object) -> None:
        tries.append(uses)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(api_keys, "record_use", fail)
    monkeypatch.setattr(access, "USE_NOTED_EVERY_S", 0)
    for n in (1, 2):
        assert client.get("/usage").status_code == 200
        eventually(partial(lambda count: len(tries) == count, n))
