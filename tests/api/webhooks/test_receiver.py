"""Deliveries of mail services: who may deliver, what is kept, and what every other one is answered."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.api import api_routes
from outreach_results.api.webhooks import bodies
from outreach_results.api.webhooks.sources import NAMES
from outreach_results.server.origin_check import OriginCheck
from outreach_results.store import api_keys, schema
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store
from support.webhooks import SendGridSigner, mailgun_body, mandrill_delivery, sendgrid_event

MAILGUN_KEY = "key-mailgun"
MAILGUN_EVENT = {
    "id": "Ase7",
    "event": "delivered",
    "timestamp": 1_767_776_400.5,
    "recipient": "ines@example.com",
    "log-level": "info",
    "message": {"headers": {"message-id": "1@mail.example"}},
    "tags": ["Spring"],
}
POSTMARK_EVENT = {
    "RecordType": "Delivery",
    "MessageID": "e5597446-27cc-4b9d-a657-9d548b57bc01",
    "Tag": "Spring",
    "Recipient": "ines@example.com",
    "DeliveredAt": "2026-01-07T09:00:04Z",
}
MANDRILL_EVENT = {
    "event": "send",
    "ts": 1_767_776_400,
    "_id": "m1",
    "msg": {"_id": "m1", "ts": 1_767_776_400, "email": "ines@example.com", "tags": ["Spring"]},
}

Deliver = Callable[..., httpx2.Response]


@pytest.fixture
def deliverer(store: Store) -> str:
    """A key that delivers events."""
    return api_keys.create_key(store, "webhooks", KeyScope.INGEST)


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    """A client of the API over an empty database, without a key."""
    app = Starlette(routes=api_routes(lambda: store))
    with TestClient(app, base_url="http://testserver/api/v1") as client:
        yield client
    for thread in threading.enumerate():
        if thread.name == "api-key-uses":  # notes the use of a key after the answer, and needs the database for it
            thread.join(10)


@pytest.fixture
def deliver(client: TestClient, deliverer: str) -> Deliver:
    """``deliver(source, events)`` posts with a key."""

    def post(source: str, events: Any, **more: Any) -> httpx2.Response:
        return client.post(f"/ingest/{source}", json=events, headers={"Authorization": f"Bearer {deliverer}"}, **more)

    return post


def stored_events(store: Store) -> int:
    """How many events there are."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.events)).scalar_one())


def campaigns(store: Store) -> set[str]:
    """The names of all campaigns."""
    with store.read() as connection:
        return set(connection.execute(select(schema.campaigns.c.name)).scalars())


# --- what is kept ------------------------------------------------------------------------------------------------


def test_events_are_kept_and_counted_once(deliver: Deliver, store: Store) -> None:
    events = [sendgrid_event(number) for number in range(3)]
    answer = deliver("sendgrid", events)
    assert (answer.status_code, answer.json()) == (
        200,
        {"source": "sendgrid", "received": 3, "rejected": 0, "reasons": []},
    )
    assert stored_events(store) == 3
    assert deliver("sendgrid", events).status_code == 200
    assert stored_events(store) == 3
    assert campaigns(store) == {"Spring"}


@pytest.mark.parametrize(("source", "event"), [("mailgun", MAILGUN_EVENT), ("postmark", POSTMARK_EVENT)])
def test_one_event_alone_is_a_delivery(deliver: Deliver, store: Store, source: str, event: dict[str, Any]) -> None:
    body = {"signature": {}, "event-data": event} if source == "mailgun" else event
    assert deliver(source, body).json()["rejected"] == 0
    assert stored_events(store) == 1


def test_the_address_names_a_campaign(deliver: Deliver, store: Store) -> None:
    unnamed = {name: value for name, value in sendgrid_event(1).items() if name != "category"}
    assert deliver("sendgrid", [unnamed], params={"campaign": "From the address"}).json()["rejected"] == 0
    deliver("sendgrid", [sendgrid_event(2)], params={"campaign": "From the address"})
    assert campaigns(store) == {"From the address", "Spring"}, "what an event names comes first"


def test_unusable_events_are_kept_with_a_reason(deliver: Deliver, store: Store) -> None:
    answer = deliver("sendgrid", [sendgrid_event(1), sendgrid_event(2, kind="transmogrified")])
    assert answer.status_code == 200, "sending it again would not help"
    assert (answer.json()["received"], answer.json()["rejected"]) == (2, 1)
    assert "transmogrified" in answer.json()["reasons"][0]
    with store.read() as connection:
        (kept,) = connection.execute(select(schema.rejected_rows.c.original)).scalars()
    assert json.loads(kept)["event"] == "transmogrified"


@pytest.mark.parametrize("source", NAMES)
def test_a_test_without_events_is_accepted(deliver: Deliver, store: Store, source: str) -> None:
    assert deliver(source, []).json() == {"source": source, "received": 0, "rejected": 0, "reasons": []}
    with store.read() as connection:
        assert connection.execute(select(schema.loads)).first() is None


# --- who may deliver ---------------------------------------------------------------------------------------------


def test_the_key_can_be_the_password(client: TestClient, deliverer: str, store: Store) -> None:
    credentials = base64.b64encode(f"postmark:{deliverer}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    assert client.post("/ingest/postmark", json=POSTMARK_EVENT, headers=headers).status_code == 200
    assert stored_events(store) == 1


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer wrong", "Basic d3Jvbmc=", "Basic !", "Basic dTpw"],
)
def test_nothing_is_kept_without_a_key(client: TestClient, store: Store, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.post("/ingest/sendgrid", json=[sendgrid_event(1)], headers=headers)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert stored_events(store) == 0


def test_a_key_that_reads_delivers_nothing(client: TestClient, store: Store) -> None:
    key = api_keys.create_key(store, "reports")
    answer = client.post("/ingest/postmark", json=POSTMARK_EVENT, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403
    assert answer.json()["allowed"] == "a key of the scope ingest or admin"
    assert stored_events(store) == 0


# --- signatures --------------------------------------------------------------------------------------------------


@pytest.fixture
def sendgrid(monkeypatch: pytest.MonkeyPatch) -> SendGridSigner:
    """SendGrid, whose key is set."""
    signer = SendGridSigner()
    monkeypatch.setenv("OUTREACH_SENDGRID_WEBHOOK_KEY", signer.public_key)
    return signer


def test_sendgrid_needs_no_key_if_it_signs(client: TestClient, store: Store, sendgrid: SendGridSigner) -> None:
    body = json.dumps([sendgrid_event(1)], indent=1).encode()
    assert client.post("/ingest/sendgrid", content=body, headers=sendgrid.headers(body)).status_code == 200
    assert stored_events(store) == 1


def test_wrong_signatures_of_sendgrid(
    client: TestClient, store: Store, sendgrid: SendGridSigner, deliverer: str
) -> None:
    body = json.dumps([sendgrid_event(1)]).encode()
    good = sendgrid.headers(body)
    wrong = [
        ({}, body),
        (good, body + b" "),
        (SendGridSigner().headers(body), body),
        (good | {"X-Twilio-Email-Event-Webhook-Timestamp": str(int(time.time()) + 1)}, body),
        (good | {"X-Twilio-Email-Event-Webhook-Signature": "no base64"}, body),
        (sendgrid.headers(body, at=time.time() - 26 * 3600), body),
        (sendgrid.headers(body, at=time.time() + 3600), body),
    ]
    for headers, content in wrong:
        assert client.post("/ingest/sendgrid", content=content, headers=headers).status_code == 401
    with_key = SendGridSigner().headers(body) | {"Authorization": f"Bearer {deliverer}"}
    assert client.post("/ingest/sendgrid", content=body, headers=with_key).status_code == 401
    assert stored_events(store) == 0


def test_mailgun_signs_a_token(client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_MAILGUN_WEBHOOK_KEY", MAILGUN_KEY)
    body = mailgun_body(MAILGUN_KEY, MAILGUN_EVENT)
    assert client.post("/ingest/mailgun", content=body).status_code == 200
    assert client.post("/ingest/mailgun", content=body).status_code == 200, "Mailgun may have missed the answer"
    other_event = mailgun_body(MAILGUN_KEY, MAILGUN_EVENT | {"id": "forged"})
    assert client.post("/ingest/mailgun", content=other_event).status_code == 401, "the token has been used"
    wrong = [
        mailgun_body("another", MAILGUN_EVENT, nonce="a"),
        mailgun_body(MAILGUN_KEY, MAILGUN_EVENT, nonce="b", at=time.time() - 26 * 3600),
        json.dumps({"signature": None, "event-data": MAILGUN_EVENT}).encode(),
    ]
    assert [client.post("/ingest/mailgun", content=content).status_code for content in wrong] == [401] * 3
    assert stored_events(store) == 1


def test_mandrill_signs_its_address(client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_MANDRILL_WEBHOOK_KEY", "mandrill")
    monkeypatch.setenv("OUTREACH_WEBHOOK_URL", "https://results.example/api/v1")
    url = "https://results.example/api/v1/ingest/mandrill?campaign=Fall"
    body, headers = mandrill_delivery("mandrill", url, [MANDRILL_EVENT])
    path = "/ingest/mandrill?campaign=Fall"
    assert client.post("/ingest/mandrill", content=body, headers=headers).status_code == 401
    assert client.post(path, content=body + b"&x=1", headers=headers).status_code == 401
    assert stored_events(store) == 0
    assert client.post(path, content=body, headers=headers).json()["rejected"] == 0
    assert stored_events(store) == 1


def test_guessing_signatures_is_slowed_down(client: TestClient, sendgrid: SendGridSigner) -> None:
    body = json.dumps([sendgrid_event(1)]).encode()
    forged = SendGridSigner().headers(body)
    statuses = [client.post("/ingest/sendgrid", content=body, headers=forged).status_code for _ in range(31)]
    assert set(statuses[:29]) == {401}
    assert statuses[-1] == 429
    assert client.post("/ingest/sendgrid", content=body, headers=sendgrid.headers(body)).status_code == 200


# --- what cannot be received -------------------------------------------------------------------------------------


def test_an_unknown_source_names_the_known_ones(deliver: Deliver) -> None:
    answer = deliver("carrierpigeon", [])
    assert answer.status_code == 422
    assert answer.json()["allowed"] == " or ".join(NAMES)


@pytest.mark.parametrize(
    "body",
    [b"", b"no JSON", b"[1]", b'"text"', b"\xff", b'{"a": NaN}', b"[" * 100_000, b"9" * 5_000, b'{"other": "event"}'],
)
def test_other_bodies_are_refused(client: TestClient, deliverer: str, store: Store, body: bytes) -> None:
    answer = client.post("/ingest/sendgrid", content=body, headers={"Authorization": f"Bearer {deliverer}"})
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("Nothing was kept.")
    assert stored_events(store) == 0


def test_a_large_body_is_refused(client: TestClient, deliverer: str) -> None:
    headers = {"Authorization": f"Bearer {deliverer}"}
    too_large = b" " * (bodies.MAX_BODY + 1)
    assert client.post("/ingest/sendgrid", content=too_large, headers=headers).status_code == 413
    chunks = (b" " * 100_000 for _ in range(50))  # without a length
    assert client.post("/ingest/sendgrid", content=chunks, headers=headers).status_code == 413


def test_only_post_is_possible(client: TestClient) -> None:
    answer = client.get("/ingest/sendgrid")
    assert (answer.status_code, answer.headers["Allow"], answer.json()["allowed"]) == (405, "POST", "POST")
    assert client.post("/usage").headers["Allow"] == "GET, HEAD"


def test_a_page_of_another_site_delivers_nothing(store: Store, deliverer: str) -> None:
    app = OriginCheck(Starlette(routes=api_routes(lambda: store)))
    with TestClient(app, base_url="http://127.0.0.1:8501/api/v1") as client:
        key = {"Authorization": f"Bearer {deliverer}"}
        evil = {"Origin": "https://evil.example"}
        foreign = client.post("/ingest/sendgrid", json=[sendgrid_event(1)], headers=key | evil)
        assert foreign.status_code == 403
        assert stored_events(store) == 0
        assert client.post("/ingest/sendgrid", json=[sendgrid_event(1)], headers=key).status_code == 200
        assert stored_events(store) == 1
