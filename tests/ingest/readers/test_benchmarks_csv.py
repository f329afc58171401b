"""Benchmarks in a table, as people write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_results import results
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.readers.benchmarks_csv import benchmarks_csv, template
from outreach_results.ingest.records import BenchmarkRecord, Rejected
from outreach_results.ingest.registry import detect_source
from support.files import write


def read(folder, text):
    path = write(folder / "benchmarks.csv", text)
    assert detect_source(path).name == "Benchmarks (CSV)"
    return list(benchmarks_csv(path))


def test_the_template_is_imported_as_it_is(tmp_path, sqlite_store):
    path = tmp_path / "benchmarks.csv"
    path.write_bytes(template())
    [report] = import_file(sqlite_store, path)
    assert (report.inserted["benchmarks"], report.rejected_total) == (2, 0)
    known = results.benchmarks(sqlite_store, "sales-outreach")
    assert known.sample_size == 320
    assert known.updated_at == datetime(2026, 1, 31, tzinfo=UTC)
    assert known.benchmarks["reply_rate"].p50 == 0.046
    assert results.benchmarks(sqlite_store).benchmarks["open_rate"].average == 0.41


@pytest.mark.parametrize(
    "text",
    [
        "Campaign type,Metric,Median\nsales,Reply rate,4.6%\n",
        "mcp;metric;p50\nsales;reply_rate;4,6 %\n",
        "type\tmetric\tp50\nsales\treply_rate\t0.046\n",
    ],
)
def test_columns_and_numbers_as_people_write_them(tmp_path, text):
    assert read(tmp_path, text) == [BenchmarkRecord("sales", "reply_rate", None, None, 0.046, None, None, None)]


def test_a_cost_is_no_share(tmp_path):
    [record] = read(tmp_path, "metric,p50\navg_cost_per_email_usd,$1.20\n")
    assert record.p50 == 1.2


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("reply rat,0.1,,", "metric", "'reply rat' isn't one of delivery_rate"),
        ("reply_rate,41,,", "p50", "'41' isn't a share: write 0.41 or 41%"),
        ("reply_rate,-1%,,", "p50", "'-1%' is below 0"),
        ("reply_rate,much,,", "p50", "isn't a number"),
        ("reply_rate,,,", "average", "none of average, p25, p50 and p75"),
        ("reply_rate,0.1,many,", "sample_size", "isn't a"),
        ("reply_rate,0.1,,soon", "updated_at", "'soon' isn't a date like 2026-01-31"),
    ],
)
def test_rows_that_cannot_be_used(tmp_path, row, column, reason):
    [rejected] = read(tmp_path, f"metric,p50,sample_size,updated_at\n{row}\n")
    assert isinstance(rejected, Rejected)
    assert (rejected.row, rejected.column) == (2, column)
    assert reason in rejected.reason
