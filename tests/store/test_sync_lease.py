"""Two syncs of one database never run at once, and one that died blocks nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from outreach_results.errors import SyncRunningError
from outreach_results.store import sync_lease
from outreach_results.store.engine import Store, set_meta
from outreach_results.store.sync_lease import LEASE_LASTS, Claim, Lease, current_claim
from outreach_results.store.sync_runs import last_runs

ACCOUNT = "https://results.example/api/v1"
NOW = datetime(2026, 1, 30, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def claimed(store: Store, **changes: object) -> None:
    """Somebody else holds the lease."""
    claim = Claim(holder="theirs", place="elsewhere", process=1, started_at=NOW, expires_at=NOW + LEASE_LASTS)
    with store.write(is_data=False) as connection:
        set_meta(connection, "sync_lease", claim.model_copy(update=changes).model_dump_json())


def claim_in(store: Store) -> Claim | None:
    with store.read() as connection:
        return current_claim(connection)


def report_in(store: Store) -> str | None:
    with store.read() as connection:
        return last_runs(connection)[ACCOUNT].report


def test_second_claim_is_refused_until_release(store: Store, clock: Clock) -> None:
    first, second = Lease(store, ACCOUNT, clock), Lease(store, ACCOUNT, clock)
    first.acquire()
    with pytest.raises(SyncRunningError, match=r"has been running since 12:00:00 UTC\. Try again"):
        second.acquire()
    first.release("done")
    second.acquire()
    assert report_in(store) == "done"


def test_a_claim_that_ran_out_is_free_for_all(store: Store, clock: Clock) -> None:
    claimed(store)
    with pytest.raises(SyncRunningError):
        Lease(store, ACCOUNT, clock).acquire()
    clock.now += LEASE_LASTS
    Lease(store, ACCOUNT, clock).acquire()


def test_a_claim_that_is_kept_does_not_run_out(store: Store, clock: Clock) -> None:
    lease = Lease(store, ACCOUNT, clock)
    lease.acquire()
    for _ in range(10):
        clock.now += LEASE_LASTS / 2
        lease.renew()
        with pytest.raises(SyncRunningError):
            Lease(store, ACCOUNT, clock).acquire()


def test_keeping_a_fresh_claim_writes_nothing(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = Lease(store, ACCOUNT, clock)
    lease.acquire()
    monkeypatch.setattr(Store, "write", None)
    lease.renew()


def test_no_cached_answer_is_lost_to_the_lease(store: Store, clock: Clock) -> None:
    before = store.version()
    lease = Lease(store, ACCOUNT, clock)
    lease.acquire()
    clock.now += LEASE_LASTS / 2
    lease.renew()
    lease.release("done")
    assert store.version() == before


def keep_in_a_transaction(lease: Lease, store: Store) -> None:
    with store.write() as connection:
        lease.renew_in(connection)


@pytest.mark.parametrize("keep", [lambda lease, _store: lease.renew(), keep_in_a_transaction], ids=["alone", "within"])
def test_who_lost_the_claim_does_not_go_on(store: Store, clock: Clock, keep: Callable[[Lease, Store], None]) -> None:
    lease = Lease(store, ACCOUNT, clock)
    lease.acquire()
    clock.now += LEASE_LASTS
    claimed(store)
    with pytest.raises(SyncRunningError, match="took over"):
        keep(lease, store)


def test_who_lost_the_claim_does_not_give_it_back(store: Store, clock: Clock) -> None:
    lease = Lease(store, ACCOUNT, clock)
    lease.acquire()
    claimed(store)
    lease.release("mine")
    result = claim_in(store)
    assert result is not None
    assert result.holder == "theirs"
    assert report_in(store) is None


@pytest.mark.skipif(not sync_lease._process_namespace(), reason="Only Linux can tell which process died.")
def test_claim_of_a_dead_local_process_is_free(store: Store, clock: Clock) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    claimed(store, place=sync_lease._process_namespace(), process=process.pid)
    with pytest.raises(SyncRunningError):
        Lease(store, ACCOUNT, clock).acquire()
    process.kill()
    process.communicate()
    Lease(store, ACCOUNT, clock).acquire()


@pytest.mark.skipif(not sync_lease._process_namespace(), reason="Only Linux can tell which process died.")
def test_claim_of_a_dead_process_is_free(store: Store, clock: Clock) -> None:
    claimed(store, place=sync_lease._process_namespace(), process=os.getpid())
    Lease(store, ACCOUNT, clock).acquire()


@pytest.mark.skipif(not sync_lease._process_namespace(), reason="Only Linux can tell which process lives.")
def test_unrenewed_claim_still_counts_as_running(store: Store, clock: Clock) -> None:
    lease = Lease(store, ACCOUNT, clock)
    lease.acquire()
    clock.now += 2 * LEASE_LASTS
    result = claim_in(store)
    assert result is not None
    assert (result.holds(clock.now), result.is_active(clock.now)) == (False, True)


def test_a_claim_that_nobody_can_read_is_free(store: Store, clock: Clock) -> None:
    with store.write() as connection:
        set_meta(connection, "sync_lease", "{}")
    Lease(store, ACCOUNT, clock).acquire()


def test_a_claim_lasts_longer_than_any_pause_of_a_sync() -> None:
    assert timedelta(seconds=120) <= LEASE_LASTS
