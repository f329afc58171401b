"""Answers kept under keys, as bytes: who gets one may change it, and the next one gets it as it was."""

from __future__ import annotations

import pickle
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any


class Answers:
    """The answers that were asked for last.

    Streamlit's own cache does the same, and spends more on a call than many of our answers cost.

    Args:
        most: how many are kept.
        seconds: how long one is kept.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, find: Callable[[], Any]) -> Any:
        """The answer of that key; found where none is kept. An error is not kept."""
        with self._lock:
            until, kept = self._kept.get(key, (0.0, b""))
            if until > time.monotonic():
                self._kept.move_to_end(key)
            else:
                kept = b""
        if not kept:
            # Not under the lock, so that nobody waits for the question of another.
            kept = pickle.dumps(find(), pickle.HIGHEST_PROTOCOL)
            with self._lock:
                self._kept[key] = time.monotonic() + self._seconds, kept
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        # Read back also where it was just found, so that `derive` hashes the same bytes either way.
        return pickle.loads(kept)  # noqa: S301 -- written here

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
