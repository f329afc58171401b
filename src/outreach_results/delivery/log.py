"""The log of what was sent, which is also what keeps two processes from sending the same: a value of `meta`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, TypeAdapter
from sqlalchemy import Connection

from outreach_results.store.engine import Store, get_meta, set_meta

LOG_KEPT = 500
TEST = "test"
"""What a message that somebody sent by hand to try it is about; it counts as nothing."""
ABANDONED = timedelta(minutes=10)
"""A claim that is older is that of a process that ended."""
_LOST = "Its process ended while it was sending; it may have arrived, and is not sent again."


class Status(StrEnum):
    """What became of a delivery."""

    SENDING = "sending"
    """It is being sent; if its process is gone, nobody knows whether it arrived, and it is not sent again."""
    SENT = "sent"
    RETRY = "retry"
    """It did not arrive, and will be tried again."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The other side did not answer in time: it may have arrived, so it is not sent again."""

    @property
    def words(self) -> str:
        """The status as people read it."""
        return _WORDS[self]


_WORDS = {
    Status.SENDING: "being sent",
    Status.SENT: "sent",
    Status.RETRY: "not sent yet",
    Status.FAILED: "not sent",
    Status.UNKNOWN: "may have arrived",
}


class Delivery(BaseModel, ABC):
    """One message to one place. ``about`` says what was sent. ``next_at`` is when it is tried again."""

    place: str
    status: Status
    about: str
    attempts: int = 1
    at: AwareDatetime
    next_at: AwareDatetime | None = None
    problem: str = ""

    @property
    @abstractmethod
    def message(self) -> tuple[object, ...]:
        """What tells its message from all others of the same log."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What its message is called where the log is shown."""

    def is_same(self, other: Delivery) -> bool:
        """Whether both are of one message to one place; a test is not the same as anything."""
        is_test = TEST in (self.about, other.about)
        return not is_test and (self.message, self.place) == (other.message, other.place)


D = TypeVar("D", bound=Delivery)


class Log(Generic[D]):
    """The newest `LOG_KEPT` deliveries of one kind."""

    def __init__(self, key: str, kind: type[D]) -> None:
        """``key`` is that of `meta`."""
        self._key = key
        self._adapter: TypeAdapter[list[D]] = TypeAdapter(list[kind])  # type: ignore[valid-type]

    def newest_first(self, store: Store) -> list[D]:
        """What was sent and what was not."""
        with store.read() as connection:
            return sorted(self.entries(connection), key=lambda one: one.at, reverse=True)

    def entries(self, connection: Connection) -> list[D]:
        """The same within a transaction, in no order."""
        return self._adapter.validate_json(get_meta(connection, self._key) or "[]")

    def write(self, connection: Connection, deliveries: Sequence[D]) -> None:
        """Keep these, and no others."""
        kept = sorted(deliveries, key=lambda one: one.at)[-LOG_KEPT:]
        set_meta(connection, self._key, self._adapter.dump_json(kept).decode())

    def add(self, store: Store, deliveries: Sequence[D]) -> None:
        """Keep these too."""
        with store.write(exclusive=True, is_data=False) as connection:
            self.write(connection, [*self.entries(connection), *deliveries])

    def settle(self, store: Store, ended: D) -> None:
        """Keep what became of a claim."""
        with store.write(exclusive=True, is_data=False) as connection:
            self.write(connection, [*(one for one in self.entries(connection) if not one.is_same(ended)), ended])

    def open_ones(self, store: Store, wanted: Sequence[D]) -> list[D]:
        """Which of these may be claimed now, at their ``at``."""
        with store.read() as connection:
            known = self.entries(connection)
        return [one for one in wanted if _is_open(_entry(known, one), one.at)]

    def is_over(self, connection: Connection, one: D) -> bool:
        """Whether nobody will send it any more."""
        entry = _entry(self.entries(connection), one)
        return entry is not None and entry.status not in (Status.SENDING, Status.RETRY)

    def claimed(self, store: Store, wanted: D) -> D | None:
        """Claim a delivery at its ``at``; None where another process has it, or nobody may send it any more.

        The transaction waits for all others, so that of several processes one has the claim.
        """
        with store.write(exclusive=True, is_data=False) as connection:
            known = self.entries(connection)
            entry = _entry(known, wanted)
            if not _is_open(entry, wanted.at):
                return None
            others = [one for one in known if one is not entry]
            if entry is not None and entry.status == Status.SENDING:
                lost = entry.model_copy(update={"status": Status.UNKNOWN, "problem": _LOST})
                self.write(connection, [*others, lost])
                return None
            attempts = 1 if entry is None else entry.attempts + 1
            claim = wanted.model_copy(update={"status": Status.SENDING, "attempts": attempts})
            self.write(connection, [*others, claim])
            return claim


def _entry(known: Sequence[D], wanted: D) -> D | None:
    return next((one for one in known if one.is_same(wanted)), None)


def _is_open(entry: D | None, now: datetime) -> bool:
    if entry is None:
        return True
    if entry.status == Status.SENDING:
        return now - entry.at > ABANDONED  # to be settled, not to be sent
    return entry.status == Status.RETRY and entry.next_at is not None and entry.next_at <= now
