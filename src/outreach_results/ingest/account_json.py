"""The account in JSON: the plan, and the community's benchmarks in the contract's own bodies."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from outreach_results.errors import SourceError
from outreach_results.ingest.records import BenchmarkRecord, PlanRecord, Records, micros
from outreach_results.models import Benchmarks, Plan


class Account(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(extra="forbid")

    plan: Plan | None = None
    benchmarks: list[Benchmarks] = []


def account_json(path: Path) -> Records:
    """The records of an account file.

    Raises:
        SourceError: it is no such file.
    """
    try:
        account = Account.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SourceError(f"{path.name} cannot be used: {place}: {first['msg']}. Nothing was imported.") from None
    if account.plan is not None:
        yield plan_record(account.plan)
    for benchmarks in account.benchmarks:
        yield from benchmark_records(benchmarks)


def plan_record(plan: Plan) -> PlanRecord:
    """The record of a plan."""
    return PlanRecord(plan.name, plan.email_limit, micros("price_usd", plan.price_usd))


def benchmark_records(benchmarks: Benchmarks) -> list[BenchmarkRecord]:
    """The records of one mcp's benchmarks."""
    return [
        BenchmarkRecord(
            benchmarks.mcp or "",
            metric,
            spread.average,
            spread.p25,
            spread.p50,
            spread.p75,
            benchmarks.sample_size,
            benchmarks.updated_at,
        )
        for metric, spread in benchmarks.benchmarks.items()
    ]
