"""Accounts of the Results API that a sync reads besides the one in the settings. Their keys are encrypted."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr
from sqlalchemy import Connection, delete, insert, select, update

from outreach_results.errors import ConfigError, ConflictError, QueryError
from outreach_results.store import audit
from outreach_results.store.engine import Store
from outreach_results.store.key_file import cipher, key_file
from outreach_results.store.schema import sync_sources
from outreach_results.store.sync_runs import forget_runs
from outreach_results.store.sync_state import ACCOUNT, forget

MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class SyncSource:
    """An account, without its key.

    Attributes:
        account: what the answers and runs of its syncs are kept under.
        every: how often it is synced; 0 is never by itself, None is by default.
    """

    name: str
    address: str
    account: str
    every: timedelta | None
    created_at: datetime


def add_source(
    store: Store,
    name: str,
    address: str,
    key: SecretStr,
    secret: SecretStr | None,
    *,
    every: timedelta | None = None,
    taken: Collection[str] = (),
    by: str | None = None,
) -> None:
    """Keep an account; its key is encrypted.

    Args:
        secret: what encrypts the key; without it a file, which is made if it is not there.
        taken: other accounts' names for themselves, such as that of the settings.

    Raises:
        QueryError: the name is blank, too long or holds control characters.
        ConflictError: there is one of that name, or of that address and key.
        ConfigError: the secret or its file cannot be used.
    """
    fernet = cipher(store, secret, may_create=True)
    with store.write(exclusive=True, is_data=False) as connection:
        values = _checked(connection, fernet, name, address, key, without=None)
        row = values | {
            "account": _account_of(connection, address, taken),
            "key_encrypted": _encrypted(fernet, key),
            "created_at": datetime.now(UTC),
            "sync_every": _seconds(every),
        }
        connection.execute(insert(sync_sources), row)
        audit.record(connection, audit.Action.ACCOUNT_CONNECTED, f"{row['name']}, {address}", by=by)


def edit_source(
    store: Store,
    name: str,
    *,
    new_name: str,
    address: str,
    key: SecretStr | None,
    secret: SecretStr | None,
    every: timedelta | None,
    taken: Collection[str] = (),
    by: str | None = None,
) -> None:
    """Change an account. At another address all of it is read anew.

    Args:
        key: the new one; None keeps the present one, which is never sent to another address.

    Raises:
        QueryError: there is none of that name, the new name cannot be used, or another address comes without a key.
        ConflictError: there is another one of that name, or of that address and key.
        ConfigError: the secret or its file cannot be used.
    """
    fernet = None if key is None else cipher(store, secret, may_create=True)
    with store.write(exclusive=True) as connection:
        row = connection.execute(select(sync_sources).where(sync_sources.c.name == name)).first()
        if row is None:
            raise _unknown(name)
        if row.address != address and key is None:
            raise QueryError("key", "Enter the key for the new address: the current one is not sent there.")
        values = _checked(connection, fernet, new_name, address, key, without=name) | {"sync_every": _seconds(every)}
        if fernet is not None and key is not None:
            values["key_encrypted"] = _encrypted(fernet, key)
        if row.address != address:
            _forget(connection, row.account)
            values["account"] = _account_of(connection, address, taken)
        connection.execute(update(sync_sources).where(sync_sources.c.name == name).values(values))
        audit.record(connection, audit.Action.ACCOUNT_CHANGED, f"{values['name']}, {address}", by=by)


def list_sources(store: Store) -> list[SyncSource]:
    """All accounts, oldest first."""
    columns = sync_sources.c
    query = select(columns.name, columns.address, columns.account, columns.sync_every, columns.created_at)
    with store.read() as connection:
        rows = connection.execute(query.order_by(columns.created_at, columns.name)).all()
    return [
        SyncSource(name, address, account, None if seconds is None else timedelta(seconds=seconds), created_at)
        for name, address, account, seconds, created_at in rows
    ]


def remove_source(store: Store, name: str, *, by: str | None = None) -> None:
    """Forget an account and its key; what was read from it stays.

    Raises:
        QueryError: there is none of that name.
    """
    here = sync_sources.c.name == name
    with store.write(exclusive=True) as connection:
        account = connection.execute(select(sync_sources.c.account).where(here)).scalar_one_or_none()
        if account is None:
            raise _unknown(name)
        connection.execute(delete(sync_sources).where(here))
        _forget(connection, account)
        audit.record(connection, audit.Action.ACCOUNT_REMOVED, name, by=by)


def key_of(store: Store, name: str, secret: SecretStr | None) -> SecretStr:
    """The key of an account.

    Raises:
        QueryError: there is none of that name.
        ConfigError: its key cannot be decrypted with this secret.
    """
    with store.read() as connection:
        query = select(sync_sources.c.key_encrypted).where(sync_sources.c.name == name)
        encrypted = connection.execute(query).scalar_one_or_none()
    if encrypted is None:
        raise _unknown(name)
    try:
        return _decrypted(cipher(store, secret, may_create=False), encrypted)
    except InvalidToken:
        where = key_file(store) if secret is None else "OUTREACH_SECRET_KEY"
        raise ConfigError(
            f"The key of {name!r} was encrypted with another secret than that of {where}. Enter the key again, or "
            "bring the former secret back."
        ) from None


def _checked(
    connection: Connection, fernet: Fernet | None, name: str, address: str, key: SecretStr | None, without: str | None
) -> dict[str, object]:
    """The name and address of an account, once no other one has them."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise QueryError("name", f"Give the account a name of 1 to {MAX_NAME} printable characters.")
    columns = sync_sources.c
    for row in connection.execute(select(columns.name, columns.address, columns.key_encrypted)):
        if row.name == without:
            continue
        if row.name == name:
            raise ConflictError(f"There is an account named {name!r} already. Choose another name.")
        if row.address == address and fernet is not None and key is not None:
            with suppress(InvalidToken):  # of another secret, hence not to be compared
                if _decrypted(fernet, row.key_encrypted) == key:
                    raise ConflictError(f"This account is there already: {row.name!r} has the same address and key.")
    return {"name": name, "address": address}


def _account_of(connection: Connection, address: str, taken: Collection[str]) -> str:
    """What a new account is called: its address, with a suffix if another account of that address is there."""
    others = {*taken, *connection.execute(select(sync_sources.c.account)).scalars()}
    return f"{address}#{secrets.token_hex(4)}" if address in others else address


def _forget(connection: Connection, account: str) -> None:
    forget_runs(connection, account)
    forget(connection, ACCOUNT, account)


def _encrypted(fernet: Fernet, key: SecretStr) -> str:
    return fernet.encrypt(key.get_secret_value().encode()).decode()


def _decrypted(fernet: Fernet, encrypted: str) -> SecretStr:
    return SecretStr(fernet.decrypt(encrypted.encode()).decode())


def _seconds(every: timedelta | None) -> int | None:
    return None if every is None else round(every.total_seconds())


def _unknown(name: str) -> QueryError:
    return QueryError("name", f"There is no account {name[:MAX_NAME]!r}. See: outreach-results sources list")
