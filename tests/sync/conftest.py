"""A server to sync from, and a database that its exports are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from outreach_results.ingest.load import load
from outreach_results.store.engine import Store
from support import faulty_server as faults
from support.faulty_server import FaultyServer
from support.syncing import RECORDS, publish

MakeStore = Callable[[], Store]


@pytest.fixture
def remote() -> Iterator[FaultyServer]:
    """A server with nothing on it yet."""
    with faults.faulty_server() as server:
        yield server


@pytest.fixture
def origin(make_sqlite: MakeStore) -> Store:
    """The database that the server's exports are made of."""
    store = make_sqlite()
    load(store, "origin", RECORDS)
    return store


@pytest.fixture
def published(remote: FaultyServer, origin: Store) -> FaultyServer:
    """A server with an export of the one campaign."""
    publish(remote, origin)
    return remote
