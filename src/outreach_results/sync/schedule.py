"""What is done while the dashboard runs: syncs, each when its last run is long enough ago; old texts, ended snoozes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from outreach_results import config
from outreach_results.config import Settings
from outreach_results.models.retention import Retention
from outreach_results.periodic import PeriodicThread
from outreach_results.store.engine import Store
from outreach_results.store.replies.inbox_table import end_snoozes
from outreach_results.store.replies.retention import remove_old_texts
from outreach_results.sync.jobs import CURRENT, Current, OpenAccount, SyncJob
from outreach_results.sync.sources import Account, accounts, opened
from outreach_results.sync.status import sync_status

RETRIED_AFTER_S = 15.0
"""Seconds until the next attempt where a run could not start, or another process is syncing."""

LOOKED_AFTER_S = 30.0
"""An account that somebody adds or changes is noticed after so many seconds at the latest."""

TEXTS_REMOVED_EVERY_S = 3_600.0
"""Seconds between two looks for replies whose text is to be removed; the first is at the start."""

_log = logging.getLogger(__name__)


def schedule_of(store: Callable[[], Store], settings: Settings | None = None) -> SyncSchedule:
    """The schedule of all accounts.

    Args:
        store: called from the schedule's own thread.
        settings: those of this process, if none are given.

    Raises:
        ConfigError: the settings of this process are wrong.
    """
    own = settings or config.settings()
    return SyncSchedule(
        store,
        lambda found: accounts(found, own),
        lambda found, account: opened(found, account, own),
        retained=own.retain_replies,
    )


class SyncSchedule(PeriodicThread):
    """Syncs each account whenever its last run, by any process, is long enough ago."""

    def __init__(
        self,
        store: Callable[[], Store],
        listed: Callable[[Store], list[Account]],
        open_account: OpenAccount,
        current: Current = CURRENT,
        *,
        retained: Retention | None = None,
    ) -> None:
        """``retained``: how long the texts of replies are kept; None is for ever."""
        super().__init__("sync", retried_after_s=RETRIED_AFTER_S)
        self._open_store = store
        self._listed = listed
        self._open_account = open_account
        self._current = current
        self._retained = retained
        self._texts_due = 0.0  # on the clock of this process, when old texts are to be removed
        self._job: SyncJob | None = None

    def interrupt(self) -> None:
        """End a run in the middle; the next one does what it had not finished."""
        if (job := self._job) is not None:
            job.cancel()

    def run_once(self) -> float:
        """Do what is due; the seconds until it has to be looked at again."""
        store = self._open_store()
        end_snoozes(store, datetime.now(store.zone()).date())
        self._remove_old_texts(store)
        due = [account for account, seconds in self._waits(store) if seconds <= 0]
        if due and not self._run(store, due):
            return RETRIED_AFTER_S
        return min([LOOKED_AFTER_S, *(max(0.0, seconds) for _, seconds in self._waits(store))])

    def _remove_old_texts(self, store: Store) -> None:
        if self._retained is None or monotonic() < self._texts_due:
            return
        removed = remove_old_texts(store, self._retained)
        self._texts_due = monotonic() + TEXTS_REMOVED_EVERY_S
        if removed:
            _log.info("The texts of %d replies were removed: they are older than %s", removed, self._retained.words())

    def _waits(self, store: Store) -> list[tuple[Account, float]]:
        """The accounts that are synced by themselves, and in how many seconds each is due."""
        status, now = sync_status(store), datetime.now(UTC)
        due = [(account, status.of(account.account).due_at(account.every)) for account in self._listed(store)]
        return [(account, (at - now) / timedelta(seconds=1)) for account, at in due if at is not None]

    def _run(self, store: Store, due: list[Account]) -> bool:
        """Sync these accounts; whether all of them could be begun."""
        job = SyncJob(due)
        if not self._current.enter(job):
            return False
        self._job = job
        if self.is_stopped:  # told so while the job was made, too early for `stop` to see it
            job.cancel()
        job.run(store, self._open_account)
        return not job.problems
