"""The state that all requests of a process share: the store, a snapshot of the database, and cached answers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from outreach_results.api.access import WRONG_KEYS_ALLOWED, Access
from outreach_results.api.encoded import BodyCache, EncodedBody
from outreach_results.api.webhooks.amazon import AmazonSns
from outreach_results.api.webhooks.receiver import Receiver
from outreach_results.api.webhooks.writer import Outcome
from outreach_results.ingest.posts import Post, write_posts
from outreach_results.models import Model
from outreach_results.results import Limit
from outreach_results.results.limits import within
from outreach_results.store.api_keys import ValidKeys, valid_keys
from outreach_results.store.engine import Store, get_meta

FRESH_S = 0.05
QUERIES_AT_ONCE = 4
CHUNKS_AT_ONCE = 2
EXPORTS_AT_ONCE = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DatabaseSnapshot:
    """The data version and the valid keys of the database; used until ``stale_at`` (monotonic seconds)."""

    version: str
    keys: ValidKeys
    stale_at: float


class Service:
    """Runs the queries of requests, never on the event loop.

    Queries, export chunks and reads of the data version each have threads of their own, so that none of them
    waits for the others; together they use fewer connections than the store's pool lends.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        wrong_keys_allowed: int = WRONG_KEYS_ALLOWED,
        amazon: AmazonSns | None = None,
    ) -> None:
        self._open_store = open_store
        self._store: Store | None = None
        self._opening = threading.Lock()
        self._snapshot: DatabaseSnapshot | None = None
        self._reading_snapshot: asyncio.Task[DatabaseSnapshot] | None = None
        self._snapshot_limiter = anyio.CapacityLimiter(1)
        self._queries = anyio.CapacityLimiter(QUERIES_AT_ONCE)
        self.chunks = anyio.CapacityLimiter(CHUNKS_AT_ONCE)
        self.exports = Slots(EXPORTS_AT_ONCE)
        self.answers = BodyCache()
        self.access = Access(self.store, wrong_keys_allowed)
        self._writes = anyio.CapacityLimiter(1)
        self.receiver = Receiver(self.access, self._write_posts, amazon)

    def store(self) -> Store:
        """The store, opened when it is first needed. Call it off the event loop: opening takes long."""
        with self._opening:
            if self._store is None:
                self._store = self._open_store()
            return self._store

    async def snapshot(self) -> DatabaseSnapshot:
        """The snapshot of the database, at most 50 ms old; concurrent callers share one read."""
        snapshot = self._snapshot
        if snapshot is not None and time.monotonic() < snapshot.stale_at:
            return snapshot
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
                return DatabaseSnapshot(version, before.keys, stale_at)
            return DatabaseSnapshot(version, valid_keys(connection), stale_at)

    async def run(self, query: Callable[[Store], T], limit: Limit | None) -> T:
        """Run a query of the data module in a thread.

        Args:
            limit: what the asker may see; None is everything. Without a default, so that no route forgets it.
        """
        return await run_sync(lambda: query(within(self.store(), limit)), limiter=self._queries)

    async def _write_posts(self, posts: Sequence[Post]) -> Sequence[Outcome]:
        return await run_sync(lambda: write_posts(self.store(), posts), limiter=self._writes)

    async def answer(self, query: Callable[[Store], Model], limit: Limit | None) -> EncodedBody:
        """The body that answers a query, encoded and compressed in the same thread."""
        return await self.run(lambda store: EncodedBody(query(store).model_dump_json().encode()), limit)


class Slots:
    """A limit without a queue: a slot is free or taken, and nobody waits for one.

    Half of the slots are for whoever comes first; of the other half each owner has one at most, so that one client with
    many slow downloads leaves slots to all others.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._taken: Counter[Hashable] = Counter()

    def take(self, owner: Hashable) -> bool:
        """Take a slot; False if none is free for this owner."""
        free = self._slots - self._taken.total()
        if free <= 0 or (self._taken[owner] and free <= self._slots // 2):
            return False
        self._taken[owner] += 1
        return True

    def release(self, owner: Hashable) -> None:
        """Free a slot that this owner took."""
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]
