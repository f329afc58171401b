"""Two databases hold the same after a sync, and what is unchanged is not sent again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach_results import results
from outreach_results.store import api_keys
from outreach_results.store.admin import deletion
from outreach_results.store.engine import Store, open_store
from support import faulty_server as faults
from support.databases import BOOKKEEPING, contents, sqlite_url
from support.faulty_server import FaultyServer, remote_campaign
from support.records import CAMPAIGN
from support.syncing import api_process, bodies, files_of, publish, sync_from

# --- from the product's own API --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def origin_of_api(sample_file: Path) -> Path:
    return Path(shutil.copyfile(sample_file, sample_file.with_name("origin-of-sync.db")))


@pytest.fixture(scope="module")
def api(origin_of_api: Path) -> Iterator[tuple[str, str]]:
    """The product's API over the sample data, in a process of its own: its address and a key."""
    store = open_store(sqlite_url(origin_of_api))
    key = api_keys.create_key(store, "sync")
    store.close()
    with api_process(sqlite_url(origin_of_api), origin_of_api.with_suffix(".log")) as url:
        yield url, key


def test_two_databases_hold_the_same_after_a_sync(
    api: tuple[str, str], sqlite_store: Store, sample_store: Store
) -> None:
    store = sqlite_store
    report = sync_from(api[0], store, key=api[1])
    assert (report.problem, report.failed, report.notes) == (None, {}, {})
    assert report.sentence() == "13 campaigns: 13 changed."
    synced, original = files_of(store), files_of(sample_store)
    plan = json.loads(synced["account.json"])
    assert plan["plan"].pop("known_at") is not None  # a sync knows since when, which nobody said of the sample
    assert plan == json.loads(original["account.json"])
    assert synced.without("account.json") == original.without("account.json")
    without = BOOKKEEPING - {"rejected_rows", "saved_mappings"} | {"plan", "reported_stats"}
    assert contents(store, without=without) == contents(sample_store, without=without)

    version = store.version()
    again = sync_from(api[0], store, key=api[1])
    assert again.sentence() == "13 campaigns: 13 unchanged."
    assert store.version() == version


# --- what is unchanged -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formats", [("json",), ("csv",), ()], ids=["json", "csv", "no export"])
def test_a_second_sync_transfers_nothing_but_headers(
    remote: FaultyServer, origin: Store, sqlite_store: Store, formats: tuple[str, ...]
) -> None:
    publish(remote, origin, formats=formats)
    remote.benchmarks["sales-outreach"] = remote.benchmarks[None]
    assert sync_from(remote.url, sqlite_store).changed == 1
    version, before = sqlite_store.version(), files_of(sqlite_store)
    remote.requests.clear()
    report = sync_from(remote.url, sqlite_store)
    assert (report.changed, report.unchanged, report.failed) == (0, 1, {})
    assert bodies(remote) == []
    assert len(remote.requests) >= 5
    assert (sqlite_store.version(), files_of(sqlite_store)) == (version, before)


def test_only_the_campaign_that_changed_is_fetched(remote: FaultyServer, sqlite_store: Store) -> None:
    for name in "abc":
        remote.campaigns[name] = remote_campaign()
    sync_from(remote.url, sqlite_store)
    remote.requests.clear()
    remote.campaigns["b"].stats["stats"]["opened"] = 5
    report = sync_from(remote.url, sqlite_store)
    assert (report.changed, report.unchanged) == (1, 2)
    assert bodies(remote) == ["/campaigns/b/stats"]
    assert results.campaign_stats(sqlite_store, "b").stats.opened == 5


@pytest.mark.parametrize("formats", [("json",), ()], ids=["export", "no export"])
def test_same_content_changes_nothing(
    remote: FaultyServer, origin: Store, sqlite_store: Store, formats: tuple[str, ...]
) -> None:
    publish(remote, origin, formats=formats)
    remote.has_etags = False
    sync_from(remote.url, sqlite_store)
    version, before = sqlite_store.version(), files_of(sqlite_store)
    for remote.has_etags in (False, True):
        report = sync_from(remote.url, sqlite_store)
        assert (report.changed, report.unchanged, report.failed) == (0, 1, {})
    assert (sqlite_store.version(), files_of(sqlite_store)) == (version, before)
    remote.requests.clear()
    sync_from(remote.url, sqlite_store)
    assert bodies(remote) == []


def test_another_server_is_read_in_full(published: FaultyServer, origin: Store, sqlite_store: Store) -> None:
    sync_from(published.url, sqlite_store)
    with faults.faulty_server() as other:
        publish(other, origin)
        sync_from(other.url, sqlite_store)
        assert all("If-None-Match" not in request.headers for request in other.requests)


def test_a_deleted_campaign_is_not_read(published: FaultyServer, sqlite_store: Store) -> None:
    published.campaigns["other"] = remote_campaign()
    sync_from(published.url, sqlite_store)
    deletion.delete(sqlite_store, CAMPAIGN)
    published.requests.clear()
    report = sync_from(published.url, sqlite_store)
    assert report.is_complete
    assert report.sentence() == ("1 campaign: 1 unchanged. 1 campaign is deleted here: restore it in Data → Settings.")
    assert published.targets(CAMPAIGN) == []
    deletion.restore(sqlite_store, CAMPAIGN)
    assert sync_from(published.url, sqlite_store).sentence() == "2 campaigns: 2 unchanged."
