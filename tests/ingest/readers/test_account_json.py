"""The account in JSON: the plan and the community's benchmarks, all of it or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_results.errors import SourceError
from outreach_results.ingest.readers.account_json import account_json
from outreach_results.ingest.records import BenchmarkRecord, PlanRecord
from support.files import write

PLAN = {"name": "Pro", "email_limit": 10_000, "price_usd": 20}


@pytest.fixture
def read(tmp_path):
    """The records of a file."""
    return lambda content: list(account_json(write(tmp_path / "account.json", content)))


@pytest.fixture
def benchmarks(golden):
    """The contract's example, with some fields changed."""
    return lambda **changes: golden("benchmarks") | changes


def test_the_plan_and_every_metric_become_records(read, benchmarks):
    records = read({"plan": PLAN, "benchmarks": [benchmarks(), benchmarks(mcp=None, updated_at=None)]})
    assert records[0] == PlanRecord("Pro", 10_000, 20_000_000)
    assert [(record.mcp, record.metric) for record in records[1:]] == [
        (mcp, metric)
        for mcp in ("sales-outreach", "")
        for metric in ("delivery_rate", "open_rate", "reply_rate", "avg_cost_per_email_usd")
    ]
    assert records[1] == BenchmarkRecord(
        "sales-outreach", "delivery_rate", 0.942, 0.912, 0.945, 0.968, 1247, datetime(2026, 1, 30, tzinfo=UTC)
    )
    assert records[-1].updated_at is None


def test_either_half_may_be_missing(read, benchmarks):
    assert read({"plan": PLAN}) == [PlanRecord("Pro", 10_000, 20_000_000)]
    assert len(read({"benchmarks": [benchmarks()]})) == 4
    assert read({"plan": None, "benchmarks": []}) == []


BAD_PLANS = [
    ({"name": ""}, "plan.name: a value is required"),
    ({"name": "a\x00b"}, "plan.name: the text holds a NUL character"),
    ({"name": None}, "plan.name"),
    ({"email_limit": -1}, "plan.email_limit"),
    ({"email_limit": 10**20}, "plan.email_limit"),
    ({"email_limit": "many"}, "plan.email_limit"),
    ({"price_usd": -5}, "price_usd: a cost below zero is not allowed"),
    ({"price_usd": 1e300}, "price_usd: 1e+300 isn't an amount in dollars"),
]
BAD_BENCHMARKS = [
    ({"mcp": "x" * 201}, "benchmarks.mcp"),
    ({"benchmarks": {"": {}}}, "benchmarks: a value is required"),
    ({"benchmarks": {"open_rate": {"p50": "half"}}}, "benchmarks.1.benchmarks.open_rate.p50"),
    ({"benchmarks": []}, "benchmarks.1.benchmarks"),
    ({"sample_size": -1}, "benchmarks.sample_size"),
    ({"sample_size": 2**31}, "benchmarks.sample_size"),
    ({"updated_at": "2026-01-30T00:00:00"}, "benchmarks.updated_at: '2026-01-30T00:00:00' names no time zone"),
    ({"updated_at": "yesterday"}, "benchmarks.1.updated_at"),
]


def refused(read, content):
    with pytest.raises(SourceError) as caught:
        read(content)
    assert str(caught.value).startswith("account.json ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("change", "message"), BAD_PLANS)
def test_a_plan_that_cannot_be_right_is_named(read, change, message):
    assert message in refused(read, {"plan": PLAN | change})


@pytest.mark.parametrize(("change", "message"), BAD_BENCHMARKS)
def test_benchmarks_that_cannot_be_right_are_named(read, benchmarks, change, message):
    assert message in refused(read, {"plan": PLAN, "benchmarks": [benchmarks(), benchmarks(**change)]})


def test_a_number_without_a_value_is_refused(read):
    text = '{"benchmarks": [{"benchmarks": {"open_rate": {"average": NaN}}}]}'
    assert "open_rate.average: nan isn't a number" in refused(read, text)


def test_what_the_file_should_not_hold_is_named(read):
    assert "color: Extra inputs are not permitted" in refused(read, {"plan": PLAN, "color": "blue"})


@pytest.mark.parametrize("content", ['{"plan": {"na', '{"plan": nothing}', b'{"plan": "\xff"}', "{" * 100_000])
def test_what_is_no_json_is_reported(read, content):
    assert "is not valid JSON, or ends too early. Nothing was imported" in refused(read, content)


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(SourceError, match=r"missing\.json cannot be read: No such file or directory"):
        list(account_json(tmp_path / "missing.json"))
