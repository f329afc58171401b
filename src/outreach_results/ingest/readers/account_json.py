"""The account in JSON: the plan, and the community's benchmarks in the contract's own bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outreach_results.errors import QueryError, SourceError
from outreach_results.ingest import fields as read
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.records import (
    BenchmarkRecord,
    ClientRecord,
    ForgottenRecord,
    Notice,
    PlanRecord,
    Records,
    RuleRecord,
)
from outreach_results.models import MAX_ID, Benchmarks, Instant, Plan, Usage
from outreach_results.store.labels import checked_name, checked_rule


class DatedPlan(Plan):
    """A plan, and as of when it is known: of two plans the later one stays."""

    known_at: Instant | None = None


class Forgotten(BaseModel):
    """What recognizes somebody who was forgotten."""

    model_config = ConfigDict(extra="forbid")

    salt: str = Field(pattern="^([0-9a-f]{2}){1,64}$")
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    forgotten_at: Instant


class NamedClient(BaseModel):
    """A client, and what it is called."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=MAX_ID)
    name: str


class LabelRule(BaseModel):
    """A rule on the names of campaigns."""

    model_config = ConfigDict(extra="forbid")

    match: str
    text: str
    client_id: str | None = None
    tag: str | None = None


class Account(BaseModel):
    """The content of an account file."""

    model_config = ConfigDict(extra="forbid")

    plan: DatedPlan | None = None
    benchmarks: list[Benchmarks] = []
    forgotten: list[Forgotten] = []
    clients: list[NamedClient] = []
    label_rules: list[LabelRule] = []


def account_json(path: Path) -> Records:
    """The records of an account file. It is small, so anything wrong with it refuses all of it.

    Raises:
        SourceError: it is no such file.
    """
    with _refused_whole(path):
        account = Account.model_validate(json.loads(path.read_bytes()))
        plan = [] if account.plan is None else [_dated(account.plan)]
        rows = [checked_benchmark(row) for group in account.benchmarks for row in benchmark_records(group)]
        forgotten = [ForgottenRecord(one.salt, one.digest, one.forgotten_at) for one in account.forgotten]
        clients = [
            ClientRecord(read.identifier("clients.id", one.id), checked_name(one.name)) for one in account.clients
        ]
        rules = [
            RuleRecord(checked_rule(one.match, one.text, client_id=one.client_id, tag=one.tag))
            for one in account.label_rules
        ]
        yield from plan + rows
        yield from forgotten
        yield from clients
        yield from rules


def benchmarks_json(path: Path) -> Records:
    """The records of an answer of the Results API to ``/benchmarks``.

    Raises:
        SourceError: it is no such answer.
    """
    with _refused_whole(path):
        answer = Benchmarks.model_validate(json.loads(path.read_bytes()))
        yield from [checked_benchmark(row) for row in benchmark_records(answer)]


def usage_json(path: Path) -> Records:
    """The plan in an answer of the Results API to ``/usage``; the usage itself is counted here.

    Raises:
        SourceError: it is no such answer.
    """
    with _refused_whole(path):
        answer = Usage.model_validate(json.loads(path.read_bytes()))
        month = read.day("period", f"{answer.period}-01")
        if answer.plan is not None:
            known_at = datetime(month.year, month.month, 1, tzinfo=UTC)
            yield checked_plan(plan_record(answer.plan))._replace(known_at=known_at)
        yield Notice(
            f"The usage of {answer.period} in {path.name} was left out: usage is counted here from the campaigns."
        )


@contextmanager
def _refused_whole(path: Path) -> Iterator[None]:
    """Say in a sentence what is wrong with a small file."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SourceError(f"{path.name} cannot be used: {place}: {first['msg']}. Nothing was imported.") from None
    except (FieldError, QueryError) as error:
        said = str(error).removesuffix(".")
        raise SourceError(f"{path.name} cannot be used: {said}. Nothing was imported.") from None
    except (ValueError, RecursionError):
        raise SourceError(
            f"{path.name} is not valid JSON, or ends too early. Nothing was imported; "
            "export or download the file again."
        ) from None


def _dated(plan: DatedPlan) -> PlanRecord:
    record = checked_plan(plan_record(plan))
    if plan.known_at is None:
        return record
    return record._replace(known_at=read.instant("plan.known_at", plan.known_at.isoformat()))


def plan_record(plan: Plan) -> PlanRecord:
    """The record of a plan."""
    return PlanRecord(plan.name, plan.email_limit, read.micros("price_usd", plan.price_usd))


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


def checked_plan(record: PlanRecord) -> PlanRecord:
    """The record, if a database can keep it.

    Raises:
        FieldError: a value cannot be right.
    """
    read.identifier("plan.name", record.name)
    read.count("plan.email_limit", record.email_limit)
    return record


def checked_benchmark(record: BenchmarkRecord) -> BenchmarkRecord:
    """The record, if a database can keep it.

    Raises:
        FieldError: a value cannot be right.
    """
    read.text("benchmarks.mcp", record.mcp, MAX_ID)
    read.identifier("benchmarks", record.metric)
    for name in ("average", "p25", "p50", "p75"):
        read.share(f"{record.metric}.{name}", getattr(record, name))
    if record.sample_size is not None and not 0 <= record.sample_size < 2**31:
        raise FieldError("benchmarks.sample_size", f"{record.sample_size:,} cannot be right")
    if record.updated_at is None:
        return record
    return record._replace(updated_at=read.instant("benchmarks.updated_at", record.updated_at.isoformat()))
