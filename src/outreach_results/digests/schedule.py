"""Sends digests while the dashboard runs; of several processes, one sends each."""

from __future__ import annotations

from collections.abc import Callable

from outreach_results import config
from outreach_results.delivery.sending import Post
from outreach_results.digests.sending import send_due
from outreach_results.periodic import PeriodicThread
from outreach_results.store.engine import Store

LOOKED_AFTER_S = 30.0


class DigestSchedule(PeriodicThread):
    """Looks twice a minute whether a digest is due."""

    def __init__(self, store: Callable[[], Store], pause_s: float = LOOKED_AFTER_S) -> None:
        super().__init__("digests", retried_after_s=pause_s, first_after_s=pause_s)
        self._open_store = store
        self._pause_s = pause_s

    def run_once(self) -> float:
        """Send what is due."""
        send_due(self._open_store(), Post(config.settings()))
        return self._pause_s
