"""Writes deliveries: all that wait are one transaction, and each is answered once it is committed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from outreach_results.api.webhooks.bodies import too_busy
from outreach_results.errors import StoreError
from outreach_results.ingest.posts import Post, Receipt

MAX_WAITING = 5_000
MAX_POSTS = 1_000
MAX_BYTES = 8 * 1024 * 1024

Outcome = Receipt | Exception
WritePosts = Callable[[Sequence[Post]], Awaitable[Sequence[Outcome]]]
"""Writes deliveries of one service in one transaction; what became of each, in their order."""


class PostWriter:
    """The one writer of deliveries in a process. Whatever comes while it writes waits for the next transaction.

    All of it runs on the event loop; ``write`` does its work in a thread.
    """

    def __init__(self, write: WritePosts, max_waiting: int = MAX_WAITING) -> None:
        self._write = write
        self._max_waiting = max_waiting
        self._waiting: deque[tuple[Post, asyncio.Future[Receipt]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def add(self, post: Post) -> Receipt:
        """Write a delivery; returns once it is on the disk.

        Raises:
            ProblemError: too many wait already (503).
            StoreError: it could not be written.
        """
        if len(self._waiting) >= self._max_waiting:
            raise too_busy()
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((post, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            outcomes = await self._outcomes([post for post, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():  # whoever sent it has gone
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

    def _next_batch(self) -> list[tuple[Post, asyncio.Future[Receipt]]]:
        """The deliveries that wait longest, all of one service."""
        first = self._waiting[0][0].entry
        batch: list[tuple[Post, asyncio.Future[Receipt]]] = []
        size = 0
        while self._waiting and len(batch) < MAX_POSTS:
            post = self._waiting[0][0]
            size += post.size
            if batch and (post.entry is not first or size > MAX_BYTES):
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _outcomes(self, posts: list[Post]) -> Sequence[Outcome]:
        try:
            return await self._write(posts)
        except StoreError as error:
            return [error] * len(posts)
        except Exception as error:
            if len(posts) == 1:
                return [error]
        # Something in one of them cannot be written: each for itself, so that it keeps back no other.
        return [(await self._outcomes([post]))[0] for post in posts]
