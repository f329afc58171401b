"""A thread that looks again and again whether something is due, as long as the dashboard runs."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from threading import Event, Thread

from outreach_results.errors import OutreachError

_log = logging.getLogger(__name__)


class PeriodicThread(ABC):
    """Calls `run_once` until it is stopped. No failure ends it, and the same one is logged once, not at every look."""

    def __init__(self, name: str, *, retried_after_s: float, first_after_s: float = 0.0) -> None:
        """``name`` stands in the log, such as "sync"; ``retried_after_s`` is the pause after a failure."""
        self._name = name
        self._retried_after_s = retried_after_s
        self._first_after_s = first_after_s
        self._stopped = Event()
        self._last_logged = ""
        # A daemon: what it does is all or nothing, or claimed before it is done, so nothing has to hold the process up.
        self._thread = Thread(target=self._loop, name=name, daemon=True)

    @abstractmethod
    def run_once(self) -> float:
        """Do what is due; the seconds until the next look."""

    def interrupt(self) -> None:  # noqa: B027 -- most looks are too short to be ended early
        """End the present look early, where it can be."""

    @property
    def is_stopped(self) -> bool:
        """Whether it was told to end."""
        return self._stopped.is_set()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, within: float = 1.0) -> None:
        """Stop before the next look, and wait so many seconds for the present one."""
        self._stopped.set()  # before the interruption, so that a look that begins meanwhile sees that it is to end
        self.interrupt()
        if self._thread.ident is not None:
            self._thread.join(within)

    def _loop(self) -> None:
        pause = self._first_after_s
        while not self._stopped.wait(pause):
            try:
                pause = self.run_once()
                self._last_logged = ""  # a failure that comes back after a success is news again
            except OutreachError as error:
                self._log_once(str(error))
                pause = self._retried_after_s
            except Exception:
                _log.exception("The scheduled %s ended unexpectedly; it goes on at the next look", self._name)
                pause = self._retried_after_s

    def _log_once(self, sentence: str) -> None:
        if sentence != self._last_logged:
            _log.warning("The scheduled %s could not run: %s", self._name, sentence)
        self._last_logged = sentence
