"""Figures for Prometheus: on request only, with a key, and without any id."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.api.mount import routes_of
from outreach_results.api.service import Service
from outreach_results.store import api_keys

METRICS = "/api/v1/metrics"
STATS = "/api/v1/campaigns/camp_abc123/stats"


@pytest.fixture
def bearer(writable_sample):
    return {"Authorization": f"Bearer {api_keys.create_key(writable_sample, 'prometheus')}"}


def client(store, **options):
    return TestClient(Starlette(routes=routes_of(Service(lambda: store), **options)))


def requests_of(answer):
    """How many requests were counted, by status."""
    [family] = [one for one in text_string_to_metric_families(answer.text) if one.name == "outreach_api_requests"]
    return {one.labels["status"]: one.value for one in family.samples if one.name.endswith("_total")}


def test_figures_are_off_by_default(writable_sample, bearer):
    assert client(writable_sample).get(METRICS, headers=bearer).status_code == 404


def test_figures_need_a_key_and_hold_no_id(writable_sample, bearer):
    reader = client(writable_sample, has_metrics=True)
    assert reader.get(METRICS).status_code == 401
    before = requests_of(reader.get(METRICS, headers=bearer))
    for _ in range(3):
        assert reader.get(STATS, headers=bearer).status_code == 200
    assert reader.get(STATS).status_code == 401
    answer = reader.get(METRICS, headers=bearer)
    assert answer.headers["Content-Type"].startswith("text/plain")
    counted = requests_of(answer)
    assert (counted["200"] - before.get("200", 0), counted["401"] - before.get("401", 0)) == (3, 1)
    assert "camp_abc123" not in answer.text
