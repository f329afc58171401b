"""A report as an Excel workbook: a sheet for each table, with the numbers as numbers and the ids as text."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from outreach_results.export.as_xlsx import table_sheet, workbook
from outreach_results.export.report.content import Report
from outreach_results.export.streams import file_metadata
from outreach_results.models.metric_definitions import METRICS


def xlsx(report: Report) -> Iterator[bytes]:
    """The file."""
    outcomes = pd.DataFrame(
        [(one.label, one.number, one.before, one.value, one.detail, one.change) for one in report.outcomes],
        columns=["metric", "number", "before", "in_words", "details", "change"],
    )
    changed = pd.DataFrame({"sentence": [*report.goals, *report.changes, *report.attention]})
    replies = pd.DataFrame(
        [(one.campaign, one.day, one.who, one.text) for one in report.replies],
        columns=["campaign_name", "received_on", "from", "text"],
    )
    days = [_days(one.name, one.points) for one in report.series]
    tables = {"outcomes": outcomes, "what changed": changed, "campaigns": report.table, "replies": replies}
    tables |= {"over time": pd.concat(days, ignore_index=True)} if days else {}
    tables |= {"benchmarks": _benchmarks(report)} if report.compared else {}
    yield from workbook((table_sheet(name, frame) for name, frame in tables.items()), _metadata(report))


def _days(name: str, points: pd.DataFrame) -> pd.DataFrame:
    points = points.assign(date=points["date"].astype(object).map(lambda day: pd.Timestamp(day).date()))
    return points.assign(metric=METRICS[name].label)[["metric", "date", "value", "low", "high", "compared"]]


def _benchmarks(report: Report) -> pd.DataFrame:
    rows = []
    for one in report.compared:
        low, high = one.interval or (None, None)
        numbers = (one.value, low, high, one.cases, *one.community.model_dump().values())
        rows.append((one.metric, *numbers, one.verdict.words()))
    columns = ["metric", "value", "low", "high", "emails", "average", "p25", "p50", "p75", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _metadata(report: Report) -> dict[str, object]:
    said = {str(number): line for number, line in enumerate(report.small_print, 1)}
    about: dict[str, object] = {"report": {"title": report.title, "subtitle": report.subtitle}, "notes": said}
    return about | file_metadata(report.period.filters, report.zone)
