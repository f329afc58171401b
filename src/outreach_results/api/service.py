"""What the requests of one process share: the store, what is known of it just now, and the answers given before."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from outreach_results.api.access import WRONG_KEYS_ALLOWED, Access
from outreach_results.api.encoded import BodyCache, EncodedBody
from outreach_results.models import Model
from outreach_results.store import api_keys
from outreach_results.store.engine import Store, get_meta

FRESH_S = 0.05
QUESTIONS_AT_ONCE = 4
CHUNKS_AT_ONCE = 2
EXPORTS_AT_ONCE = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DatabaseSnapshot:
    """What is known of the database: its data version and the keys that are valid."""

    version: str
    digests: api_keys.Digests
    stale_at: float


class Service:
    """The way from a request to the data module. Nothing here runs a query on the event loop.

    Questions, export chunks and looks at the data version each have threads of their own, so that none of them
    waits for the others; together they use fewer connections than the store's pool lends.
    """

    def __init__(self, open_store: Callable[[], Store], wrong_keys_allowed: int = WRONG_KEYS_ALLOWED) -> None:
        self._open_store = open_store
        self._store: Store | None = None
        self._opening = threading.Lock()
        self._snapshot: DatabaseSnapshot | None = None
        self._reading_snapshot: asyncio.Task[DatabaseSnapshot] | None = None
        self._snapshot_limiter = anyio.CapacityLimiter(1)
        self._questions = anyio.CapacityLimiter(QUESTIONS_AT_ONCE)
        self.chunks = anyio.CapacityLimiter(CHUNKS_AT_ONCE)
        self.exports = Slots(EXPORTS_AT_ONCE)
        self.answers = BodyCache()
        self.access = Access(self.store, wrong_keys_allowed)

    def store(self) -> Store:
        """The store, opened when it is first needed. Not for the event loop: opening takes its time."""
        with self._opening:
            if self._store is None:
                self._store = self._open_store()
            return self._store

    async def snapshot(self) -> DatabaseSnapshot:
        """What is known of the database, at most 50 ms old; however many ask, one looks."""
        found = self._snapshot
        if found is not None and time.monotonic() < found.stale_at:
            return found
        if self._reading_snapshot is None:
            self._reading_snapshot = asyncio.create_task(self._refresh_snapshot())
        return await asyncio.shield(self._reading_snapshot)

    async def _refresh_snapshot(self) -> DatabaseSnapshot:
        try:
            self._snapshot = await run_sync(self._read_snapshot, limiter=self._snapshot_limiter)
            return self._snapshot
        finally:
            self._reading_snapshot = None

    def _read_snapshot(self) -> DatabaseSnapshot:
        stale_at = time.monotonic() + FRESH_S
        before = self._snapshot
        with self.store().read() as connection:
            version = get_meta(connection, "data_version") or ""
            if before is not None and before.version == version:
                return DatabaseSnapshot(version, before.digests, stale_at)
            return DatabaseSnapshot(version, api_keys.valid_digests(connection), stale_at)

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Put a question to the data module, off the event loop."""
        return await run_sync(lambda: question(self.store()), limiter=self._questions)

    async def answer(self, question: Callable[[Store], Model]) -> EncodedBody:
        """The question's body, encoded and compressed off the event loop as well."""
        return await self.ask(lambda store: EncodedBody(question(store).model_dump_json().encode()))


class Slots:
    """A number of places that are either free or taken; nobody waits for one."""

    def __init__(self, places: int) -> None:
        self._free = places

    def take(self) -> bool:
        """Take a place, if one is free."""
        if self._free == 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        """Free a place again."""
        self._free += 1
