"""Totals: what a source reports of campaigns, the plan and the community without the events behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from outreach_results.ingest.merging import (
    benchmark_rank,
    contradict,
    merged_day,
    moment,
    plan_rank,
    reported_rank,
)
from outreach_results.ingest.records import BenchmarkRecord, DailyRecord, PlanRecord, ReportedRecord
from outreach_results.ingest.report import LoadReport
from outreach_results.models import Basis, Detail
from outreach_results.models.numbers import counted
from outreach_results.store import admin, rollup, schema

Day = tuple[str, date]
Metric = tuple[str, str]


class TotalsWriter:
    """Keeps totals until the end of a load, and merges them with what is stored so that no order of files matters.

    Where the source is the authority, what it says replaces what is stored.
    """

    def __init__(self, connection: Connection, report: LoadReport, *, is_sample: bool, replace: bool) -> None:
        self._connection = connection
        self._report = report
        self._is_sample = is_sample
        self._replace = replace
        self._days: dict[Day, DailyRecord] = {}
        self._reported: dict[str, ReportedRecord] = {}
        self._plan: PlanRecord | None = None
        self._benchmarks: dict[Metric, BenchmarkRecord] = {}

    def keep(self, record: DailyRecord | ReportedRecord | PlanRecord | BenchmarkRecord) -> None:
        """Take a record."""
        if isinstance(record, DailyRecord):
            self._days[record[:2]] = self._merged(self._days.get(record[:2]), record)
        elif isinstance(record, ReportedRecord):
            known = self._reported.get(record.campaign_id)
            self._reported[record.campaign_id] = max(filter(None, (known, record)), key=reported_rank)
        elif isinstance(record, PlanRecord):
            self._plan = record if self._plan is None else self._later_plan(self._plan, record)
        else:
            self._benchmarks[record[:2]] = max(
                filter(None, (self._benchmarks.get(record[:2]), record)), key=benchmark_rank
            )

    def write(self) -> None:
        """Write all of them."""
        self._write_days()
        self._write_reported()
        if self._plan or self._benchmarks:
            self._write_account()

    # --- days --------------------------------------------------------------------------------------------------------

    def _merged(self, known: DailyRecord | None, record: DailyRecord) -> DailyRecord:
        if known is None:
            return record
        if contradict(known, record):
            self._report.add_note(
                f"There are two different totals of {record.campaign_id!r} on {record.date}: of each number the larger "
                "one was kept."
            )
        return merged_day(known, record)

    def _write_days(self) -> None:
        days_of: dict[str, dict[date, DailyRecord]] = defaultdict(dict)
        for (campaign_id, day), record in self._days.items():
            days_of[campaign_id][day] = record
        daily_only = self._daily_campaigns(days_of)
        self._report.inserted["days"] += 0
        for campaign_id, days in days_of.items():
            if campaign_id in daily_only:
                self._write_days_of(campaign_id, days)
            else:
                self._report.add_note(
                    f"The daily totals of {campaign_id!r} were left out: its days are counted from its events."
                )

    def _daily_campaigns(self, campaign_ids: Iterable[str]) -> set[str]:
        table = schema.campaigns.c
        these = rollup.id_in(self._connection, table.campaign_id, list(campaign_ids))
        query = select(table.campaign_id).where(these, table.detail == Detail.DAILY)
        return set(self._connection.execute(query).scalars())

    def _write_days_of(self, campaign_id: str, days: dict[date, DailyRecord]) -> None:
        stored = self._stored_days(campaign_id)
        written = days if self._replace else {day: self._merged(stored.get(day), row) for day, row in days.items()}
        new = {day: record for day, record in written.items() if stored.get(day) != record}
        table = schema.daily_stats.c
        outdated = [table.campaign_id == campaign_id]
        if not self._replace:
            outdated.append(table.date.in_(new))
        self._connection.execute(delete(schema.daily_stats).where(*outdated))
        rows: list[dict[str, Any]] = []
        for record in written.values() if self._replace else new.values():
            rows.append(record._asdict() | {"basis": Basis.ACTIVITY.value})
            # What was sent on a day is the same on both bases; what became of it is known only by the day it happened.
            sent = DailyRecord(campaign_id, record.date, emails_sent=record.emails_sent, cost=record.cost)
            rows.append(sent._asdict() | {"basis": Basis.SEND.value})
        if rows:
            self._connection.execute(insert(schema.daily_stats), rows)
        self._report.campaigns.add(campaign_id)
        self._report.inserted["days"] += len(new)
        self._report.duplicate["days"] += len(written) - len(new)

    def _stored_days(self, campaign_id: str) -> dict[date, DailyRecord]:
        table = schema.daily_stats.c
        columns = (table[name] for name in DailyRecord._fields)
        query = select(*columns).where(table.campaign_id == campaign_id, table.basis == Basis.ACTIVITY)
        return {row.date: DailyRecord(*row) for row in self._connection.execute(query)}

    def _write_reported(self) -> None:
        table = schema.reported_stats
        columns = [table.c[name] for name in ReportedRecord._fields]
        for campaign_id, record in self._reported.items():
            here = table.c.campaign_id == campaign_id
            row = self._connection.execute(select(*columns).where(here)).first()
            stored = None if row is None else ReportedRecord(*row)
            if stored is not None and not self._replace and reported_rank(stored) >= reported_rank(record):
                self._report.duplicate["reported totals"] += 1
                if stored != record:
                    self._report.add_note(
                        f"The totals that a platform reported of {campaign_id!r} by {moment(record.fetched_at)} were "
                        f"left out: those of {moment(stored.fetched_at)} are stored."
                    )
                continue
            self._connection.execute(delete(table).where(here))
            self._connection.execute(insert(table), record._asdict())
            self._report.inserted["reported totals"] += 1

    # --- the account -------------------------------------------------------------------------------------------------

    def _write_account(self) -> None:
        """The plan and the benchmarks. Those of the sample never mix with the account's own, and give way to them."""
        if not admin.prepare_account_data(self._connection, is_sample=self._is_sample):
            return
        if self._plan is not None:
            self._write_plan(self._plan)
        if self._benchmarks:
            self._write_benchmarks()

    def _later_plan(self, known: PlanRecord, record: PlanRecord) -> PlanRecord:
        lost, kept = sorted((known, record), key=plan_rank)
        if lost[:3] != kept[:3]:
            undated = (
                ""
                if lost.known_at or kept.known_at
                else (
                    ' If the other one is newer, write the moment from which it holds into the file: "known_at": '
                    '"2026-01-31T00:00:00Z" in "plan".'
                )
            )
            self._report.add_note(f"There are two plans: {_named(kept)} was kept, {_named(lost)} was not.{undated}")
        return kept

    def _write_plan(self, plan: PlanRecord) -> None:
        columns = [schema.plan.c[name] for name in PlanRecord._fields]
        row = self._connection.execute(select(*columns)).first()
        stored = None if row is None else PlanRecord(*row)
        written = plan if stored is None or self._replace else self._later_plan(stored, plan)
        if written == stored:
            self._report.duplicate["plan"] += 1
            return
        self._connection.execute(delete(schema.plan))
        self._connection.execute(insert(schema.plan), written._asdict())
        self._report.inserted["plan"] += 1

    def _write_benchmarks(self) -> None:
        table = schema.benchmarks
        columns = [table.c[name] for name in BenchmarkRecord._fields]
        stored = {(row.mcp, row.metric): BenchmarkRecord(*row) for row in self._connection.execute(select(*columns))}
        replaced: dict[tuple[str, datetime | None, datetime | None], list[str]] = defaultdict(list)
        for key, record in self._benchmarks.items():
            known = stored.get(key)
            is_kept = known is not None and not self._replace and benchmark_rank(known) >= benchmark_rank(record)
            if is_kept or known == record:
                self._report.duplicate["benchmarks"] += 1
            else:
                here = (table.c.mcp == record.mcp, table.c.metric == record.metric)
                self._connection.execute(delete(table).where(*here))
                self._connection.execute(insert(table), record._asdict())
                self._report.inserted["benchmarks"] += 1
            if known is not None and known != record and not self._replace:
                kept, lost = (known, record) if is_kept else (record, known)
                replaced[record.mcp, kept.updated_at, lost.updated_at].append(record.metric)
        for (mcp, kept_at, lost_at), metrics in sorted(replaced.items(), key=lambda item: str(item[0])):
            self._report.add_note(
                f"Benchmarks of {mcp or 'the whole community'}: those of {_dated(kept_at)} replace those of "
                f"{_dated(lost_at)} ({', '.join(sorted(metrics))})."
            )


def _named(plan: PlanRecord) -> str:
    known = f", known at {moment(plan.known_at)}" if plan.known_at else ""
    return f"{plan.name!r} ({counted(plan.email_limit, 'email')}{known})"


def _dated(updated_at: datetime | None) -> str:
    return "no date" if updated_at is None else moment(updated_at)
