"""Accounts of the Results API that a sync reads besides the one in the settings. Their keys are encrypted."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr
from sqlalchemy import delete, insert, select

from outreach_results.errors import ConfigError, ConflictError, QueryError
from outreach_results.store.engine import Store
from outreach_results.store.schema import sync_sources

MAX_NAME = 100
KEY_FILE_ENDING = ".key"


@dataclass(frozen=True, slots=True)
class SyncSource:
    """An account, without its key."""

    name: str
    address: str
    created_at: datetime


def add_source(store: Store, name: str, address: str, key: SecretStr, secret: SecretStr | None) -> None:
    """Keep an account; its key is encrypted.

    Args:
        secret: what encrypts the key; without it the file beside the database, which is made if it is not there.

    Raises:
        QueryError: the name is blank, too long or holds control characters.
        ConflictError: there is one of that name, or of that address.
        ConfigError: the secret or its file cannot be used.
    """
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name.isspace():
        raise QueryError("name", f"Give the source a name of 1 to {MAX_NAME} printable characters.")
    encrypted = _cipher(store, secret, may_create=True).encrypt(key.get_secret_value().encode()).decode()
    with store.write(exclusive=True, is_data=False) as connection:
        for row in connection.execute(select(sync_sources.c.name, sync_sources.c.address)):
            if row.name == name or row.address == address:
                raise ConflictError(f"The source {row.name!r} ({row.address}) is there already. Remove it first.")
        connection.execute(
            insert(sync_sources),
            {"name": name, "address": address, "key_encrypted": encrypted, "created_at": datetime.now(UTC)},
        )


def list_sources(store: Store) -> list[SyncSource]:
    """All accounts, oldest first."""
    columns = (sync_sources.c.name, sync_sources.c.address, sync_sources.c.created_at)
    with store.read() as connection:
        rows = connection.execute(select(*columns).order_by(sync_sources.c.created_at, sync_sources.c.name))
        return [SyncSource(*row) for row in rows]


def remove_source(store: Store, name: str) -> None:
    """Forget an account and its key; what was read from it stays.

    Raises:
        QueryError: there is none of that name.
    """
    with store.write(exclusive=True, is_data=False) as connection:
        if connection.execute(delete(sync_sources).where(sync_sources.c.name == name)).rowcount == 0:
            raise QueryError("name", f"There is no source {name[:MAX_NAME]!r}. See: outreach-results sources list")


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
        raise QueryError("name", f"There is no source {name[:MAX_NAME]!r}. See: outreach-results sources list")
    try:
        return SecretStr(_cipher(store, secret, may_create=False).decrypt(encrypted.encode()).decode())
    except InvalidToken:
        raise ConfigError(
            f"The key of the source {name!r} was encrypted with another secret. Set OUTREACH_SECRET_KEY to that one, "
            "or remove the source and add it again."
        ) from None


def _cipher(store: Store, secret: SecretStr | None, *, may_create: bool) -> Fernet:
    text = _from_file(store, may_create=may_create) if secret is None else secret.get_secret_value()
    try:
        return Fernet(text.strip())
    except ValueError:
        raise ConfigError(
            "OUTREACH_SECRET_KEY, or the file beside the database, must be 32 bytes in URL-safe base64."
        ) from None


def _from_file(store: Store, *, may_create: bool) -> str:
    database = store.engine.url.database
    if not store.is_sqlite or database is None:
        raise ConfigError("Set OUTREACH_SECRET_KEY, 32 random bytes in URL-safe base64: keys are encrypted with it.")
    path = Path(database + KEY_FILE_ENDING)
    if may_create:
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key())
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"Other users may read {path}, which encrypts keys. Use: chmod 600 {path}")
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}, which encrypts the keys of sources, cannot be read ({error}).") from None
