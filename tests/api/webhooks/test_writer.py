"""The one writer of deliveries: what waits is written together, and trouble with one stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from outreach_results.api.problems import ProblemError
from outreach_results.api.webhooks.amazon import AmazonSns
from outreach_results.api.webhooks.sources import webhook_sources
from outreach_results.api.webhooks.writer import Outcome, PostWriter
from outreach_results.errors import StoreBusyError
from outreach_results.ingest.posts import Post, Receipt
from support.webhooks import sendgrid_event

SOURCES = webhook_sources(AmazonSns())


def post(number: int, source: str = "sendgrid") -> Post:
    """A delivery of one event."""
    return Post(SOURCES[source].entry, [sendgrid_event(number)])


class Batches:
    """Takes deliveries as a database would, and remembers which came together."""

    def __init__(self, wrong: Post | None = None) -> None:
        self.sizes: list[int] = []
        self._wrong = wrong

    async def write(self, posts: Sequence[Post]) -> Sequence[Outcome]:
        """Take them, unless the wrong one is among them."""
        self.sizes.append(len(posts))
        await asyncio.sleep(0.01)
        if self._wrong in posts:
            raise ValueError("this cannot be written")
        return [Receipt(len(item.objects), []) for item in posts]


def test_what_waits_is_written_together() -> None:
    batches = Batches()

    async def burst() -> list[Receipt]:
        writer = PostWriter(batches.write)
        return await asyncio.gather(*(writer.add(post(number)) for number in range(50)))

    assert asyncio.run(burst()) == [Receipt(1, [])] * 50
    assert batches.sizes == [50]


def test_each_service_has_its_own_transaction() -> None:
    batches = Batches()

    async def burst() -> None:
        writer = PostWriter(batches.write)
        sources = ["sendgrid", "sendgrid", "postmark", "sendgrid"]
        await asyncio.gather(*(writer.add(post(number, source)) for number, source in enumerate(sources)))

    asyncio.run(burst())
    assert batches.sizes == [2, 1, 1]


def test_a_wrong_delivery_keeps_back_no_other() -> None:
    wrong = post(3)
    batches = Batches(wrong)

    async def burst() -> list[object]:
        writer = PostWriter(batches.write)
        posts = [post(1), post(2), wrong, post(4)]
        return list(await asyncio.gather(*map(writer.add, posts), return_exceptions=True))

    outcomes = asyncio.run(burst())
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True, True, False, True]
    assert batches.sizes == [4, 1, 1, 1, 1]


def test_a_busy_database_is_reported_to_all() -> None:
    tries: list[int] = []

    async def fail(posts: Sequence[Post]) -> Sequence[Outcome]:
        tries.append(len(posts))
        raise StoreBusyError("The database is busy.")

    async def burst() -> list[object]:
        writer = PostWriter(fail)
        return list(await asyncio.gather(writer.add(post(1)), writer.add(post(2)), return_exceptions=True))

    assert [type(outcome) for outcome in asyncio.run(burst())] == [StoreBusyError] * 2
    assert tries == [2], "trying each for itself would wait again and again"


def test_a_full_queue_asks_for_patience() -> None:
    async def burst() -> list[object]:
        writer = PostWriter(Batches().write, max_waiting=3)
        return list(await asyncio.gather(*(writer.add(post(number)) for number in range(5)), return_exceptions=True))

    outcomes = asyncio.run(burst())
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True, True, True, False, False]
    refusal = outcomes[-1]
    assert isinstance(refusal, ProblemError)
    assert (refusal.problem.status, refusal.headers["Retry-After"]) == (503, "5")


def test_who_has_gone_is_waited_for_no_longer() -> None:
    batches = Batches()

    async def burst() -> Receipt:
        writer = PostWriter(batches.write)
        gone = asyncio.create_task(writer.add(post(1)))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await writer.add(post(2))

    assert asyncio.run(burst()) == Receipt(1, [])
    assert sum(batches.sizes) == 2
