"""Messages of Amazon SNS: signed by a certificate that a process on this machine serves in Amazon's place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.api import api_routes
from outreach_results.api.webhooks.amazon import AmazonSns, fetch_from_amazon, is_of_amazon
from outreach_results.store import api_keys, schema
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store
from support.http import eventually
from support.server import clean_environment, free_port
from support.webhooks import CERTIFICATE_URL, TOPIC, SnsSigner

CONFIRM = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=a1"


@dataclass
class Amazon:
    """A server of files in a process of its own, in place of Amazon's; ``log`` holds its requests."""

    folder: Path
    log: Path
    port: int

    def fetch(self, url: str) -> bytes:
        """What the product fetches, from here."""
        assert is_of_amazon(url)
        parts = urlsplit(url)
        return fetch_from_amazon(f"http://127.0.0.1:{self.port}{parts.path}?{parts.query}")


@pytest.fixture(scope="module")
def signer() -> SnsSigner:
    """Amazon's key."""
    return SnsSigner()


@pytest.fixture
def amazon(tmp_path: Path, signer: SnsSigner) -> Iterator[Amazon]:
    """Serves the certificate."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / urlsplit(CERTIFICATE_URL).path[1:]).write_bytes(signer.certificate)
    port, log = free_port(), tmp_path / "amazon.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)],
            env=clean_environment({}),
            stdout=output,
            stderr=output,
        )
    try:
        eventually(lambda: b"Serving" in log.read_bytes(), within_s=20)
        yield Amazon(folder, log, port)
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def client(sqlite_store: Store, amazon: Amazon) -> Iterator[TestClient]:
    """A client of the API over an empty database, without a key."""
    app = Starlette(routes=api_routes(lambda: sqlite_store, amazon=AmazonSns(amazon.fetch)))
    with TestClient(app, base_url="http://testserver/api/v1") as client:
        yield client


@pytest.fixture
def topic_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages of the topic need no key."""
    monkeypatch.setenv("OUTREACH_SES_TOPICS", f"arn:aws:sns:eu-west-1:1:other, {TOPIC}")


def stored_events(store: Store) -> int:
    """How many events there are."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.events)).scalar_one())


@pytest.mark.usefixtures("topic_is_set")
@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_of_signatures(
    client: TestClient, signer: SnsSigner, sqlite_store: Store, version: str, amazon: Amazon
) -> None:
    for more in ({}, {"Subject": "Amazon SES Email Event Notification"}):
        answer = client.post("/ingest/ses", json=signer.notification(version=version, **more))
        assert (answer.status_code, answer.json().get("rejected")) == (200, 0)
    assert stored_events(sqlite_store) == 1
    assert amazon.log.read_bytes().count(b".pem") == 1, "a certificate is fetched once"


@pytest.mark.usefixtures("topic_is_set")
def test_wrong_messages_are_refused(client: TestClient, signer: SnsSigner, sqlite_store: Store) -> None:
    good = signer.notification()
    wrong = [
        good | {"Message": good["Message"].replace("ines", "eve")},
        good | {"SignatureVersion": "2"},
        good | {"SignatureVersion": "3"},
        good | {"Signature": "AAAA"},
        good | {"Signature": "no base64!"},
        good | {"SigningCertURL": "https://evil.example/SimpleNotificationService-0123456789abcdef.pem"},
        good | {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem"},
        good | {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/bucket/key.pem"},
        {name: value for name, value in good.items() if name != "Timestamp"},
        signer.notification(Timestamp="2026-01-01T00:00:00.000Z"),
        signer.notification(TopicArn="arn:aws:sns:eu-west-1:666:theirs"),
        SnsSigner().notification(),
    ]
    assert [client.post("/ingest/ses", json=message).status_code for message in wrong] == [401] * len(wrong)
    assert stored_events(sqlite_store) == 0


@pytest.mark.usefixtures("topic_is_set")
def test_an_expired_certificate_is_refused(client: TestClient, amazon: Amazon) -> None:
    expired = SnsSigner(valid_for=-timedelta(days=1))
    (amazon.folder / urlsplit(CERTIFICATE_URL).path[1:]).write_bytes(expired.certificate)
    answer = client.post("/ingest/ses", json=expired.notification())
    assert answer.status_code == 401
    assert "not valid now" in answer.json()["detail"]


@pytest.mark.usefixtures("topic_is_set")
def test_amazon_out_of_reach_asks_for_patience(client: TestClient, signer: SnsSigner, amazon: Amazon) -> None:
    (amazon.folder / urlsplit(CERTIFICATE_URL).path[1:]).unlink()
    answer = client.post("/ingest/ses", json=signer.notification())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.usefixtures("topic_is_set")
def test_a_subscription_is_confirmed_at_amazon(client: TestClient, signer: SnsSigner, amazon: Amazon) -> None:
    assert client.post("/ingest/ses", json=signer.confirmation(CONFIRM)).json()["received"] == 0
    assert b"GET /?Action=ConfirmSubscription&Token=a1 " in amazon.log.read_bytes()


@pytest.mark.usefixtures("topic_is_set")
def test_a_subscription_is_confirmed_nowhere_else(client: TestClient, signer: SnsSigner, amazon: Amazon) -> None:
    elsewhere = signer.confirmation("https://sns.eu-west-1.amazonaws.com.evil.example/?Action=ConfirmSubscription")
    forged = signer.confirmation(CONFIRM) | {"Token": "other"}
    for message in (elsewhere, forged):
        assert client.post("/ingest/ses", json=message).status_code == 401
    assert b"ConfirmSubscription" not in amazon.log.read_bytes()


def test_another_topic_needs_a_key_besides(client: TestClient, signer: SnsSigner, sqlite_store: Store) -> None:
    key = api_keys.create_key(sqlite_store, "ses", KeyScope.INGEST)
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post("/ingest/ses", json=signer.notification()).status_code == 401
    forged = signer.notification() | {"Signature": "AAAA"}
    assert client.post("/ingest/ses", json=forged, headers=headers).status_code == 401
    assert client.post("/ingest/ses", json=signer.notification(), headers=headers).status_code == 200
    assert stored_events(sqlite_store) == 1


@pytest.mark.parametrize(
    ("url", "is_amazon"),
    [
        ("https://sns.us-east-1.amazonaws.com/x", True),
        ("https://sns.us-gov-west-1.amazonaws.com:443/x", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/x", True),
        ("http://sns.us-east-1.amazonaws.com/x", False),
        ("https://sns.us-east-1.amazonaws.com.evil.example/x", False),
        ("https://evil.example/sns.us-east-1.amazonaws.com", False),
        ("https://user@sns.us-east-1.amazonaws.com/x", False),
        ("https://sns.us-east-1.amazonaws.com:8443/x", False),
        ("https://s3.us-east-1.amazonaws.com/x", False),
        ("https://sns.us-east-1.amazonaws.com\\@evil.example/x", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_hosts_of_amazon(url: str, is_amazon: bool) -> None:
    assert is_of_amazon(url) is is_amazon
