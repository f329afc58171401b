"""The lease that keeps two syncs of one database apart.

The lease is a row with an expiry, renewed while the sync goes on, so that one that was killed blocks nobody for long.
It works the same on every database, and between machines that share one.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlalchemy import Connection, delete

from outreach_results.errors import StoreBusyError, SyncRunningError
from outreach_results.store.engine import Store, get_meta, set_meta
from outreach_results.store.schema import meta
from outreach_results.store.sync_runs import begin_run, end_run

LEASE_LASTS = timedelta(minutes=3)
_RENEWED_BELOW = timedelta(minutes=2)
_LEASE = "sync_lease"


class Claim(BaseModel):
    """Who syncs which account, since when, and until when nobody else may."""

    account: str = ""
    holder: str
    place: str
    process: int
    started_at: AwareDatetime
    expires_at: AwareDatetime

    def holds(self, now: datetime) -> bool:
        """Whether nobody else may sync."""
        return now < self.expires_at and self._is_alive() is not False

    def is_active(self, now: datetime) -> bool:
        """Whether its sync still runs, judged by its process where possible: a long load cannot renew its claim."""
        alive = self._is_alive()
        return now < self.expires_at if alive is None else alive

    def _is_alive(self) -> bool | None:
        """Whether its process exists; None if it may run on another machine, or cannot be checked."""
        if not self.place or self.place != _process_namespace():
            return None
        if self.process == os.getpid():
            return self.holder in _own_claims
        try:
            os.kill(self.process, 0)  # asks only whether the process is there
        except ProcessLookupError:
            return False
        except OSError:
            return None
        return True


_own_claims: set[str] = set()


def _process_namespace() -> str:
    """The host and its process namespace; '' where processes cannot be checked."""
    try:
        return f"{socket.gethostname()}:{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def current_claim(connection: Connection) -> Claim | None:
    """The claim of the sync that goes on, or of one that was cut off."""
    text = get_meta(connection, _LEASE)
    try:
        return None if text is None else Claim.model_validate_json(text)
    except ValidationError:
        return None


class Lease:
    """The right to sync an account: acquire it once, renew it often, release it at the end."""

    def __init__(self, store: Store, account: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._account = account
        self._clock = clock
        self._claim: Claim | None = None

    def acquire(self) -> datetime:
        """Claim the database for this sync; returns the time of the claim.

        Raises:
            SyncRunningError: another sync of this database is running.
        """
        with self._store.read() as connection:
            self._raise_if_held(connection)  # without waiting for what that sync may be writing
        now = self._clock()
        claim = Claim(
            account=self._account,
            holder=secrets.token_hex(16),
            place=_process_namespace(),
            process=os.getpid(),
            started_at=now,
            expires_at=now + LEASE_LASTS,
        )
        _own_claims.add(claim.holder)
        with self._store.write(exclusive=True, is_data=False) as connection:
            self._raise_if_held(connection)
            set_meta(connection, _LEASE, claim.model_dump_json())
            begin_run(connection, self._account, now)
        self._claim = claim
        return now

    def renew(self) -> None:
        """Renew the claim when it is due; cheap enough to be called at every step.

        Raises:
            SyncRunningError: it ran out, and another sync began.
        """
        assert self._claim is not None
        if self._claim.expires_at - self._clock() > _RENEWED_BELOW:
            return
        renewed = self._renewed()
        try:
            with self._store.write(exclusive=True, is_data=False) as connection:
                self._write(connection, renewed)
        except StoreBusyError:
            return  # a long load holds the database, so that nobody else can claim it either; the next step tries again
        self._claim = renewed

    def renew_in(self, connection: Connection) -> None:
        """The same within a transaction of the sync, which must not be kept if the claim is lost.

        Raises:
            SyncRunningError: it ran out, and another sync began.
        """
        self._write(connection, self._renewed())

    def _renewed(self) -> Claim:
        assert self._claim is not None
        return self._claim.model_copy(update={"expires_at": self._clock() + LEASE_LASTS})

    def _write(self, connection: Connection, renewed: Claim) -> None:
        current = current_claim(connection)
        if current is None or current.holder != renewed.holder:
            raise SyncRunningError("Another sync of this database took over, because this one paused for too long.")
        set_meta(connection, _LEASE, renewed.model_dump_json())

    def release(self, report: str) -> None:
        """Give the claim back, and keep the report of the run."""
        if self._claim is None:
            return
        with self._store.write(exclusive=True, is_data=False) as connection:
            current = current_claim(connection)
            if current is not None and current.holder == self._claim.holder:
                connection.execute(delete(meta).where(meta.c.key == _LEASE))
                end_run(connection, self._account, report)
        _own_claims.discard(self._claim.holder)
        self._claim = None

    def _raise_if_held(self, connection: Connection) -> None:
        claim = current_claim(connection)
        if claim is not None and claim.holds(self._clock()):
            raise SyncRunningError(
                f"Another sync of this database has been running since {claim.started_at:%H:%M:%S} UTC. "
                "Try again when it is done."
            )
