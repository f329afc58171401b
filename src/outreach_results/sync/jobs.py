"""Syncing several accounts one after another, in a thread that others can watch and stop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock, Thread

from outreach_results.errors import OutreachError, SyncRunningError
from outreach_results.store.engine import Store
from outreach_results.store.sync_runs import keep_start_failure
from outreach_results.sync.http_client import RemoteServer
from outreach_results.sync.run import sync
from outreach_results.sync.sources import Account, OpenedServer
from outreach_results.sync.status import SyncReport, sync_status

OpenAccount = Callable[[Store, Account], OpenedServer]
"""Opens the server of an account."""

_log = logging.getLogger(__name__)


class SyncJob:
    """Syncs accounts one after another. What it is at is read by other threads without a lock.

    Attributes:
        account: the one it is at.
        done, total, doing: campaigns of that account, and the current step.
        reports: of the accounts that were synced, by what their answers are kept under.
        problems: why others could not be begun, likewise.
        is_busy: whether another sync of this database was running, so that nothing more could be begun.
    """

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.accounts = tuple(accounts)
        self.account: Account | None = None
        self.done, self.total, self.doing = 0, 0, ""
        self.reports: dict[str, SyncReport] = {}
        self.problems: dict[str, str] = {}
        self.is_busy = self.is_cancelled = self.is_done = False
        self._server: RemoteServer | None = None
        self._lock = Lock()

    def cancel(self) -> None:
        """Stop, also in the middle of an account; the next sync does what this one had not finished."""
        with self._lock:
            self.is_cancelled = True
            if self._server is not None:
                self._server.stop()

    def start(self, store: Store, opened: OpenAccount) -> None:
        """Run in a thread of its own, which does not hold up the end of the process."""
        Thread(target=self.run, args=(store, opened), name="sync now", daemon=True).start()

    def run(self, store: Store, opened: OpenAccount) -> None:
        """Sync every account; a failure of one stops no other."""
        try:
            for account in self.accounts:
                if self.is_cancelled or self.is_busy:
                    break
                self.account, self.done, self.total, self.doing = account, 0, 0, "account"
                self._sync(store, account, opened)
        finally:
            self.is_done = True

    def _sync(self, store: Store, account: Account, opened: OpenAccount) -> None:
        began = datetime.now(UTC)
        try:
            with opened(store, account) as server:
                self._hold(server)
                report = sync(
                    store, server, others=account.others, is_first=account.is_first, on_progress=self._on_progress
                )
            self.reports[account.account] = report
            _log.info("Sync of %s: %s", account.label, report.problem or report.sentence())
        except SyncRunningError as error:
            self.is_busy = True
            self.problems[account.account] = str(error)
        except OutreachError as error:
            _log.warning("The sync of %s could not run: %s", account.label, error)
            self._keep_failure(store, account, began, str(error))
        except Exception as error:
            _log.exception("The sync of %s ended unexpectedly", account.label)
            reason = f"Something went wrong ({type(error).__name__}); the log has the details."
            self._keep_failure(store, account, began, reason)
        finally:
            self._hold(None)

    def _hold(self, server: RemoteServer | None) -> None:
        """Remember which server is to be stopped with the job."""
        with self._lock:
            self._server = server
            if server is not None and self.is_cancelled:
                server.stop()

    def _keep_failure(self, store: Store, account: Account, began: datetime, reason: str) -> None:
        """Keep why a run could not begin, for the pages; a run that began has kept its own report."""
        self.problems[account.account] = reason
        with suppress(Exception):  # where the database cannot be written the log has it, and every page says so
            last = sync_status(store).of(account.account).last
            if last is None or last.started_at < began:
                keep_start_failure(store, account.account, reason)

    def _on_progress(self, done: int, total: int, doing: str) -> None:
        self.done, self.total, self.doing = done, total, doing


class Current:
    """The job of this process that runs, or ran last: every visitor sees the same one."""

    def __init__(self) -> None:
        self._job: SyncJob | None = None
        self._lock = Lock()

    def job(self) -> SyncJob | None:
        """The job; None before the first."""
        return self._job

    def running(self) -> SyncJob | None:
        """The job, unless it is done."""
        return None if self._job is None or self._job.is_done else self._job

    def enter(self, job: SyncJob) -> bool:
        """Let this be the job of the process, unless one is running."""
        with self._lock:
            if self.running() is not None:
                return False
            self._job = job
            return True


CURRENT = Current()
"""The job of this process."""
