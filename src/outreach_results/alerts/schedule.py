"""Looks at the rules and tells of alerts while the dashboard runs; of several processes, one sends each message."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from outreach_results import config
from outreach_results.alerts.checking import check_rules
from outreach_results.alerts.sending import send_raised
from outreach_results.delivery.sending import Post, utc_now
from outreach_results.periodic import PeriodicThread
from outreach_results.store.engine import Store
from outreach_results.sync.completeness import failed_syncs, is_unfinished

LOOKED_AFTER_S = 30.0
CHECKED_EVERY_S = 900.0
"""Without new data too, because days pass."""


class AlertSchedule(PeriodicThread):
    """Notices within half a minute what any process imported or synced, and looks at the rules then."""

    def __init__(self, store: Callable[[], Store], pause_s: float = LOOKED_AFTER_S) -> None:
        super().__init__("alerts", retried_after_s=pause_s, first_after_s=pause_s)
        self._open_store = store
        self._pause_s = pause_s
        self._checked: tuple[object, ...] = ()
        self._due = 0.0  # on the clock of this process, when the rules are looked at although nothing changed

    def run_once(self) -> float:
        """Look at the rules if something changed, and tell of what was raised."""
        store = self._open_store()
        if _present(store) != self._checked or monotonic() >= self._due:
            check_rules(store, utc_now())
            # Read again: what is raised makes a new version, which is not to be looked at once more.
            self._checked, self._due = _present(store), monotonic() + CHECKED_EVERY_S
        send_raised(store, Post(config.settings()))
        return self._pause_s


def _present(store: Store) -> tuple[object, ...]:
    """What a look depends on. A sync that could not begin makes no new version of the data."""
    return store.version(), tuple(failed_syncs(store)), is_unfinished(store)
