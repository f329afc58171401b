"""Syncing by itself while the dashboard runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from outreach_results import results
from outreach_results.config import Settings
from outreach_results.errors import ConfigError, StoreError
from outreach_results.store.engine import Store
from outreach_results.store.sync_lease import Claim
from outreach_results.sync import schedule
from outreach_results.sync.http_client import RemoteServer
from outreach_results.sync.run import sync_status
from outreach_results.sync.schedule import SyncSchedule, schedule_of
from outreach_results.sync.sources import Account, add_account
from support import faulty_server as faults
from support.faulty_server import KEY, FaultyServer, remote_campaign
from support.http import eventually
from support.syncing import QUICK, sync_from

Start = Callable[..., SyncSchedule]


@pytest.fixture
def remote() -> Iterator[FaultyServer]:
    with faults.faulty_server() as server:
        server.campaigns["a"] = remote_campaign()
        yield server


@pytest.fixture
def start(remote: FaultyServer, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a schedule, and stops it when the test is over."""
    monkeypatch.setattr(schedule, "RETRIED_AFTER_S", 0.05)
    with ExitStack() as stack:

        def begin(every: float = 0.05, store: Callable[[], Store] = lambda: sqlite_store) -> SyncSchedule:
            made = SyncSchedule(
                store,
                timedelta(seconds=every),
                lambda _store: only(RemoteServer(remote.url, SecretStr(KEY), limits=QUICK)),
            )
            made.start()
            stack.callback(made.stop, 5)
            return made

        yield begin


def only(server: RemoteServer) -> Generator[Account, None, None]:
    """One account alone."""
    with closing(server):
        yield Account("", server, frozenset())


def runs(remote: FaultyServer) -> int:
    return len(remote.targets("^/usage"))


def test_it_syncs_at_once_and_again_and_again(remote: FaultyServer, sqlite_store: Store, start: Start) -> None:
    start()
    eventually(lambda: runs(remote) >= 3, within_s=10)
    assert len(results.all_campaigns(sqlite_store)) == 1


def test_schedule_waits_for_other_processes(remote: FaultyServer, sqlite_store: Store, start: Start) -> None:
    sync_from(remote.url, sqlite_store)
    start(every=3_600)
    time.sleep(0.3)
    assert runs(remote) == 1


def test_a_run_that_was_cut_off_is_made_up_for_at_once(
    remote: FaultyServer, sqlite_store: Store, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach_results.store.engine import set_meta

    sync_from(remote.url, sqlite_store)
    past = datetime.now(UTC) - timedelta(hours=1)
    claim = Claim(holder="dead", place="elsewhere", process=1, started_at=past, expires_at=past)
    with sqlite_store.write(is_data=False) as connection:
        set_meta(connection, "sync_lease", claim.model_dump_json())
    start(every=3_600)
    eventually(lambda: runs(remote) == 2)


def test_a_server_in_trouble_does_not_end_it(remote: FaultyServer, sqlite_store: Store, start: Start) -> None:
    remote.trouble("", faults.status(500), times=None)
    start()

    def failed_and_told() -> bool:
        last = sync_status(sqlite_store).last
        return last is not None and last.problem is not None and "try again later" in last.problem

    eventually(failed_and_told)
    remote._troubles.clear()
    eventually(lambda: results.all_campaigns(sqlite_store))


def test_a_refused_key_does_not_end_it(remote: FaultyServer, sqlite_store: Store, start: Start) -> None:
    remote.key = "another"
    start()
    eventually(lambda: runs(remote) >= 2)
    remote.key = KEY
    eventually(lambda: results.all_campaigns(sqlite_store))


@pytest.mark.parametrize("error", [StoreError("The database is away."), RuntimeError("A mistake of ours.")])
def test_an_error_of_any_kind_does_not_end_it(
    remote: FaultyServer, sqlite_store: Store, start: Start, error: Exception
) -> None:
    left = [error, error]

    def store() -> Store:
        if left:
            raise left.pop()
        return sqlite_store

    start(store=store)
    eventually(lambda: results.all_campaigns(sqlite_store))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConfigError("The address is wrong."), "The address is wrong."),
        (RuntimeError("A mistake of ours."), "Something unexpected happened (RuntimeError), and the log says what."),
    ],
)
def test_a_sync_that_cannot_begin_is_in_the_status(
    remote: FaultyServer, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    monkeypatch.setattr("outreach_results.sync.schedule.RETRIED_AFTER_S", 0.05)
    left = [error, error]

    def server() -> RemoteServer:
        if left:
            raise left.pop()
        eventually(seen.is_set)
        return RemoteServer(remote.url, SecretStr(KEY))

    seen = Event()
    made = SyncSchedule(lambda: sqlite_store, timedelta(hours=1), lambda _store: only(server()))
    made.start()
    try:
        eventually(lambda: sync_status(sqlite_store).start_failure is not None)
        failure = sync_status(sqlite_store).start_failure
        seen.set()
        assert failure is not None
        assert failure.reason == reason
        eventually(lambda: results.all_campaigns(sqlite_store))
        assert sync_status(sqlite_store).start_failure is None
    finally:
        seen.set()
        made.stop()


@pytest.mark.parametrize(
    "trouble",
    [faults.silent_for(5), faults.status(503, Retry_After="60")],
    ids=["waiting for an answer", "waiting to ask again"],
)
def test_stops_within_a_second_during_a_run(remote: FaultyServer, sqlite_store: Store, trouble: faults.Trouble) -> None:
    remote.trouble("/a/stats", trouble, times=None)
    made = SyncSchedule(
        lambda: sqlite_store, timedelta(hours=1), lambda _store: only(RemoteServer(remote.url, SecretStr(KEY)))
    )
    made.start()
    eventually(lambda: remote.targets("/a/stats"))
    started = time.monotonic()
    made.stop()
    assert time.monotonic() - started < 1
    assert not made._thread.is_alive()
    status = sync_status(sqlite_store)
    assert status.running_since is None
    assert status.last is not None
    assert status.last.problem is not None
    assert status.last.problem.startswith("The sync was stopped.")


def test_one_that_never_began_can_be_stopped(sqlite_store: Store) -> None:
    SyncSchedule(
        lambda: sqlite_store, timedelta(hours=1), lambda _store: only(RemoteServer("http://localhost:1"))
    ).stop()


def test_without_the_setting_there_is_none() -> None:
    assert schedule_of(lambda: pytest.fail("not needed"), Settings(api_url="https://results.example.com")) is None


@pytest.mark.parametrize("url", [None, "results.example.com"])
def test_schedule_needs_a_server(url: str | None) -> None:
    with pytest.raises(ConfigError, match="OUTREACH_API_URL"):
        schedule_of(lambda: pytest.fail("not needed"), Settings(api_url=url, sync_every=timedelta(minutes=15)))


def test_the_setting_makes_one(remote: FaultyServer, sqlite_store: Store, tmp_path: Path) -> None:
    made = schedule_of(
        lambda: sqlite_store,
        Settings(api_url=remote.url, api_key=SecretStr(KEY), sync_every=timedelta(minutes=15)),
    )
    assert made is not None
    made.start()
    eventually(lambda: results.all_campaigns(sqlite_store))
    made.stop()


def test_every_account_is_synced(remote: FaultyServer, sqlite_store: Store) -> None:
    settings = Settings(
        api_url=remote.url,
        api_key=SecretStr(KEY),
        sync_every=timedelta(minutes=15),
        secret_key=SecretStr(Fernet.generate_key().decode()),
    )
    with faults.faulty_server() as second:
        second.campaigns["b"] = remote_campaign()
        add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
        made = schedule_of(lambda: sqlite_store, settings)
        assert made is not None
        made.start()
        eventually(lambda: {campaign.id for campaign in results.all_campaigns(sqlite_store)} == {"a", "b"})
        made.stop()
