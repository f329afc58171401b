"""A limit on the scripts that run at the same time, with a queue.

Streamlit runs a page's script in a thread of its own for every session. Only one thread of a process runs Python at a
time, and a query hands over after every row it reads: fifty scripts side by side wait for each other at each row, and
take a hundred times as long as one after the other. So only a few run at a time, and the others wait in line. A script
that takes long, because it loads a file or waits for the database, no longer counts.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class RunLimiter:
    """Lets a few run at a time, in the order in which they came.

    Args:
        at_once: how many.
        patience: after so many seconds a run no longer counts, and the next may begin beside it.
    """

    def __init__(self, at_once: int, patience: float) -> None:
        self._at_once = at_once
        self._patience = patience
        self._changed = Condition()
        self._waiting: deque[object] = deque()
        self._began: dict[object, float] = {}

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait in line, then run what is inside."""
        own = object()
        with self._changed:
            self._waiting.append(own)
            try:
                while self._waiting[0] is not own or (wait := self._seconds_to_wait()) > 0:
                    self._changed.wait(None if self._waiting[0] is not own else wait)
            finally:
                self._waiting.remove(own)
                self._changed.notify_all()
            self._began[own] = time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                del self._began[own]
                self._changed.notify_all()

    def _seconds_to_wait(self) -> float:
        """How long until there is room, unless somebody ends earlier; 0 where there is room."""
        short_of = time.monotonic() - self._patience
        counting = sorted(began for began in self._began.values() if began > short_of)
        return 0.0 if len(counting) < self._at_once else counting[len(counting) - self._at_once] - short_of


SCRIPT_RUNS = RunLimiter(at_once=2, patience=2.0)
"""The scripts of the dashboard."""
