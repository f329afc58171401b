"""A sync that is killed at any instant and repeated ends as one that was left alone; two never run at once."""

from __future__ import annotations

import random
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from sqlalchemy import select

from outreach_results.errors import SyncRunningError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.store import api_keys, schema
from outreach_results.store.engine import Store, open_store
from outreach_results.sync.status import sync_status
from support import faulty_server as faults
from support.databases import contents, sqlite_url
from support.faulty_server import KEY, FaultyServer, remote_campaign
from support.http import eventually
from support.records import campaign, emails, event, reply
from support.syncing import Job, Syncs, api_process, files_of, sync_from

MakeStore = Callable[[], Store]
CAMPAIGNS = 5
KILLS = {"sqlite": 4, "postgres": 2}
"""At moments of chance, so that many runs try many of them."""
UNLIKE = frozenset(
    {"api_keys", "audit_log", "loads", "mark_changes", "meta", "sync_runs", "sync_state", "reported_stats"}
)


def some_campaign(campaign_id: str) -> Iterator[Record]:
    yield campaign(campaign_id)
    yield from emails(20, of=campaign_id)
    for number in range(1, 21):
        yield event("opened", email_id=f"e{number}", of=campaign_id, is_machine=number % 5 == 0)
    for number in range(1, 6):
        yield reply(f"r{number}", email_id=f"e{number}", of=campaign_id)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The product's API over some campaigns, in a process of its own: its address and a key."""
    path = tmp_path_factory.mktemp("origin") / "origin.db"
    store = open_store(sqlite_url(path))
    for number in range(CAMPAIGNS):
        load(store, "origin", some_campaign(f"camp_{number}"))
    key = api_keys.create_key(store, "sync")
    store.close()
    with api_process(sqlite_url(path), path.with_suffix(".log")) as url:
        yield url, key


@pytest.fixture(scope="module")
def syncs() -> Iterator[Syncs]:
    result = Syncs()
    yield result
    result.close()


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def reported(store: Store) -> list[tuple[object, ...]]:
    """What the server reported, but for the moment of asking."""
    table = schema.reported_stats
    columns = [column for column in table.c if column.name != "fetched_at"]
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(table.c.campaign_id))]


def stored_answers(store: Store) -> list[tuple[object, ...]]:
    """What is remembered of the server, but for when."""
    table = schema.sync_state.c
    with store.read() as connection:
        rows = connection.execute(select(table.campaign_id, table.resource, table.etag, table.answer))
        return sorted(tuple(row) for row in rows)


def test_killed_sync_repeats_to_the_same_end(
    api: tuple[str, str], syncs: Syncs, make_store: MakeStore, backend: str
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201
    random_in = random.Random(seed).uniform

    whole = make_store()
    started = time.monotonic()
    syncs.start(Job(url_of(whole), *api))
    assert syncs.wait() == 0
    duration = time.monotonic() - started
    expected = (contents(whole, without=UNLIKE), files_of(whole), reported(whole), stored_answers(whole))

    cut_off = 0
    kills = KILLS[backend]
    for number in range(kills):
        store = make_store()
        job = Job(url_of(store), *api)
        syncs.start(job)
        time.sleep(random_in(number, number + 1) * duration / kills)
        syncs.kill()
        if syncs.wait() != 0:
            cut_off += 1
        else:
            duration *= 0.7  # the first sync was slow, because the machine was busy
        syncs.start(job)
        assert syncs.wait() == 0
        assert (contents(store, without=UNLIKE), files_of(store), reported(store), stored_answers(store)) == expected
        status = sync_status(store).latest
        assert status.cut_off_at is None
        assert status.last is not None
        assert status.last.is_complete
        store.close()
    assert cut_off >= max(1, kills // 4)


@pytest.fixture
def go_on(remote: FaultyServer, syncs: Syncs, store: Store) -> Iterator[Event]:
    """A sync in another process waits for its server, in the middle of a campaign, until this is set."""
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign()}
    going_on = Event()
    remote.trouble("/b/stats", faults.held_until(going_on))
    syncs.start(Job(url_of(store), remote.url, KEY))
    eventually(lambda: remote.targets("/b/stats"), within_s=20)
    yield going_on
    going_on.set()


def test_second_sync_is_refused(go_on: Event, remote: FaultyServer, syncs: Syncs, store: Store) -> None:
    status = sync_status(store).latest
    assert status.running_since is not None
    assert (status.last, status.cut_off_at) == (None, None)
    before = len(remote.requests)
    with pytest.raises(SyncRunningError, match="Another sync of this database has been running since"):
        sync_from(remote.url, store)
    assert len(remote.requests) == before
    go_on.set()
    assert syncs.wait() == 0
    assert sync_from(remote.url, store).is_complete


@pytest.mark.usefixtures("go_on")
def test_killed_sync_shows_and_blocks_nobody(remote: FaultyServer, syncs: Syncs, store: Store) -> None:
    syncs.kill()
    assert syncs.wait() == -signal.SIGKILL
    status = sync_status(store).latest
    assert status.running_since is None
    assert status.cut_off_at is not None
    report = sync_from(remote.url, store)
    assert (report.changed, report.unchanged) == (1, 1)
    assert sync_status(store).latest.cut_off_at is None
