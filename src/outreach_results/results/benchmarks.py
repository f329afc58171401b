"""The community, and our own numbers beside it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from outreach_results import metrics
from outreach_results.errors import QueryError
from outreach_results.models import Benchmarks, Distribution
from outreach_results.results.totals import Totals
from outreach_results.store import schema
from outreach_results.store.engine import Store


def benchmarks(store: Store, mcp: str | None = None) -> Benchmarks:
    """The community's distributions for an mcp, or of the community as a whole.

    Raises:
        QueryError: no benchmarks are known for that mcp.
    """
    table = schema.benchmarks
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.mcp == (mcp or "")).order_by(table.c.metric)).all()
        known = connection.execute(select(table.c.mcp).distinct().order_by(table.c.mcp)).scalars().all()
    if not rows and mcp:
        named = ", ".join(name for name in known if name) or "none"
        raise QueryError("mcp", f"No benchmarks are known for the mcp {mcp[:100]!r}. Known: {named}.")
    order = {name: place for place, name in enumerate((*metrics.RATES, "avg_cost_per_email_usd"))}
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
    """The mcps that benchmarks are known for, the community as a whole ('') first if it is."""
    column = schema.benchmarks.c.mcp
    with store.read() as connection:
        return list(connection.execute(select(column).distinct().order_by(column)).scalars())


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of ours beside the community's; ``interval`` is that of a rate."""

    metric: str
    value: float | None
    interval: metrics.Interval | None
    community: Distribution
    verdict: str
    is_money: bool


def benchmark_comparison(own: Totals, community: Benchmarks) -> list[Comparison]:
    """Every metric that the community's benchmarks know, beside our own totals."""
    rows = []
    for name, spread in community.benchmarks.items():
        is_money = name not in metrics.RATES
        interval = None
        if is_money:
            value = metrics.cost_per_email(own.stats, own.costs) if name == "avg_cost_per_email_usd" else None
        else:
            of = metrics.RATES[name]
            value = metrics.rate_of(own.stats, name)
            interval = metrics.wilson(getattr(own.stats, of.numerator), getattr(own.stats, of.denominator))
        verdict = metrics.verdict(value, spread, lower_is_better=is_money)
        rows.append(Comparison(name, value, interval, spread, verdict, is_money))
    return rows
