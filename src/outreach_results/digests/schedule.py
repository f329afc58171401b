"""Sends digests while the dashboard runs; of several processes, one sends each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from outreach_results import config
from outreach_results.digests.sending import Post, send_due
from outreach_results.errors import OutreachError
from outreach_results.store.engine import Store

LOOKED_AFTER_S = 30.0

_log = logging.getLogger(__name__)


class DigestSchedule:
    """A thread that looks twice a minute whether a digest is due. No failure ends it."""

    def __init__(self, store: Callable[[], Store], pause_s: float = LOOKED_AFTER_S) -> None:
        self._open_store = store
        self._pause_s = pause_s
        self._stopped = Event()
        self._last_logged = ""
        # A daemon: what it was sending is claimed, so that an end in the middle sends nothing twice.
        self._thread = Thread(target=self._loop, name="digests", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, within: float = 1.0) -> None:
        """Stop before the next look."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(within)

    def _loop(self) -> None:
        while not self._stopped.wait(self._pause_s):
            try:
                send_due(self._open_store(), Post(config.settings()))
            except OutreachError as error:
                if str(error) != self._last_logged:
                    _log.warning("Digests could not be sent: %s", error)
                self._last_logged = str(error)
            except Exception:
                _log.exception("The digests ended unexpectedly; they go on at the next look")
