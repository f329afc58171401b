"""Syncing by itself while the dashboard runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from outreach_results import results
from outreach_results.config import Settings
from outreach_results.errors import ConfigError, StoreError
from outreach_results.ingest.load import load
from outreach_results.models.retention import Retention
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.sync_lease import Claim
from outreach_results.store.sync_runs import begin_run
from outreach_results.sync import schedule
from outreach_results.sync.http_client import RemoteServer
from outreach_results.sync.jobs import Current
from outreach_results.sync.schedule import SyncSchedule, schedule_of
from outreach_results.sync.sources import Account, OpenedServer, accounts, add_account
from outreach_results.sync.status import sync_status
from support import faulty_server as faults
from support.databases import stored_rows
from support.faulty_server import KEY, FaultyServer, remote_campaign
from support.http import eventually
from support.records import at, campaign, email, reply
from support.syncing import QUICK, sync_from

Start = Callable[..., SyncSchedule]


@pytest.fixture
def remote() -> Iterator[FaultyServer]:
    with faults.faulty_server() as server:
        server.campaigns["a"] = remote_campaign()
        yield server


@pytest.fixture
def start(remote: FaultyServer, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a schedule of one account, and stops it when the test is over."""
    monkeypatch.setattr(schedule, "RETRIED_AFTER_S", 0.05)
    with ExitStack() as stack:

        def begin(every: float = 0.05, store: Callable[[], Store] = lambda: sqlite_store) -> SyncSchedule:
            made = schedule_for(remote, every, store=store)
            made.start()
            stack.callback(made.stop, 5)
            return made

        yield begin


def schedule_for(
    remote: FaultyServer,
    every: float = 3_600,
    *,
    store: Callable[[], Store],
    opened: Callable[[], RemoteServer] | None = None,
) -> SyncSchedule:
    """A schedule of one account, the only job of its process."""

    def open_account(_store: Store, _account: Account) -> OpenedServer:
        return closing(opened() if opened else RemoteServer(remote.url, SecretStr(KEY), limits=QUICK))

    return SyncSchedule(store, lambda _store: [only(remote, every)], open_account, Current())


def only(remote: FaultyServer, every: float) -> Account:
    """One account alone."""
    return Account("", remote.url, f"{remote.url}/", timedelta(seconds=every), {}, is_first=True)


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
        begin_run(connection, f"{remote.url}/", datetime.now(UTC))
    start(every=3_600)
    eventually(lambda: runs(remote) == 2)


def test_a_server_in_trouble_does_not_end_it(remote: FaultyServer, sqlite_store: Store, start: Start) -> None:
    remote.trouble("", faults.status(500), times=None)
    start()

    def failed_and_told() -> bool:
        last = sync_status(sqlite_store).latest.last
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
        (RuntimeError("A mistake of ours."), "Something went wrong (RuntimeError); the log has the details."),
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
    made = schedule_for(remote, store=lambda: sqlite_store, opened=server)
    made.start()
    try:
        eventually(lambda: sync_status(sqlite_store).latest.start_failure is not None)
        failure = sync_status(sqlite_store).latest.start_failure
        seen.set()
        assert failure is not None
        assert failure.reason == reason
        eventually(lambda: results.all_campaigns(sqlite_store))
        assert sync_status(sqlite_store).latest.start_failure is None
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
    made = schedule_for(remote, store=lambda: sqlite_store, opened=lambda: RemoteServer(remote.url, SecretStr(KEY)))
    made.start()
    eventually(lambda: remote.targets("/a/stats"))
    started = time.monotonic()
    made.stop()
    assert time.monotonic() - started < 1
    assert not made._thread.is_alive()
    status = sync_status(sqlite_store).latest
    assert status.running_since is None
    assert status.last is not None
    assert status.last.problem is not None
    assert status.last.problem.startswith("The sync was stopped.")


def test_one_that_never_began_can_be_stopped(remote: FaultyServer, sqlite_store: Store) -> None:
    schedule_for(remote, store=lambda: sqlite_store).stop()


def test_without_the_setting_its_account_waits(remote: FaultyServer, sqlite_store: Store) -> None:
    with closing_schedule(schedule_of(lambda: sqlite_store, Settings(api_url=remote.url))):
        time.sleep(0.3)
    assert runs(remote) == 0


def test_a_wrong_address_in_the_settings_is_told(sqlite_store: Store) -> None:
    settings = Settings(api_url="results.example.com", sync_every=timedelta(minutes=15))
    with closing_schedule(schedule_of(lambda: sqlite_store, settings)):
        eventually(lambda: sync_status(sqlite_store).latest.start_failure)
    failure = sync_status(sqlite_store).latest.start_failure
    assert failure is not None
    assert "OUTREACH_API_URL isn't an address" in failure.reason


def test_named_accounts_need_no_setting(remote: FaultyServer, sqlite_store: Store) -> None:
    """Both are synced, and one that cannot be opened holds up no other; one by hand waits for its button."""
    settings = Settings(secret_key=SecretStr(Fernet.generate_key().decode()))
    other = Settings(secret_key=SecretStr(Fernet.generate_key().decode()))
    with faults.faulty_server() as second, faults.faulty_server() as third:
        second.campaigns["b"], third.campaigns["c"] = remote_campaign(), remote_campaign()
        add_account(sqlite_store, "Lost", "https://lost.example", SecretStr(KEY), other)
        add_account(sqlite_store, "First", remote.url, SecretStr(KEY), settings)
        add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
        add_account(sqlite_store, "Third", third.url, SecretStr(KEY), settings, every=timedelta(0))
        with closing_schedule(schedule_of(lambda: sqlite_store, settings)):
            eventually(lambda: {campaign.id for campaign in results.all_campaigns(sqlite_store)} == {"a", "b"})
        assert third.requests == []
    lost = sync_status(sqlite_store).of(accounts(sqlite_store, settings)[0].account)
    assert lost.start_failure is not None
    assert "another secret" in lost.start_failure.reason


def test_an_account_that_is_added_later_is_noticed(
    remote: FaultyServer, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "LOOKED_AFTER_S", 0.05)
    settings = Settings(secret_key=SecretStr(Fernet.generate_key().decode()))
    with closing_schedule(schedule_of(lambda: sqlite_store, settings)):
        time.sleep(0.2)
        add_account(sqlite_store, "First", remote.url, SecretStr(KEY), settings)
        eventually(lambda: results.all_campaigns(sqlite_store))


@contextmanager
def closing_schedule(made: SyncSchedule) -> Iterator[None]:
    """Started, and stopped at the end of a block."""
    made.start()
    try:
        yield
    finally:
        made.stop(5)


def test_old_texts_go_when_the_dashboard_starts(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOKED_AFTER_S", 0.01)
    load(sqlite_store, "old", [campaign(), email(sent_at=at(1)), reply()])
    made = schedule_of(lambda: sqlite_store, Settings(retain_replies=Retention(1, "d")))
    made.start()
    try:
        eventually(lambda: stored_rows(sqlite_store, schema.replies, "preview", "text_removed") == [("", "1d")])
    finally:
        made.stop(5)
