"""The inbox: what finding replies costs beside looking one up by its id, both through the same code."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from databases import Databases, kinds, sizes
from figures import Figure, large, middle, milliseconds, percentile

from outreach_results import results
from outreach_results.models import Filters, InboxReply, Sentiment
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus
from outreach_results.store.engine import Store, open_store

TIMES = 40
EVERYTHING = Filters()
OPEN = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN)

Ask = Callable[[InboxReply], object]


def build(databases: Databases) -> None:
    """What is measured on."""
    databases.all()


def measure(databases: Databases) -> list[Figure]:
    """Filters and searches at every size, one by one at the largest, where they differ most.

    Each question is another one, made of some reply that is there.
    """
    figures: list[Figure] = []
    for kind in kinds():
        for size in sizes():
            store = open_store(databases.full(kind, size))
            total = results.inbox(store, EVERYTHING).pagination.total
            where = f"{kind}, {large(total)} replies" if total % 1000 == 0 else f"{kind}, {total:,} replies"
            known = _some_replies(store, total)
            for room, questions in (("filter", _filters(store)), ("search", _searches(store))):
                *each, all_of_them = _room(room, where, store, known, questions)
                figures += [*each, all_of_them] if size == max(sizes()) else [all_of_them]
            store.close()
    return figures


def _some_replies(store: Store, total: int) -> list[InboxReply]:
    """Replies from all over the inbox, the same in every run."""
    chance = random.Random(7)
    pages = [chance.randrange(1, total // 10 + 1) for _ in range(TIMES)]
    return [results.inbox(store, EVERYTHING, page=page, per_page=10).replies[0] for page in pages]


def _filters(store: Store) -> dict[str, Ask]:
    day = timedelta(days=1)
    return {
        "open replies of people": lambda _one: results.inbox(store, EVERYTHING, OPEN),
        "one sentiment": lambda one: results.inbox(
            store, EVERYTHING, InboxFilters(sentiments=(Sentiment(one.sentiment),))
        ),
        "one campaign": lambda one: results.inbox(store, EVERYTHING.of(one.campaign_id), OPEN),
        "a week": lambda one: results.inbox(
            store, Filters(start=one.received_at.date(), end=one.received_at.date() + 6 * day), OPEN
        ),
        "a campaign's week": lambda one: results.inbox(
            store,
            Filters((one.campaign_id,), one.received_at.date(), one.received_at.date() + 6 * day),
            OPEN,
        ),
    }


def _searches(store: Store) -> dict[str, Ask]:
    def search(words: Callable[[InboxReply], str]) -> Ask:
        return lambda one: results.inbox(
            store, EVERYTHING, InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, q=words(one))
        )

    return {
        "an address": search(lambda one: one.email or ""),
        "a number in the text": search(lambda one: _word(one, "ticket")),
        "a company": search(lambda one: one.company or ""),
        "a name": search(lambda one: one.name or ""),
        "a word that every fiftieth says": search(lambda one: _word(one, "topic")),
        "the beginnings of a name": search(lambda one: " ".join(part[:4] for part in (one.name or "").split())),
    }


def _word(one: InboxReply, beginning: str) -> str:
    return next(word for word in (one.body or "").split() if word.startswith(beginning))


def _room(
    room: str, where: str, store: Store, known: Sequence[InboxReply], questions: dict[str, Ask]
) -> Iterator[Figure]:
    """Each question by itself, for information, and all of them together, which the target is about."""
    every: list[float] = []
    lookups: list[float] = []
    for name, ask in questions.items():
        for one in known:  # so that what is measured is the work, and not the disk
            ask(one)
        result: list[float] = []
        for one in known:
            lookups.append(_time(lambda one=one: results.reply(store, one.campaign_id, one.id)))  # type: ignore[misc]
            result.append(_time(lambda one=one, ask=ask: ask(one)))  # type: ignore[misc]
        every += result
        yield _figure(room, f"{name}, {where}", result, lookups[-len(known) :])
    yield _figure(room, f"all of these, {where}", every, lookups, at_most=5)


def _figure(
    room: str, what: str, result: Sequence[float], lookups: Sequence[float], *, at_most: float | None = None
) -> Figure:
    p50, yardstick = middle(result), middle(lookups)
    return Figure(
        room,
        what,
        f"p50 {milliseconds(p50)}, p99 {milliseconds(percentile(result, 0.99))}",
        f"lookup by id {milliseconds(yardstick)}",
        p50 / yardstick,
        at_most=at_most,
    )


def _time(ask: Callable[[], object]) -> float:
    begin = time.perf_counter()
    ask()
    return time.perf_counter() - begin
