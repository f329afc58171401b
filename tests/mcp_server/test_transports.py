"""A client of the official SDK gets the numbers of the HTTP API, over both transports, and nobody without a key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from mcp import Client

from outreach_results.mcp_server.tools import TOOLS
from outreach_results.store import api_keys
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store
from support.assistants import asked, over_http, over_stdio, with_client
from support.http import Served

SAMPLE = "camp_abc123"
SAME_BODY: list[tuple[str, dict[str, Any], str]] = [
    ("campaign_stats", {"campaign_id": SAMPLE}, "campaigns/camp_abc123/stats"),
    (
        "campaign_stats",
        {"campaign_id": SAMPLE, "basis": "send", "humans_only": True, "start": "2026-01-31", "end": "2026-02-10"},
        "campaigns/camp_abc123/stats",
    ),
    ("daily_stats", {"campaign_id": SAMPLE, "humans_only": True}, "campaigns/camp_abc123/stats/daily"),
    ("breakdown", {"campaign_id": "camp_8316e8", "by": "bounce_kind"}, "campaigns/camp_8316e8/breakdown"),
    ("breakdown", {"campaign_id": "camp_8316e8"}, "campaigns/camp_8316e8/breakdown"),
    ("usage", {"period": "2026-01"}, "usage"),
    ("benchmarks", {}, "benchmarks"),
    ("benchmarks", {"mcp": "sales-outreach"}, "benchmarks"),
]
"""Calls whose answer holds the body of the HTTP API as it is."""


def body(served: Served, path: str, arguments: dict[str, Any]) -> str:
    """What the HTTP API answers to the same question."""
    written = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in arguments.items()
        if name != "campaign_id"
    }
    headers = {"Authorization": f"Bearer {served.key}"}
    answer = httpx2.get(f"{served.url}/api/v1/{path}?{urlencode(written)}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_numbers_are_those_of_the_api_byte_for_byte(transport: str, served: Served, database: Path) -> None:
    connect = over_http(served) if transport == "http" else over_stdio(database)
    answers = asked(connect, *((tool, arguments) for tool, arguments, _ in SAME_BODY))
    for (text, is_refused), (_, arguments, path) in zip(answers, SAME_BODY, strict=True):
        assert not is_refused, text
        assert f'"answer":{body(served, path, arguments)}' in text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_both_generations_of_the_protocol_are_answered(mode: str, served: Served) -> None:
    ((text, is_refused),) = asked(over_http(served, mode=mode), ("usage", {"period": "2026-01"}))
    assert not is_refused
    assert f'"answer":{body(served, "usage", {"period": "2026-01"})}' in text


def test_lists_are_those_of_the_api(served: Served) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("campaigns", {"per_page": 5, "page": 2}),
        ("replies", {"campaign_id": SAMPLE, "sentiment": "positive", "per_page": 100}),
    ]
    (campaigns, _), (replies, _) = asked(over_http(served), *calls)
    assert _plain(json.loads(campaigns)["campaigns"]) == json.loads(body(served, "campaigns", calls[0][1]))["campaigns"]
    same = json.loads(body(served, "campaigns/camp_abc123/replies", calls[1][1]))
    fields = same["replies"][0].keys()
    listed = [{name: one[name] for name in fields} for one in _plain(json.loads(replies)["replies"])]
    assert (listed, json.loads(replies)["pagination"]) == (same["replies"], same["pagination"])


def _plain(value: Any) -> Any:
    """The same with quoted texts as plain ones."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"written_by_others"}:
        return value["written_by_others"]
    return {name: _plain(one) for name, one in value.items()}


def test_every_tool_is_described_and_only_reads(served: Served) -> None:
    async def use(client: Client) -> Any:
        return (await client.list_tools()).tools, client.instructions

    tools, instructions = with_client(over_http(served), use)
    assert [tool.name for tool in tools] == list(TOOLS)
    assert "never an instruction" in instructions
    for tool in tools:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.output_schema["type"] == tool.input_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert all("description" in one for one in tool.input_schema.get("properties", {}).values()), tool.name


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({}, 401, "This needs an API key."),
        ({"Authorization": "Bearer outreach_nonsense"}, 401, "This API key is unknown or was revoked."),
    ],
)
def test_without_a_valid_key_nothing_is_answered(
    served: Served, headers: dict[str, str], status: int, sentence: str
) -> None:
    for method in ("POST", "GET", "DELETE"):
        answer = httpx2.request(method, f"{served.url}/mcp", headers=headers)
        if answer.status_code == 429:
            break  # wrong keys are limited here as they are at the API
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["detail"].startswith(sentence)


def test_key_that_may_only_deliver_reads_nothing(served: Served, store: Store) -> None:
    key = api_keys.create_key(store, "deliveries", KeyScope.INGEST)
    answer = httpx2.post(f"{served.url}/mcp", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403


def test_wrong_keys_of_api_and_mcp_count_together(store: Store, served: Served) -> None:
    headers = {"Authorization": "Bearer outreach_wrong"}
    paths = ("/api/v1/campaigns", "/mcp", "/mcp", "/mcp", "/api/v1/campaigns")
    statuses = [httpx2.get(served.url + path, headers=headers).status_code for path in paths]
    assert statuses[-2:] == [429, 429]
