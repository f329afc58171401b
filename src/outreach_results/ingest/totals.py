"""Totals: the numbers that a source reports without events, of campaigns, the plan and the community."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from outreach_results.ingest.records import BenchmarkRecord, DailyRecord, PlanRecord, ReportedRecord
from outreach_results.ingest.report import LoadReport
from outreach_results.models import Basis, Detail
from outreach_results.store import admin, schema


class TotalsWriter:
    """Collects totals until the end of a load, then replaces the stored ones: a total has no history."""

    def __init__(self, connection: Connection, report: LoadReport, *, is_sample: bool) -> None:
        self._connection = connection
        self._report = report
        self._is_sample = is_sample
        self._days: dict[tuple[str, date], DailyRecord] = {}
        self._reported: list[ReportedRecord] = []
        self._plans: list[PlanRecord] = []
        self._benchmarks: list[BenchmarkRecord] = []

    def keep(self, record: DailyRecord | ReportedRecord | PlanRecord | BenchmarkRecord) -> None:
        """Add a record; of several records of one day of a campaign the last one counts."""
        if isinstance(record, DailyRecord):
            self._days[record.campaign_id, record.date] = record
        elif isinstance(record, ReportedRecord):
            self._reported.append(record)
        elif isinstance(record, PlanRecord):
            self._plans.append(record)
        else:
            self._benchmarks.append(record)

    def write(self) -> None:
        """Write all records."""
        self._write_days()
        for reported in self._reported:
            here = schema.reported_stats.c.campaign_id == reported.campaign_id
            self._connection.execute(delete(schema.reported_stats).where(here))
            self._connection.execute(insert(schema.reported_stats), reported._asdict())
        if self._plans or self._benchmarks:
            self._write_account()

    def _write_days(self) -> None:
        table = schema.campaigns.c
        daily_only = set(
            self._connection.execute(select(table.campaign_id).where(table.detail == Detail.DAILY)).scalars()
        )
        days = [record for record in self._days.values() if record.campaign_id in daily_only]
        for campaign_id in {record.campaign_id for record in days}:
            self._connection.execute(delete(schema.daily_stats).where(schema.daily_stats.c.campaign_id == campaign_id))
            self._report.campaigns.add(campaign_id)
        rows: list[dict[str, Any]] = []
        for record in days:
            rows.append(record._asdict() | {"basis": Basis.ACTIVITY.value})
            # Emails sent on a day are the same on both bases; the other counts are reported by event date only.
            sent = DailyRecord(record.campaign_id, record.date, emails_sent=record.emails_sent, cost=record.cost)
            rows.append(sent._asdict() | {"basis": Basis.SEND.value})
        if rows:
            self._connection.execute(insert(schema.daily_stats), rows)
        self._report.inserted["days"] += len(days)

    def _write_account(self) -> None:
        """Write the plan and the benchmarks, if they may be written (`admin.prepare_account_data`)."""
        if not admin.prepare_account_data(self._connection, is_sample=self._is_sample):
            return
        if self._plans:
            self._connection.execute(delete(schema.plan))
            self._connection.execute(insert(schema.plan), self._plans[-1]._asdict())
        for record in self._benchmarks:
            here = (schema.benchmarks.c.mcp == record.mcp, schema.benchmarks.c.metric == record.metric)
            self._connection.execute(delete(schema.benchmarks).where(*here))
            self._connection.execute(insert(schema.benchmarks), record._asdict())
