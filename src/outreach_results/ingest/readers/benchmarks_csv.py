"""Benchmarks in a table: one row a metric, of the community or of one campaign type."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outreach_results.ingest.content import open_contents
from outreach_results.ingest.fields import FieldError, quoted
from outreach_results.ingest.readers.account_json import checked_benchmark
from outreach_results.ingest.records import BenchmarkRecord, Records, Rejected
from outreach_results.ingest.values import DateForm, as_text, count, is_empty, number, parse_date
from outreach_results.models.metric_definitions import COST_PER_EMAIL, METRICS, RATES

_SPREAD = ("average", "p25", "p50", "p75")
COLUMNS = ("type", "metric", *_SPREAD, "sample_size", "updated_at")
"""The columns, by the names that the template has."""

_ALSO = {"mcp": "type", "campaigntype": "type", "median": "p50", "mean": "average", "campaigns": "samplesize"}
_METRICS = (*RATES, COST_PER_EMAIL.name)


def is_benchmarks_csv(header: str) -> bool:
    """Whether a first line names a metric and how it is spread."""
    names = {_plain(name) for name in re.split(r"[,;\t|]", header)}
    return "metric" in names and not names.isdisjoint(_SPREAD)


def benchmarks_csv(path: Path) -> Records:
    """The benchmarks of a table. A row that cannot be used is rejected with its reason.

    Raises:
        SourceError: it is no table.
    """
    with open_contents(path) as contents:
        for content in contents:
            for place, row in content.read():
                cells = {_plain(str(name)): value for name, value in row.items()}
                try:
                    yield checked_benchmark(_record(cells))
                except FieldError as error:
                    yield Rejected(content.name, place, error.column, error.reason, row)


def template() -> bytes:
    """The header and an example of each kind, as CSV that Excel opens in UTF-8."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    rows.writerow(("", "open_rate", "41%", "30%", "40%", "52%", "850", "2026-01-31"))
    rows.writerow(("sales-outreach", "reply_rate", "5.2%", "2.9%", "4.6%", "7.1%", "320", "2026-01-31"))
    return written.getvalue().encode("utf-8-sig")


def _plain(name: str) -> str:
    letters = "".join(filter(str.isalnum, name.casefold()))
    return _ALSO.get(letters, letters)


def _record(cells: Mapping[str, Any]) -> BenchmarkRecord:
    metric = _metric(cells.get("metric"))
    average, p25, p50, p75 = (_value(metric, name, cells.get(name)) for name in _SPREAD)
    if (average, p25, p50, p75) == (None,) * 4:
        raise FieldError("average", "the row has none of average, p25, p50 and p75")
    try:
        size = count(cells.get("samplesize"))
    except ValueError as error:
        raise FieldError("sample_size", str(error)) from None
    mcp, updated_at = as_text(cells.get("type")) or "", _updated_at(cells.get("updatedat"))
    return BenchmarkRecord(mcp, metric, average, p25, p50, p75, size, updated_at)


def _metric(cell: Any) -> str:
    word = _plain(as_text(cell) or "")
    for name in _METRICS:
        if word in (_plain(name), _plain(METRICS[name].label)):
            return name
    raise FieldError("metric", f"{quoted(cell)} isn't one of {', '.join(_METRICS)}")


def _value(metric: str, column: str, cell: Any) -> float | None:
    if is_empty(cell):
        return None
    text = str(cell).strip()
    is_percent = text.endswith("%")
    try:
        value = number(text.removesuffix("%").strip(), decimal_comma="," in text and "." not in text)
    except ValueError as error:
        raise FieldError(column, str(error)) from None
    if value is None or value < 0:
        raise FieldError(column, f"{quoted(cell)} is below 0")
    if metric in RATES and value > (100 if is_percent else 1):
        raise FieldError(column, f"{quoted(cell)} isn't a share: write 0.41 or 41%")
    return round(value / 100, 9) if is_percent else value


def _updated_at(cell: Any) -> datetime | None:
    if is_empty(cell):
        return None
    try:
        day = parse_date(cell, DateForm.ISO)
    except ValueError:
        raise FieldError("updated_at", f"{quoted(cell)} isn't a date like 2026-01-31") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
