"""Health: ready while the database can be read, live all the time, without a key and without a word about the data."""

from __future__ import annotations

import logging
import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.api import api_routes, health
from outreach_results.store.engine import open_store
from support.databases import sqlite_url

READY, LIVE = "/api/v1/health", "/api/v1/health/live"


@pytest.fixture
def client_of(sample_database):
    """A client of the API over the sample data, which is opened by the first request."""
    opened = []

    def open_now():
        opened.append(open_store(sqlite_url(sample_database)))
        return opened[-1]

    with TestClient(Starlette(routes=api_routes(open_now))) as client:
        yield client
    for store in opened:
        store.close()


def answers(client):
    return [(answer.status_code, answer.json()) for answer in map(client.get, (READY, LIVE))]


def test_health_needs_no_key(client_of):
    assert answers(client_of) == [(200, {"status": "ready"}), (200, {"status": "live"})]
    assert client_of.get(READY).headers["Cache-Control"] == "no-store"
    assert client_of.head(READY).status_code == 200
    assert client_of.get(f"{READY}/other").status_code == 404


def test_lost_database_is_not_ready_until_it_is_back(client_of, sample_database, caplog):
    assert answers(client_of)[0][0] == 200
    away = sample_database.with_name("away.db")
    time.sleep(0.1)  # as long as an answer about the database is taken for fresh
    sample_database.rename(away)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert answers(client_of) == [(503, {"status": "not ready"}), (200, {"status": "live"})]
        away.rename(sample_database)
        assert answers(client_of)[0][0] == 200
    said = [record.getMessage() for record in caplog.records if record.name == health.__name__]
    assert len(said) == 2, "a change is logged once, however often a monitor asks"
    assert "was deleted or moved" in said[0]


def test_database_that_hangs_is_not_ready(client_of, monkeypatch):
    monkeypatch.setattr(health, "READY_WITHIN_S", 0.2)
    monkeypatch.setattr("outreach_results.api.service.Service._read_snapshot", lambda _self: time.sleep(1))
    assert answers(client_of)[0] == (503, {"status": "not ready"})
