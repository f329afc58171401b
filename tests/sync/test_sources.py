"""Several accounts of the Results API in one database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import select
from typer.testing import CliRunner, Result

from outreach_results import results
from outreach_results.api.in_process import get
from outreach_results.cli import main
from outreach_results.config import Settings
from outreach_results.errors import ConfigError, KeyRefusedError, OutreachError, QueryError, SourceError
from outreach_results.ingest.load import load
from outreach_results.models import Basis, Filters, Plan, UsageOfAccounts
from outreach_results.reconcile.comparison import reconcile
from outreach_results.store import schema, sync_sources
from outreach_results.store.account_entries import enter_plan
from outreach_results.store.engine import Store
from outreach_results.sync.run import sync
from outreach_results.sync.sources import (
    Account,
    accounts,
    add_account,
    chosen_account,
    edit_account,
    opened,
    try_connection,
)
from outreach_results.sync.status import SyncReport, sync_status
from support import faulty_server as faults
from support.dashboard import run_page
from support.faulty_server import KEY, FaultyServer, remote_campaign
from support.optional import present
from support.records import campaign, emails
from support.syncing import QUICK

Run = Callable[..., Result]
SECRET = SecretStr(Fernet.generate_key().decode())


@pytest.fixture
def second() -> Iterator[FaultyServer]:
    """Another account's server."""
    with faults.faulty_server() as server:
        yield server


def settings_for(remote: FaultyServer | None = None, *, every: timedelta | None = None) -> Settings:
    """The settings, with or without a server of their own."""
    if remote is None:
        return Settings(secret_key=SECRET, sync_every=every)
    return Settings(secret_key=SECRET, api_url=remote.url, api_key=SecretStr(KEY), sync_every=every)


def synced(store: Store, account: Account, settings: Settings) -> SyncReport:
    with opened(store, account, settings, QUICK) as server:
        return sync(store, server, others=account.others, is_first=account.is_first)


def all_synced(store: Store, settings: Settings) -> dict[str, SyncReport]:
    return {account.name: synced(store, account, settings) for account in accounts(store, settings)}


def test_each_account_keeps_its_campaigns(remote: FaultyServer, second: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns |= {"a": remote_campaign(), "same": remote_campaign()}
    second.campaigns |= {"b": remote_campaign(), "same": remote_campaign()}
    settings = settings_for(remote)
    add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
    for _ in range(2):
        reports = all_synced(sqlite_store, settings)
        assert list(reports) == ["", "Second"]
        assert reports[""].failed == {}
        assert set(reports["Second"].failed) == {"same"}
        assert f"It stays the one of {remote.url}" in reports["Second"].failed["same"]
    assert {campaign.id for campaign in results.all_campaigns(sqlite_store)} == {"a", "b", "same"}
    assert [target for target in second.targets() if "/same/" in target] == []


def test_two_keys_of_one_server_are_two_accounts(remote: FaultyServer, sqlite_store: Store) -> None:
    settings = settings_for()
    campaigns = {"Sales": {"a": remote_campaign()}, "Support": {"b": remote_campaign()}}
    for name in campaigns:
        add_account(sqlite_store, name, remote.url, SecretStr(f"key-of-{name}"), settings)
    for _ in range(2):
        for account in accounts(sqlite_store, settings):
            remote.key, remote.campaigns = f"key-of-{account.name}", dict(campaigns[account.name])
            report = synced(sqlite_store, account, settings)
            assert (report.problem, report.failed, report.campaigns) == (None, {}, 1)
            assert "" not in report.notes
    assert report.unchanged == 1
    assert {campaign.id for campaign in results.all_campaigns(sqlite_store)} == {"a", "b"}
    status = sync_status(sqlite_store)
    assert [status.of(account.account).last is not None for account in accounts(sqlite_store, settings)] == [True] * 2


def test_benchmarks_are_of_the_first(remote: FaultyServer, second: FaultyServer, sqlite_store: Store) -> None:
    """Two accounts would otherwise replace each other's at every sync, and no answer could stay in the cache."""
    settings = settings_for(remote)
    add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
    all_synced(sqlite_store, settings)
    version = sqlite_store.version()
    all_synced(sqlite_store, settings)
    assert sqlite_store.version() == version
    assert remote.targets("^/usage")
    assert second.targets("^/usage")
    assert second.targets("^/benchmarks") == []


def usage_of(name: str, limit: int, price: int = 20) -> dict[str, Any]:
    """An account's usage of January."""
    plan = {"name": name, "email_limit": limit, "price_usd": price}
    numbers = {"campaigns_created": 1, "emails_sent": 7, "emails_remaining": limit - 7, "byok_cost_usd": 0}
    return {"period": "2026-01", "usage": numbers, "plan": plan}


@pytest.fixture
def two(remote: FaultyServer, second: FaultyServer, sqlite_store: Store) -> Settings:
    """Two synced accounts with a campaign each, and a campaign from a file."""
    remote.campaigns["a"], remote.usage = remote_campaign(), usage_of("Growth", 10)
    second.campaigns["b"], second.usage = remote_campaign(), usage_of("Starter", 5, 7)
    load(sqlite_store, "file", [campaign("c"), *emails(4, of="c")])
    settings = settings_for(remote)
    add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
    all_synced(sqlite_store, settings)
    return settings


def test_each_account_has_its_own_quota(two: Settings, remote: FaultyServer, sqlite_store: Store) -> None:
    sent = {
        own: results.campaign_stats(sqlite_store, own, Filters(basis=Basis.SEND)).stats.emails_sent for own in "abc"
    }
    used = results.usage(sqlite_store, "2026-01")
    assert isinstance(used, UsageOfAccounts)
    first, other = used.accounts
    assert (first.name, other.name) == (f"{remote.url}/", "Second")
    assert (first.emails_sent, other.emails_sent) == (sent["a"], sent["b"])
    assert present(first.plan).email_limit == 10
    assert other.emails_remaining == max(0, 5 - present(sent["b"]))
    assert present(used.plan) == Plan(name="Growth + Starter", email_limit=15, price_usd=27)
    assert used.usage.emails_sent == sum(map(present, sent.values()))
    assert used.usage.emails_remaining == present(first.emails_remaining) + present(other.emails_remaining)
    assert present(results.plan_known_at(sqlite_store)).year >= 2026


def test_an_entered_plan_is_that_of_all(two: Settings, sqlite_store: Store) -> None:
    enter_plan(sqlite_store, Plan(name="Own", email_limit=1_000, price_usd=1))
    used = results.usage(sqlite_store, "2026-01")
    assert present(used.plan).name == "Own"
    assert used.usage.emails_remaining == 1_000 - used.usage.emails_sent


def test_a_plan_that_one_does_not_say_is_unknown(two: Settings, second: FaultyServer, sqlite_store: Store) -> None:
    present(second.usage)["plan"] = None
    version = sqlite_store.version()
    all_synced(sqlite_store, two)
    assert sqlite_store.version() != version
    used = results.usage(sqlite_store, "2026-01")
    assert isinstance(used, UsageOfAccounts)
    assert (used.plan, used.usage.emails_remaining) == (None, None)
    assert [one.plan is None for one in used.accounts] == [False, True]


def test_one_account_left_is_the_account(two: Settings, second: FaultyServer, sqlite_store: Store) -> None:
    """The plan of the other goes, although what this one says has not changed since."""
    alone = settings_for()
    all_synced(sqlite_store, alone)
    used = results.usage(sqlite_store, "2026-01")
    assert not isinstance(used, UsageOfAccounts)
    assert present(used.plan).name == "Starter"


def test_each_account_is_reconciled(two: Settings, remote: FaultyServer, sqlite_store: Store) -> None:
    rows = {row.campaign: row for row in reconcile(sqlite_store) if not row.campaign_id}
    assert set(rows) == {f"Account {remote.url}/", "Account Second"}
    used = results.usage(sqlite_store, "2026-01")
    assert isinstance(used, UsageOfAccounts)
    assert [row.counted for row in rows.values()] == [one.emails_sent for one in used.accounts]


def test_the_api_and_the_page_name_each_account(
    two: Settings, sqlite_store: Store, use_database: Callable[[str], None]
) -> None:
    written: list[bytes] = []
    get(sqlite_store, "usage?period=2026-01", written.append)
    body = json.loads(b"".join(written))
    assert [one["name"] for one in body["accounts"]][1] == "Second"
    assert set(body) == {"period", "usage", "plan", "accounts"}
    use_database(sqlite_store.engine.url.render_as_string(hide_password=False))
    page = run_page("usage")
    assert any("Growth + Starter" in element.value.replace("\\", "") for element in page.markdown)
    assert any("Each account has a quota of its own" in element.value for element in page.caption)


def test_each_account_has_its_own_status(remote: FaultyServer, second: FaultyServer, sqlite_store: Store) -> None:
    settings = settings_for(remote)
    add_account(sqlite_store, "Second", second.url, SecretStr(KEY), settings)
    second.key = "another"
    all_synced(sqlite_store, settings)
    first, other = (sync_status(sqlite_store).of(account.account) for account in accounts(sqlite_store, settings))
    assert first.is_fine
    assert first.last is not None
    assert not other.is_fine
    assert other.last is not None
    assert other.last.problem is not None
    assert "does not accept the key; it may have been revoked" in other.last.problem


def test_how_often_each_is_synced(sqlite_store: Store) -> None:
    settings = settings_for(every=timedelta(minutes=5))
    for name, every in (("default", None), ("never", timedelta(0)), ("daily", timedelta(days=1))):
        add_account(sqlite_store, name, f"https://{name}.example", SecretStr(KEY), settings, every=every)
    assert [each.every for each in accounts(sqlite_store, settings)] == [settings.sync_every, None, timedelta(days=1)]
    assert accounts(sqlite_store, settings_for())[0].every == timedelta(hours=1)


def test_one_account_can_be_chosen(second: FaultyServer, sqlite_store: Store) -> None:
    settings = settings_for(second)
    add_account(sqlite_store, "Second", "https://second.example", SecretStr(KEY), settings)
    assert chosen_account(sqlite_store, settings, "Second").address == "https://second.example/"
    for name in ("Third", ""):
        with pytest.raises(QueryError, match=f"no account '{name}'"):
            chosen_account(sqlite_store, settings, name)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://results.example.com", "The address begins with http://"),
        ("results.example.com", "The address isn.t an address of a server"),
        ("https://user:secret@results.example.com", "The address must hold no password"),
        (" ", "Enter the address"),
    ],
)
def test_an_unusable_address_is_not_kept(sqlite_store: Store, address: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        add_account(sqlite_store, "Plain", address, SecretStr(KEY), settings_for())
    assert sync_sources.list_sources(sqlite_store) == []


def test_a_wrong_address_in_the_settings_is_listed(sqlite_store: Store) -> None:
    settings = Settings(api_url="results.example.com", sync_every=timedelta(minutes=5))
    [account] = accounts(sqlite_store, settings)
    with pytest.raises(ConfigError, match="OUTREACH_API_URL isn't an address"), opened(sqlite_store, account, settings):
        pass


def test_a_connection_is_tried(remote: FaultyServer) -> None:
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign()}
    assert try_connection(remote.url, SecretStr(KEY)).endswith(": 2 campaigns.")
    with pytest.raises(KeyRefusedError, match="does not accept the key"):
        try_connection(remote.url, SecretStr("another"))
    remote.trouble("/campaigns", faults.status(404), times=1)
    assert "lists no campaigns" in try_connection(remote.url, SecretStr(KEY))
    remote.trouble("", faults.status(404), times=None)
    with pytest.raises(OutreachError, match="it does not have that"):
        try_connection(remote.url, SecretStr(KEY))
    with pytest.raises(SourceError, match=r"cannot be reached\. Try again later"):
        try_connection("http://127.0.0.1:9", SecretStr(KEY))


def test_at_another_address_it_starts_anew(remote: FaultyServer, second: FaultyServer, sqlite_store: Store) -> None:
    settings = settings_for()
    for server in (remote, second):
        server.campaigns["a"] = remote_campaign()
    add_account(sqlite_store, "Moved", remote.url, SecretStr(KEY), settings)
    all_synced(sqlite_store, settings)
    edit_account(sqlite_store, "Moved", settings, new_name="Moved", address=second.url, key=SecretStr(KEY), every=None)
    assert all_synced(sqlite_store, settings)["Moved"].failed == {}
    with sqlite_store.read() as connection:
        servers = set(connection.execute(select(schema.sync_state.c.server)).scalars())
    assert servers == {f"{second.url}/"}


@pytest.fixture
def run(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the database."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_store.engine.url.render_as_string(hide_password=False))
    return lambda *arguments, **options: CliRunner().invoke(main.app, arguments, **options)


def test_the_commands_for_accounts(second: FaultyServer, sqlite_store: Store, run: Run) -> None:
    second.campaigns["b"] = remote_campaign()
    added = run("sources", "add", "Second", second.url, "--every", "6h", input=f"{KEY}\n")
    assert added.exit_code == 0, added.output
    assert KEY not in added.output
    assert "store-1.db.key" in added.output
    assert "1 campaign" in run("sources", "test", "Second").output
    assert run("sync", "--source", "Second").exit_code == 0
    assert [campaign.id for campaign in results.all_campaigns(sqlite_store)] == ["b"]
    assert run("sources", "edit", "Second", "--rename", "Team", "--every", "never").exit_code == 0
    [_head, line] = run("sources", "list").stdout.splitlines()
    assert line.split()[0] == "Team"
    assert line.split()[3:] == ["never", f"{second.url}/"]
    assert run("sources", "remove", "Team").exit_code == 0
    assert len(run("sources", "list").stdout.splitlines()) == 1


def test_an_account_that_cannot_be_opened(second: FaultyServer, sqlite_store: Store, run: Run) -> None:
    second.campaigns["b"] = remote_campaign()
    run("sources", "add", "First", "https://first.example", input=f"{KEY}\n")
    run("sources", "add", "Second", second.url, input=f"{KEY}\n")
    with sqlite_store.write() as connection:
        lost = schema.sync_sources.update().where(schema.sync_sources.c.name == "First").values(key_encrypted="lost")
        connection.execute(lost)
    done = run("sync")
    assert done.exit_code == 1
    assert "Enter the key again" in " ".join(done.output.split())
    assert [campaign.id for campaign in results.all_campaigns(sqlite_store)] == ["b"]


def test_without_any_account_the_ways_are_named(run: Run) -> None:
    done = run("sync")
    assert isinstance(done.exception, ConfigError)
    assert "Connect one on the page Data" in str(done.exception)


@pytest.mark.parametrize("every", ["often", "5s", "-1h"])
def test_an_interval_is_checked(run: Run, sqlite_store: Store, every: str) -> None:
    done = run("sources", "add", "Second", "https://second.example", "--every", every, "--key", KEY)
    assert isinstance(done.exception, QueryError)
    assert sync_sources.list_sources(sqlite_store) == []
