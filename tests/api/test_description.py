"""The OpenAPI document, the page made of it, and whether the API is what they say."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.api import api_routes
from outreach_results.api.docs import page
from outreach_results.export import FORMATS
from outreach_results.store import api_keys
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store
from support.http import Serve

ROUTES = {
    "/campaigns": {"page", "per_page", "client", "tag"},
    "/campaigns/{campaign_id}/stats": {"campaign_id", "start", "end", "basis", "humans_only"},
    "/campaigns/{campaign_id}/stats/daily": {"campaign_id", "start", "end", "basis", "humans_only"},
    "/campaigns/{campaign_id}/breakdown": {"campaign_id", "by", "start", "end", "basis", "humans_only"},
    "/campaigns/{campaign_id}/replies": {
        "campaign_id",
        "page",
        "per_page",
        "sentiment",
        "q",
        "status",
        "assignee",
        "start",
        "end",
        "humans_only",
    },
    "/campaigns/{campaign_id}/export": {"campaign_id", "format", "humans_only", "bom"},
    "/alerts": set(),
    "/usage": {"period"},
    "/benchmarks": {"mcp"},
    "/ingest/{source}": {"source", "campaign"},
}


METHODS = {"/ingest/{source}": "post"}
"""The method of each route that is not read with GET."""


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is described of each route."""
    return {path: item[METHODS.get(path, "get")] for path, item in document["paths"].items()}


@pytest.fixture
def document(stranger: TestClient) -> dict[str, Any]:
    """The OpenAPI document."""
    result: dict[str, Any] = stranger.get("/openapi.json").json()
    return result


def test_describes_every_route_and_parameter(document: dict[str, Any]) -> None:
    described = {
        path: {parameter["name"] for parameter in operation.get("parameters", ())}
        for path, operation in operations(document).items()
    }
    assert described == ROUTES
    assert all(set(item) == {METHODS.get(path, "get")} for path, item in document["paths"].items())
    assert document["servers"] == [{"url": "/api/v1"}]


def test_every_parameter_says_what_it_is(document: dict[str, Any]) -> None:
    for operation in operations(document).values():
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            assert parameter["description"].endswith(".")
            assert parameter.get("examples") or schema.get("examples"), parameter["name"]
            assert schema["type"] in {"string", "integer", "boolean"}, "no null: a query cannot hold one"
            if schema["type"] == "integer":
                assert schema["minimum"] == 1
            if schema["type"] == "string":
                assert {"enum", "pattern", "format"} & set(schema)
    sentiment = _parameter(document, "/campaigns/{campaign_id}/replies", "sentiment")["schema"]
    assert sentiment["enum"] == ["positive", "neutral", "negative", "automatic", "unclassified"]
    assert _parameter(document, "/campaigns", "per_page")["schema"]["maximum"] == 100


def _parameter(document: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    result = document["paths"][path]["get"]["parameters"]
    return next(parameter for parameter in result if parameter["name"] == name)


def test_every_route_says_what_it_answers_and_needs(document: dict[str, Any]) -> None:
    files = {"text/csv", "application/json", FORMATS["xlsx"].media_type}
    errors = {"400", "401", "403", "422", "429", "500", "503"}
    for path, operation in operations(document).items():
        assert operation["security"] == [{"key": []}]
        own = {"408", "413"} if path in METHODS else {"304", "404"}
        assert set(operation["responses"]) == {"200", *errors, *own}
        for status, answer in operation["responses"].items():
            assert answer["description"].endswith(".")
            content = answer.get("content", {})
            if status == "200":
                assert set(content) == (files if "export" in path else {"application/json"})
            elif status != "304":
                assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(document)))
    assert references == set(document["components"]["schemas"]) - {"HTTPValidationError", "ValidationError"}


def test_instants_and_days_are_described_as_such(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Reply"]["properties"]["received_at"]["format"] == "date-time"
    assert schemas["DailyRow"]["properties"]["date"]["format"] == "date"


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_page_shows_all_of_it(stranger: TestClient, document: dict[str, Any]) -> None:
    shown = stranger.get("/docs").text
    for path, parameters in ROUTES.items():
        assert f"<code>{METHODS.get(path, 'get').upper()} /api/v1{path}</code>" in shown
        for name in parameters:
            assert f"<code>{name}</code>" in shown
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in shown
    for anchor in re.findall(r'href="#([^"]+)"', shown):
        assert f'id="{anchor}"' in shown


def test_the_page_asks_nobody_for_anything(stranger: TestClient) -> None:
    answer = stranger.get("/docs")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"<(script|link|img|iframe|form|object|svg)|@import|url\(|\son\w+=|\sstyle=", answer.text)
    assert set(re.findall(r'(?:href|src)="([^#"]+)"', answer.text)) == {"openapi.json"}
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]


def test_the_page_runs_nothing_that_a_description_says(document: dict[str, Any]) -> None:
    evil = "<script>alert(1)</script>"
    document["info"] |= {"description": evil, "title": evil, "summary": evil}
    document["paths"]["/usage"]["get"]["description"] = evil
    document["components"]["schemas"][evil] = {"description": evil, "properties": {evil: {"type": evil}}}
    assert "<script" not in page(document)


# --- schemathesis ------------------------------------------------------------------------------------------------


def test_the_api_is_what_its_description_says(writable_sample: Store, tmp_path: Path, serve: Serve) -> None:
    # All checks, in all phases: examples, limits, random questions, and questions made of other answers.
    key = api_keys.create_key(writable_sample, "schemathesis", KeyScope.ADMIN)
    served = serve(Starlette(routes=api_routes(lambda: writable_sample, wrong_keys_allowed=10**9)))
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/api/v1/openapi.json"]
    options = ["--checks=all", "--max-examples=12", "--seed=1", "--generation-database=none", "--no-color"]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "support.schemathesis_hooks",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    run = subprocess.run(
        [*command, *options, "--header", f"Authorization: Bearer {key}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"Tested: {len(ROUTES)}" in run.stdout
