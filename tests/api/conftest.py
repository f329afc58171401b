"""The API over the sample data: with a client in this process, and on a real port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.api import api_routes
from outreach_results.store import api_keys
from outreach_results.store.engine import Store
from support.http import Serve, Served, serving

V1 = "/api/v1"


@pytest.fixture
def key(writable_sample: Store) -> str:
    """A valid key."""
    return api_keys.create_key(writable_sample, "tests")


@pytest.fixture
def app(writable_sample: Store) -> Starlette:
    """The API as an application of its own."""
    return Starlette(routes=api_routes(lambda: writable_sample))


@pytest.fixture
def client(app: Starlette, key: str) -> Iterator[TestClient]:
    """A client with a key. Paths are those of the contract."""
    with TestClient(app, base_url=f"http://testserver{V1}", headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.fixture
def stranger(app: Starlette) -> Iterator[TestClient]:
    """A client without a key."""
    with TestClient(app, base_url=f"http://testserver{V1}") as client:
        yield client


@pytest.fixture
def serve(key: str) -> Iterator[Serve]:
    """``serve(app)`` puts an application on a real port."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app, key))


@pytest.fixture
def served(serve: Serve, app: Starlette) -> Served:
    """The API on a real port."""
    return serve(app)
