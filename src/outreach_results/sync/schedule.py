"""Scheduled syncs while the dashboard runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread

from outreach_results.config import Settings
from outreach_results.errors import OutreachError, SyncRunningError
from outreach_results.store.engine import Store
from outreach_results.store.sync_lease import keep_start_failure
from outreach_results.sync.http_client import RemoteServer
from outreach_results.sync.run import server_of, sync, sync_status
from outreach_results.sync.sources import Account, accounts

RETRIED_AFTER_S = 15.0
"""Seconds until the next attempt where a run could not start, or another process is syncing."""

NewAccounts = Callable[[Store], Generator[Account, None, None]]
"""All accounts to sync; the server of each is closed when the next one is taken."""

_log = logging.getLogger(__name__)


def schedule_of(store: Callable[[], Store], settings: Settings) -> SyncSchedule | None:
    """The schedule of the settings; None if they have none.

    Args:
        store: called from the schedule's own thread.

    Raises:
        ConfigError: they have one, but no server, or an address that cannot be used.
    """
    if settings.sync_every is None:
        return None
    server_of(settings).close()  # raises now if the address is wrong, not in a thread that nobody sees
    return SyncSchedule(store, settings.sync_every, lambda opened: accounts(opened, settings))


class SyncSchedule:
    """Syncs whenever the last run, of any process, is long enough ago. No failure ends it."""

    def __init__(self, store: Callable[[], Store], every: timedelta, new_accounts: NewAccounts) -> None:
        self._open_store = store
        self._every = every
        self._new_accounts = new_accounts
        self._stopped = Event()
        self._lock = Lock()
        self._server: RemoteServer | None = None
        # A daemon, so that a run that cannot be stopped in time does not hold the process up: it is all or nothing.
        self._thread = Thread(target=self._loop, name="sync", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, within: float = 1.0) -> None:
        """Stop, also in the middle of a run; the next run does what this one had not finished."""
        with self._lock:
            self._stopped.set()
            if self._server is not None:
                self._server.stop()
        if self._thread.ident is not None:
            self._thread.join(within)

    def _loop(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            began = datetime.now(UTC)
            try:
                pause = self._seconds_until_due()
                if pause <= 0:
                    self._run()
                    pause = self._seconds_until_due()
            except SyncRunningError:
                pause = RETRIED_AFTER_S
            except OutreachError as error:
                _log.warning("The scheduled sync could not run: %s", error)
                self._keep_failure(began, str(error))
                pause = RETRIED_AFTER_S
            except Exception as error:
                _log.exception("The scheduled sync ended unexpectedly; it goes on at the next occasion")
                self._keep_failure(began, f"Something went wrong ({type(error).__name__}); the log has the details.")
                pause = RETRIED_AFTER_S

    def _keep_failure(self, began: datetime, reason: str) -> None:
        """Keep why no run could begin, for the pages; a run that began has kept its own report."""
        with suppress(Exception):  # where the database cannot be written the log has it, and every page says so
            store = self._open_store()
            last = sync_status(store).last
            if last is None or last.started_at < began:
                keep_start_failure(store, reason)

    def _seconds_until_due(self) -> float:
        status = sync_status(self._open_store())
        if status.last is None or status.last.finished_at is None or status.cut_off_at is not None:
            return 0.0
        due = status.last.finished_at + self._every
        return max(0.0, (due - datetime.now(UTC)).total_seconds())

    def _run(self) -> None:
        store = self._open_store()
        with closing(self._new_accounts(store)) as all_accounts:
            for account in all_accounts:
                if not self._stopped.is_set():
                    self._sync(store, account)

    def _sync(self, store: Store, account: Account) -> None:
        with self._lock:
            self._server = account.server
            if self._stopped.is_set():
                account.server.stop()
        try:
            report = sync(store, account.server, others=account.others)
            _log.info("Sync %s: %s", account.name, report.problem or report.sentence())
        finally:
            with self._lock:
                self._server = None
