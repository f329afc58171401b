"""Benchmarks: the distributions that a community publishes, and whom our own numbers are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, select

from outreach_results.errors import QueryError
from outreach_results.metrics import Interval
from outreach_results.metrics.percentiles import quartile_range
from outreach_results.models import Benchmarks, Distribution, metric_definitions
from outreach_results.results.kept import kept_on
from outreach_results.store import schema
from outreach_results.store.engine import Store

COST = metric_definitions.COST
COST_PER_EMAIL = metric_definitions.COST_PER_EMAIL.name
OWN_METRICS = metric_definitions.BENCHMARK_METRICS
LOWER_IS_BETTER = frozenset(name for name in OWN_METRICS if metric_definitions.METRICS[name].lower_is_better)

STALE_AFTER_DAYS = 180
SMALL_BELOW_CAMPAIGNS = 100
ENOUGH_CASES = 30
"""A campaign of our own with fewer emails is left out of the distribution of our own campaigns."""
ENOUGH_CAMPAIGNS = 4
"""With fewer campaigns of our own no quartiles are computed."""


def benchmarks(store: Store, mcp: str | None = None) -> Benchmarks:
    """The community's distributions for an mcp, or of the community as a whole.

    Returns:
        The distributions by metric, in the order of the registry, unknown metrics last; empty without benchmarks.

    Raises:
        QueryError: there are no benchmarks for that mcp.
    """
    every = _rows(store)
    # The community as a whole has the empty name: NULL could not be part of the primary key.
    rows = every.get(mcp or "", [])
    # An unknown mcp is an error that lists the known ones; only for the community as a whole, none may be there yet.
    if not rows and mcp:
        named = ", ".join(name for name in every if name) or "none"
        raise QueryError("mcp", f"No benchmarks are known for the mcp {mcp[:100]!r}. Known: {named}.")
    order = {name: place for place, name in enumerate(OWN_METRICS)}
    return Benchmarks(
        mcp=mcp,
        sample_size=rows[0].sample_size if rows else None,
        benchmarks={
            row.metric: Distribution(average=row.average, p25=row.p25, p50=row.p50, p75=row.p75)
            for row in sorted(rows, key=lambda row: order.get(row.metric, len(order)))
        },
        updated_at=rows[0].updated_at if rows else None,
    )


def benchmark_mcps(store: Store) -> list[str]:
    """The mcps with benchmarks in alphabetical order; '' stands for the community as a whole and comes first."""
    return list(_rows(store))


def _rows(store: Store) -> dict[str, list[Row[Any]]]:
    """By mcp in alphabetical order, the stored rows; they are few."""
    table = schema.benchmarks
    query = select(table).order_by(table.c.mcp, table.c.metric)
    with store.read() as connection:
        every = kept_on(connection).get("benchmarks", lambda: connection.execute(query).all())
    return {mcp: list(rows) for mcp, rows in groupby(every, key=attrgetter("mcp"))}


@dataclass(frozen=True, slots=True)
class Peers:
    """The campaigns that ours are compared with: the community's (of one mcp, or all), or all our own.

    ``numbers.sample_size`` is the number of these campaigns.
    """

    numbers: Benchmarks
    is_own: bool = False

    @property
    def sampled(self) -> int | None:
        """The sample size behind the quartiles; None for our own, which are no sample but all our campaigns."""
        return None if self.is_own else self.numbers.sample_size

    def median_range(self, metric: str) -> Interval | None:
        """Where the median of a metric lies with 95% confidence; a single point for our own campaigns."""
        return quartile_range(self.numbers.benchmarks.get(metric, Distribution()), 0.5, self.sampled)

    def age_on(self, day: date) -> int | None:
        """Days from the update of the numbers to ``day``; None if its date is unknown, negative if they are newer."""
        return None if self.numbers.updated_at is None else (day - self.numbers.updated_at.date()).days

    def is_stale_on(self, day: date) -> bool:
        """Whether the numbers are older than `STALE_AFTER_DAYS` on ``day``."""
        return (self.age_on(day) or 0) > STALE_AFTER_DAYS

    @property
    def is_small(self) -> bool:
        """Whether the sample has fewer than `SMALL_BELOW_CAMPAIGNS` campaigns."""
        return self.sampled is not None and self.sampled < SMALL_BELOW_CAMPAIGNS


def community(store: Store, mcp: str | None) -> Peers:
    """The community's campaigns of an mcp, or all of them.

    Raises:
        QueryError: there are no benchmarks for that mcp.
    """
    return Peers(benchmarks(store, mcp))
