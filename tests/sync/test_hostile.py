"""Whatever a server says, a sync ends with a report, and what it keeps is consistent."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Detail
from outreach_results.store import rollup
from outreach_results.store.engine import Store
from support import faulty_server as faults
from support.databases import contents, wipe
from support.faulty_server import remote_campaign
from support.records import CAMPAIGN
from support.syncing import RECORDS, files_of, publish, sync_from

MakeStore = Callable[[], Store]

ROUNDS = 10
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 10**9, 10**30, 1.5, float("nan"), float("inf"), "", " ", "null", "0", "1e400", "..",
    "\x00", "\ud800", "🌱" * 300, "a/b?c#d", "=1+1", "<b>", "9" * 5_000, "2026-01-31T14:23:00Z", "2026-01-31",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "positive", [], {}, [[]], [None], {"id": 5},
]  # fmt: skip


def places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with every key in it."""
    if isinstance(content, dict | list):
        for key in range(len(content)) if isinstance(content, list) else list(content):
            yield content, key
            yield from places(content[key])


def distorted(body: bytes, random: Random) -> bytes:
    """The same JSON with some values replaced, removed or repeated."""
    content = json.loads(body)
    for _ in range(random.randint(1, 3)):
        result = list(places(content))
        if not result:
            return body
        container, key = random.choice(result)
        match random.choice(["replace", "replace", "replace", "remove", "repeat"]):
            case "replace":
                container[key] = random.choice(ODD)
            case "remove":
                del container[key]
            case "repeat" if isinstance(container, list):
                container.append(container[key])
    return json.dumps(content).encode()


def check_consistent(store: Store) -> None:
    """What is counted equals a recount, and everything can be shown and exported."""
    before = contents(store).only("daily_stats")
    with store.write() as connection:
        for campaign in results.all_campaigns(store):
            if campaign.detail is Detail.EVENTS:
                rollup.rebuild(connection, campaign.id)
    assert contents(store).only("daily_stats") == before
    files_of(store)


def test_no_answer_ends_a_sync_without_a_report(sqlite_store: Store, make_sqlite: MakeStore) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201
    random = Random(seed)
    origin = make_sqlite()
    load(origin, "origin", RECORDS)
    with faults.faulty_server() as remote:
        publish(remote, origin)
        remote.campaigns["totals"] = remote_campaign(replies=5)
        for share in (0.15, 0.5) * ROUNDS:
            wipe(sqlite_store)
            seed_of_round = random.random()

            def distort(exchange: faults.Exchange, share: float = share, seed: float = seed_of_round) -> None:
                own = Random(f"{seed} {exchange.target}")
                if exchange.status == 200 and own.random() < share:
                    exchange.body = distorted(exchange.body, own)
                    exchange.headers.pop("ETag")
                exchange.send()

            remote.trouble("", distort, times=None)
            report = sync_from(remote.url, sqlite_store)
            assert report.finished_at is not None
            check_consistent(sqlite_store)

            remote._troubles.clear()  # and once the server is well again, everything is
            report = sync_from(remote.url, sqlite_store)
            assert (report.problem, report.failed) == (None, {})
            assert {campaign.id for campaign in results.all_campaigns(sqlite_store)} >= {CAMPAIGN, "totals"}
