"""The sample data behind the HTTP API and ``/mcp``, and a client that asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from outreach_results.api.mount import routes_of
from outreach_results.api.service import Service
from outreach_results.mcp_server.http import mcp_routes
from outreach_results.store import api_keys
from outreach_results.store.engine import Store, open_store
from support.assistants import Ask, asked, over_http
from support.databases import sqlite_url
from support.http import Served, serving


@pytest.fixture(scope="module")
def database(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample data, shared by the tests of a file."""
    path = tmp_path_factory.mktemp("mcp") / "sample.db"
    path.write_bytes(sample_file.read_bytes())
    return path


@pytest.fixture(scope="module")
def store(database: Path) -> Iterator[Store]:
    """The same, opened."""
    opened = open_store(sqlite_url(database))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def served(store: Store) -> Iterator[Served]:
    """The HTTP API and ``/mcp`` over one service, on a real port."""
    service = Service(lambda: store, wrong_keys_allowed=3)
    app = Starlette(routes=[*routes_of(service), *mcp_routes(service)])
    with serving(app, api_keys.create_key(store, "tests")) as served:
        yield served


@pytest.fixture
def ask(served: Served) -> Ask:
    """Asks one tool over HTTP, and reads its answer."""

    def ask(tool: str, **arguments: Any) -> Any:
        ((text, is_refused),) = asked(over_http(served), (tool, arguments))
        assert not is_refused, text
        return json.loads(text)

    return ask


@pytest.fixture
def refused(served: Served) -> Ask:
    """Asks one tool over HTTP that refuses, and reads why."""

    def refused(tool: str, **arguments: Any) -> str:
        ((text, is_refused),) = asked(over_http(served), (tool, arguments))
        assert is_refused, text
        return text

    return refused
