"""More accounts to sync: kept with encrypted keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from outreach_results.errors import ConfigError, ConflictError, QueryError
from outreach_results.store import audit, sync_sources
from outreach_results.store.engine import Store
from outreach_results.store.sync_runs import begin_run, end_run, last_runs
from outreach_results.store.sync_sources import SyncSource
from outreach_results.store.sync_state import ACCOUNT, StoredAnswer, store_answers, stored_answers

KEY, OTHER_KEY = SecretStr("outreach_0123_the-key-itself"), SecretStr("outreach_4567_another")
SECRET = SecretStr(Fernet.generate_key().decode())
URL, OTHER_URL = "https://results.example/api/v1", "https://other.example/"


def only_source(store: Store) -> SyncSource:
    [source] = sync_sources.list_sources(store)
    return source


def edit(store: Store, name: str = "Sales", **changes: object) -> None:
    """Edit an account, whose other fields stay."""
    fields = {"new_name": name, "address": URL, "key": None, "every": None} | changes
    sync_sources.edit_source(store, name, secret=SECRET, **fields)  # type: ignore[arg-type]


def synced(store: Store, account: str) -> None:
    """Leave what a sync of that account leaves."""
    with store.write() as connection:
        begin_run(connection, account, datetime.now(UTC))
        end_run(connection, account, "{}")
        store_answers(connection, account, ACCOUNT, {"usage": StoredAnswer("etag")})


def remembered(store: Store, account: str) -> bool:
    with store.read() as connection:
        found = account in last_runs(connection), bool(stored_answers(connection, account, ACCOUNT))
    assert len(set(found)) == 1
    return found[0]


def test_a_source_is_kept_and_removed(store: Store) -> None:
    sync_sources.add_source(store, " Sales ", URL, KEY, SECRET, every=timedelta(minutes=15))
    found = only_source(store)
    assert (found.name, found.address, found.account, found.every) == ("Sales", URL, URL, timedelta(minutes=15))
    assert sync_sources.key_of(store, "Sales", SECRET) == KEY
    synced(store, URL)
    sync_sources.remove_source(store, "Sales", by="ann@example.com")
    assert [(entry.action, entry.about, entry.by) for entry in audit.entries(store)] == [
        (audit.Action.ACCOUNT_REMOVED, "Sales", "ann@example.com"),
        (audit.Action.ACCOUNT_CONNECTED, f"Sales, {URL}", None),
    ]
    assert sync_sources.list_sources(store) == []
    assert not remembered(store, URL)
    with pytest.raises(QueryError, match="no account 'Sales'"):
        sync_sources.remove_source(store, "Sales")


def test_two_accounts_may_share_an_address(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, SECRET)
    sync_sources.add_source(sqlite_store, "Support", URL, OTHER_KEY, SECRET)
    sales, support = sync_sources.list_sources(sqlite_store)
    assert sales.account == URL
    assert support.account.startswith(f"{URL}#")
    for account in (sales.account, support.account):
        synced(sqlite_store, account)
    sync_sources.remove_source(sqlite_store, "Support")
    assert remembered(sqlite_store, sales.account)


def test_the_account_of_the_settings_is_another(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, SECRET, taken=[URL])
    assert only_source(sqlite_store).account.startswith(f"{URL}#")


def test_one_account_is_not_kept_twice(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, SECRET)
    with pytest.raises(ConflictError, match="named 'Sales' already"):
        sync_sources.add_source(sqlite_store, "Sales", OTHER_URL, OTHER_KEY, SECRET)
    with pytest.raises(ConflictError, match="'Sales' has the same address and key"):
        sync_sources.add_source(sqlite_store, "Support", URL, KEY, SECRET)
    for name in ("", "  ", "x" * 101, "two\nlines"):
        with pytest.raises(QueryError, match="1 to 100 printable"):
            sync_sources.add_source(sqlite_store, name, OTHER_URL, KEY, SECRET)


def test_an_account_is_renamed_and_gets_a_new_key(store: Store) -> None:
    sync_sources.add_source(store, "Sales", URL, KEY, SECRET)
    synced(store, URL)
    edit(store, new_name="Team", every=timedelta(0))
    assert sync_sources.key_of(store, "Team", SECRET) == KEY
    edit(store, "Team", key=OTHER_KEY)
    assert sync_sources.key_of(store, "Team", SECRET) == OTHER_KEY
    assert remembered(store, URL)
    with pytest.raises(QueryError, match="no account 'Sales'"):
        edit(store)


def test_a_key_goes_to_no_other_address(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, SECRET)
    synced(sqlite_store, URL)
    with pytest.raises(QueryError, match="not sent there"):
        edit(sqlite_store, address=OTHER_URL)
    assert only_source(sqlite_store).address == URL
    edit(sqlite_store, address=OTHER_URL, key=OTHER_KEY)
    assert only_source(sqlite_store).account == OTHER_URL
    assert not remembered(sqlite_store, URL)


def test_an_account_cannot_become_another(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, SECRET)
    sync_sources.add_source(sqlite_store, "Support", URL, OTHER_KEY, SECRET)
    with pytest.raises(ConflictError, match="named 'Support' already"):
        edit(sqlite_store, new_name="Support")
    with pytest.raises(ConflictError, match="'Support' has the same address and key"):
        edit(sqlite_store, key=OTHER_KEY)


def test_another_secret_opens_nothing(sqlite_store: Store) -> None:
    sync_sources.add_source(sqlite_store, "Sales", URL, KEY, SECRET)
    other = SecretStr(Fernet.generate_key().decode())
    with pytest.raises(ConfigError, match="another secret than that of OUTREACH_SECRET_KEY"):
        sync_sources.key_of(sqlite_store, "Sales", other)
    sync_sources.edit_source(
        sqlite_store, "Sales", new_name="Sales", address=URL, key=KEY, secret=other, every=None
    )  # the way out: the key entered again
    assert sync_sources.key_of(sqlite_store, "Sales", other) == KEY
