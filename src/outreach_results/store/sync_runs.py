"""The last sync of each account: when it began and ended, its report, and why it could not begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach_results.store.engine import Store
from outreach_results.store.schema import sync_runs


@dataclass(frozen=True, slots=True)
class StartFailure:
    """Why no sync could begin, and since when that is so; the next one that begins removes it."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last sync of an account.

    ``report`` is that of the last one that ended; one that began later than that runs, or was cut off.
    """

    started_at: datetime | None
    finished_at: datetime | None
    report: str | None
    start_failure: StartFailure | None

    @property
    def unfinished_since(self) -> datetime | None:
        """When a run began that has not ended."""
        if self.started_at is None or (self.finished_at is not None and self.finished_at >= self.started_at):
            return None
        return self.started_at


def last_runs(connection: Connection) -> dict[str, LastRun]:
    """The last run of every account that was ever tried, by account."""
    rows = connection.execute(select(sync_runs).order_by(sync_runs.c.account)).all()
    return {
        row.account: LastRun(
            row.started_at,
            row.finished_at,
            row.report,
            None if row.failure is None else StartFailure(row.failed_since, row.failure),
        )
        for row in rows
    }


def begin_run(connection: Connection, account: str, started_at: datetime) -> None:
    """Note that a sync of an account begins."""
    _set(connection, account, {"started_at": started_at, "failed_since": None, "failure": None})


def end_run(connection: Connection, account: str, report: str) -> None:
    """Keep the report of a sync that ended."""
    _set(connection, account, {"finished_at": datetime.now(UTC), "report": report})


def keep_start_failure(store: Store, account: str, reason: str) -> None:
    """Keep why a sync could not begin, for the pages to show."""
    with store.read() as connection:
        known = last_runs(connection).get(account)
    failure = None if known is None else known.start_failure
    if failure is None or failure.reason != reason:  # it is tried again every few seconds
        with store.write(exclusive=True, is_data=False) as connection:
            _set(connection, account, {"failed_since": datetime.now(UTC), "failure": reason})


def forget_runs(connection: Connection, account: str) -> None:
    """Forget what became of the syncs of an account."""
    connection.execute(delete(sync_runs).where(sync_runs.c.account == account))


def _set(connection: Connection, account: str, values: dict[str, Any]) -> None:
    changed = connection.execute(update(sync_runs).where(sync_runs.c.account == account).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(sync_runs), {"account": account} | values)
