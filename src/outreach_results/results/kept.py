"""What several questions read alike, kept as long as the data is the same.

A page asks a dozen questions about the same few rows. The first of them reads the rows, the others find them here. What
is kept belongs to one data version, and the version is read in the transaction of the question itself: what a question
finds is what it would have read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from outreach_results.store.engine import get_meta

T = TypeVar("T")

MOST_KEPT = 128
"""Values of a database; the one that was not asked for longest makes place for a new one."""

_OPTION = "outreach_kept"


class Kept:
    """Values read from one version of a database."""

    def __init__(self, version: str | None = None) -> None:
        self.version = version
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> Any:
        """The value of that key; None where it is not there yet."""
        with self._lock:
            return self._values.get(key)

    def get(self, key: Hashable, read: Callable[[], T]) -> T:
        """The value of that key; read where it is not there yet. Nobody may change it afterward."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                value: T = self._values[key]
                return value
        # Not under the lock: two threads may read the same, but none waits for a statement of another.
        value = read()
        with self._lock:
            self._values[key] = value
            while len(self._values) > MOST_KEPT:
                self._values.popitem(last=False)
        return value


_newest: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def kept_on(connection: Connection) -> Kept:
    """What is kept of the version of the database that this connection sees."""
    options = connection.get_execution_options()
    if options.get("outreach_write"):
        return Kept()  # what it reads may change with its next statement
    found: Kept | None = options.get(_OPTION)
    if found is None:
        found = _of_version(connection)
        # A connection that reads sees one version until it is given back, so the version is asked for once.
        connection.execution_options(**{_OPTION: found})
    return found


def _of_version(connection: Connection) -> Kept:
    version = get_meta(connection, "data_version")
    found = _newest.get(connection.engine)
    if found is None or found.version is None or found.version != version:
        found = _newest[connection.engine] = Kept(version)
    return found


def forget() -> None:
    """Keep nothing of what was read, so that everything is read anew."""
    _newest.clear()
