"""API keys: in the store, and from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from typer.testing import CliRunner

from outreach_results.cli import main
from outreach_results.errors import ConflictError, OutreachError, QueryError
from outreach_results.store import api_keys
from outreach_results.store.api_keys import KeyScope, ValidKey
from outreach_results.store.engine import MIGRATIONS, Store, open_store
from support.databases import sqlite_url


def _recognised(store: Store, key: str) -> str | None:
    with store.read() as connection:
        return api_keys.identify(key, api_keys.valid_keys(connection))


def test_a_new_key_is_recognised(store: Store) -> None:
    key = api_keys.create_key(store, "reports")
    (result,) = api_keys.list_keys(store)
    assert (result.name, result.last_used_at, result.revoked_at) == ("reports", None, None)
    assert abs(result.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert _recognised(store, key) == result.key_id


def test_keys_are_long_and_never_the_same(sqlite_store: Store) -> None:
    made = {api_keys.create_key(sqlite_store, f"key {n}") for n in range(20)}
    assert len(made) == 20
    for key in made:
        prefix, key_id, secret = key.split("_", 2)
        assert (prefix, len(key_id)) == ("outreach", 12)
        assert len(secret) >= 43  # 256 bits


def test_any_other_text_is_not_recognised(store: Store) -> None:
    key, other = api_keys.create_key(store, "one"), api_keys.create_key(store, "other")
    mixed = f"{key.rsplit('_', 1)[0]}_{other.split('_', 2)[2]}"
    for wrong in ("", "_", "__", key[:-1], key + "x", key.upper(), mixed, f" {key}", "x" * 100_000, "\ud800", "é"):
        assert _recognised(store, wrong) is None


def test_digest_comparison_takes_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(api_keys.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or False)
    keys = {"known": ValidKey(b"d" * 32, KeyScope.READ)}
    assert api_keys.identify("outreach_known_x", keys) is None
    assert api_keys.identify("outreach_unknown_x", keys) is None
    assert [len(b) for _, b in compared] == [32, 32]


def test_an_unknown_id_is_refused_whatever_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "_digest", lambda _key: bytes(32))  # what unknown ids are compared with
    assert api_keys.identify("outreach_unknown_x", {}) is None


def test_a_revoked_key_stays_listed_and_opens_nothing(store: Store) -> None:
    key = api_keys.create_key(store, "old")
    api_keys.revoke_key(store, "old")
    assert _recognised(store, key) is None
    assert api_keys.list_keys(store)[0].revoked_at is not None
    with pytest.raises(QueryError, match="no valid key named 'old'"):
        api_keys.revoke_key(store, "old")


def test_a_name_is_free_again_once_its_key_is_revoked(store: Store) -> None:
    first = api_keys.create_key(store, "same")
    with pytest.raises(ConflictError, match="a key named 'same' already"):
        api_keys.create_key(store, "same")
    api_keys.revoke_key(store, "same")
    second = api_keys.create_key(store, "same")
    assert _recognised(store, first) is None
    assert _recognised(store, second) is not None
    api_keys.revoke_key(store, "same")
    assert _recognised(store, second) is None


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "\x1b[31mred", "a\u202eb", "x" * 101])
def test_refuses_a_name_that_no_list_could_show(sqlite_store: Store, name: str) -> None:
    with pytest.raises(QueryError, match="printable"):
        api_keys.create_key(sqlite_store, name)
    assert api_keys.list_keys(sqlite_store) == []


def test_key_creation_is_a_change_and_use_is_not(store: Store) -> None:
    versions = [store.version()]
    api_keys.create_key(store, "k")
    versions.append(store.version())
    api_keys.record_use(store, {api_keys.list_keys(store)[0].key_id: datetime.now(UTC)})
    assert store.version() == versions[-1]
    api_keys.revoke_key(store, "k")
    versions.append(store.version())
    assert len(set(versions)) == 3


def test_a_key_reads_unless_it_is_made_for_more(store: Store) -> None:
    api_keys.create_key(store, "reports")
    api_keys.create_key(store, "webhooks", KeyScope.INGEST)
    assert {key.name: key.scope for key in api_keys.list_keys(store)} == {
        "reports": KeyScope.READ,
        "webhooks": KeyScope.INGEST,
    }
    allowed = {scope: {needed for needed in KeyScope if scope.allows(needed)} for scope in KeyScope}
    assert allowed == {
        KeyScope.READ: {KeyScope.READ},
        KeyScope.INGEST: {KeyScope.INGEST},
        KeyScope.ADMIN: set(KeyScope),
    }


def test_keys_from_before_scopes_read(new_database: Callable[[], str]) -> None:
    url = new_database()
    store = open_store(url)
    key = api_keys.create_key(store, "old", KeyScope.ADMIN)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
    store.close()
    again = open_store(url)
    assert _recognised(again, key) is not None
    assert [listed.scope for listed in api_keys.list_keys(again)] == [KeyScope.READ]
    again.close()


def test_the_last_use_never_goes_back(store: Store) -> None:
    api_keys.create_key(store, "k")
    key_id = api_keys.list_keys(store)[0].key_id
    late = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for at in (late, late - timedelta(hours=1)):
        api_keys.record_use(store, {key_id: at, "unknown": at})
        assert api_keys.list_keys(store)[0].last_used_at == late


def test_the_key_itself_is_nowhere_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    store = open_store(sqlite_url(path))
    key = api_keys.create_key(store, "reports")
    api_keys.record_use(store, {api_keys.list_keys(store)[0].key_id: datetime.now(UTC)})
    _, key_id, secret = key.split("_", 2)
    while_open = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    store.close()
    closed = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for stored in (while_open, closed):
        assert key_id.encode() in stored
        assert secret.encode() not in stored


# --- the command line --------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = sqlite_url(tmp_path / "cli.db")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
    return url


def test_create_shows_the_key_once(database: str) -> None:
    made = CliRunner().invoke(main.app, ["keys", "create", "reports"])
    assert made.exit_code == 0
    key = made.stdout.strip()
    store = open_store(database)
    assert _recognised(store, key) is not None, "the key stands alone on standard output"
    store.close()
    assert "not shown again" in made.stderr
    listed = CliRunner().invoke(main.app, ["keys", "list"])
    assert key not in listed.output
    assert key.split("_", 2)[2] not in listed.output  # the secret may hold a "_" of its own


def test_create_gives_the_key_a_scope(database: str) -> None:
    assert CliRunner().invoke(main.app, ["keys", "create", "hooks", "--scope", "ingest"]).exit_code == 0
    wrong = CliRunner().invoke(main.app, ["keys", "create", "more", "--scope", "everything"])
    assert wrong.exit_code == 2
    store = open_store(database)
    assert [(key.name, key.scope) for key in api_keys.list_keys(store)] == [("hooks", KeyScope.INGEST)]
    store.close()


def test_list_shows_names_uses_and_revocations(database: str) -> None:
    for name in ("a long name for a key", "b"):
        CliRunner().invoke(main.app, ["keys", "create", name])
    store = open_store(database)
    used = next(key for key in api_keys.list_keys(store) if key.name == "b")
    api_keys.record_use(store, {used.key_id: datetime(2026, 3, 1, 12, 30, tzinfo=UTC)})
    store.close()
    assert CliRunner().invoke(main.app, ["keys", "revoke", "a long name for a key"]).exit_code == 0
    head, first, second = CliRunner().invoke(main.app, ["keys", "list"]).stdout.splitlines()
    assert head.split() == ["NAME", "SCOPE", "CLIENT", "CREATED", "(UTC)", "LAST", "USED", "REVOKED"]
    assert first.startswith("a long name for a key  read  ")
    assert not first.endswith("-")
    assert "2026-03-01 12:30" in second
    assert second.endswith("-")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["revoke", "nobody"], "There is no valid key named 'nobody'. See: outreach-results keys list"),
        (["create", ""], "Give the key a name of 1 to 100 printable characters."),
    ],
)
def test_errors_are_sentences(database: str, arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main.app, ["keys", *arguments])
    assert isinstance(result.exception, OutreachError)
    assert str(result.exception) == sentence
