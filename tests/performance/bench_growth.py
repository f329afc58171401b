"""The API: what a new question costs at every size of the database, beside the smallest one.

All databases have the same campaigns and the same days; they differ in nothing but their emails. A question that was
asked before is asked again only after the data have a new version, so that none is answered from what the server keeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from http.client import HTTPConnection

from bench_api import api_server
from databases import Databases, kinds, new_key, sizes
from figures import Figure, large, middle, milliseconds, percentile

from outreach_results.api.service import FRESH_S
from outreach_results.results import all_campaigns, date_range
from outreach_results.store.engine import Store, open_store


def build(databases: Databases) -> None:
    """What is measured on."""
    databases.all()


def measure(databases: Databases) -> list[Figure]:
    """The latency of every resource on every database."""
    return [figure for kind in kinds() for figure in _growth(databases, kind)]


def _growth(databases: Databases, kind: str) -> list[Figure]:
    """New questions, one after the other, so that none is answered from the cache."""
    figures: list[Figure] = []
    smallest: dict[str, float] = {}
    for size in sizes():
        url = databases.full(kind, size)
        store = open_store(url)
        key = new_key(store)
        ids = [campaign.id for campaign in all_campaigns(store)]
        first, last = date_range(store) or (date(2025, 7, 1), date(2025, 12, 31))
        with api_server(url, b"{}") as port:
            for resource, ask in NEW_QUESTIONS.items():
                times = _latencies(store, port, key, [ask(n, ids, first, last) for n in range(NEW)])
                p50, p99 = middle(times), percentile(times, 0.99)
                is_smallest = resource not in smallest
                smallest.setdefault(resource, p50)
                figures.append(
                    Figure(
                        "API",
                        f"{resource}, new questions, {kind}, {large(size)} emails",
                        f"p50 {milliseconds(p50)}, p99 {milliseconds(p99)}",
                        "" if is_smallest else f"{large(sizes()[0])} emails p50 {milliseconds(smallest[resource])}",
                        None if is_smallest else p50 / smallest[resource],
                        at_most=None if is_smallest else 1.3,
                    )
                )
        store.close()
    return figures


def _period(n: int, first: date, last: date) -> str:
    days = (last - first).days
    start = first + timedelta(days=n % max(1, days // 2))
    return f"start={start}&end={last - timedelta(days=n // max(1, days // 2))}"


NEW = 150
TYPES = ("", "?mcp=sales-outreach", "?mcp=partner-outreach", "?mcp=recruiting")
MONTHS = 6  # in which emails are sent: another month is empty, and costs the same at every size
NEW_QUESTIONS: dict[str, Callable[[int, list[str], date, date], str]] = {
    "/campaigns": lambda n, ids, _first, _last: f"/campaigns?page={1 + n % len(ids)}&per_page={1 + n % 100}",
    "/stats": lambda n, ids, first, last: f"/campaigns/{ids[n % len(ids)]}/stats?{_period(n, first, last)}",
    "/stats/daily": lambda n, ids, first, last: f"/campaigns/{ids[n % len(ids)]}/stats/daily?{_period(n, first, last)}",
    "/replies": lambda n, ids, first, last: f"/campaigns/{ids[n % len(ids)]}/replies?{_period(n, first, last)}",
    "/usage": lambda n, _ids, first, _last: f"/usage?period={first + timedelta(days=31 * (n % MONTHS)):%Y-%m}",
    "/benchmarks": lambda n, _ids, _first, _last: f"/benchmarks{TYPES[n % len(TYPES)]}",
}


def _latencies(store: Store, port: int, key: str, paths: list[str]) -> list[float]:
    """The seconds of each answer; where there are few questions to ask, the server is made to forget its answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    asked: set[str] = set()
    for path in paths:
        if path in asked:
            with store.write():  # which is a new version of the data, whose answers are not known
                asked.clear()
            time.sleep(2 * FRESH_S)  # for so long the server believes that the version is as it was
        asked.add(path)
        begin = time.perf_counter()
        connection.request("GET", "/api/v1" + path, headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begin)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return times
