"""Several accounts synced one after another, while others watch and cancel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from outreach_results import results
from outreach_results.config import Settings
from outreach_results.store.engine import Store
from outreach_results.store.sync_lease import Lease
from outreach_results.sync.jobs import Current, SyncJob
from outreach_results.sync.sources import Account, OpenedServer, accounts, add_account, opened
from outreach_results.sync.status import sync_status
from support import faulty_server as faults
from support.faulty_server import KEY, FaultyServer, remote_campaign
from support.http import eventually
from support.syncing import QUICK

SETTINGS = Settings(secret_key=SecretStr(Fernet.generate_key().decode()))


@pytest.fixture
def second() -> Iterator[FaultyServer]:
    """Another account's server."""
    with faults.faulty_server() as server:
        server.campaigns["b"] = remote_campaign()
        yield server


@pytest.fixture
def both(remote: FaultyServer, second: FaultyServer, sqlite_store: Store) -> list[Account]:
    """Two accounts, each with a campaign."""
    remote.campaigns["a"] = remote_campaign()
    for name, server in (("First", remote), ("Second", second)):
        add_account(sqlite_store, name, server.url, SecretStr(KEY), SETTINGS)
    return accounts(sqlite_store, SETTINGS)


def quickly(store: Store, account: Account) -> OpenedServer:
    return opened(store, account, SETTINGS, QUICK)


def synced(store: Store, job: SyncJob) -> SyncJob:
    job.start(store, quickly)
    eventually(lambda: job.is_done)
    return job


def test_both_are_synced(sqlite_store: Store, both: list[Account]) -> None:
    job = synced(sqlite_store, SyncJob(both))
    assert list(job.reports) == [account.account for account in both]
    assert (job.problems, job.total) == ({}, 1)
    assert len(results.all_campaigns(sqlite_store)) == 2


def test_what_one_fails_with_stops_no_other(remote: FaultyServer, sqlite_store: Store, both: list[Account]) -> None:
    remote.key = "another"
    job = synced(sqlite_store, SyncJob(both))
    assert [report.problem is None for report in job.reports.values()] == [False, True]
    assert [campaign.id for campaign in results.all_campaigns(sqlite_store)] == ["b"]


def test_cancel_stops_it_in_the_middle(
    remote: FaultyServer, second: FaultyServer, sqlite_store: Store, both: list[Account]
) -> None:
    remote.trouble("/a/stats", faults.silent_for(5), times=None)
    job = SyncJob(both)
    job.start(sqlite_store, quickly)
    eventually(lambda: remote.targets("/a/stats"))
    assert (job.account, job.total, job.is_done) == (both[0], 1, False)
    job.cancel()
    eventually(lambda: job.is_done, within_s=2)
    assert second.requests == []
    status = sync_status(sqlite_store).of(both[0].account)
    assert status.running_since is None
    assert status.last is not None
    assert status.last.problem is not None
    assert status.last.problem.startswith("The sync was stopped.")
    remote._troubles.clear()
    assert not synced(sqlite_store, SyncJob(both)).problems
    assert len(results.all_campaigns(sqlite_store)) == 2


def test_another_process_that_syncs_is_said(sqlite_store: Store, both: list[Account]) -> None:
    lease = Lease(sqlite_store, "another")
    lease.acquire()
    job = synced(sqlite_store, SyncJob(both))
    assert job.is_busy
    [said] = job.problems.values()
    assert "Another sync of this database" in said
    assert sync_status(sqlite_store).of(both[0].account).start_failure is None
    lease.release("{}")


def test_a_process_has_one_job(sqlite_store: Store, both: list[Account]) -> None:
    current, job = Current(), SyncJob(both)
    assert current.running() is None
    assert current.enter(job)
    assert not current.enter(SyncJob(both))
    assert current.running() is job
    synced(sqlite_store, job)
    assert current.running() is None
    assert current.enter(SyncJob(both))
