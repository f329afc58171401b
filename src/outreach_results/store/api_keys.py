"""Keys of the HTTP API: created, listed, revoked and identified.

A key is ``outreach_<id>_<secret>``. The id is public and finds the row; of the whole key only the SHA-256 is kept.
That is enough, because the secret is 256 random bits, which no list of likely passwords contains.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, insert, or_, select, update

from outreach_results.errors import ConflictError, QueryError
from outreach_results.store import audit
from outreach_results.store.audit import Action
from outreach_results.store.engine import Store
from outreach_results.store.labels import read_book, require_client
from outreach_results.store.schema import api_keys

PREFIX = "outreach"
MAX_NAME = 100
MAX_KEY = 200


class KeyScope(StrEnum):
    """What a key may do: read results, deliver events, or both."""

    READ = "read"
    INGEST = "ingest"
    ADMIN = "admin"

    def allows(self, needed: KeyScope) -> bool:
        """Whether a key of this scope may do what needs that one."""
        return self is KeyScope.ADMIN or self is needed


class ValidKey(NamedTuple):
    """What is known of a key that is valid now: the SHA-256 of it, what it may do, and of which client (None: all)."""

    digest: bytes
    scope: KeyScope
    client_id: str | None = None


ValidKeys = Mapping[str, ValidKey]
"""Every key that is valid now, by the key's id."""

_NOBODY = ValidKey(
    bytes(32), KeyScope.READ
)  # compared with where the id is unknown, so that both refusals take the same time


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret."""

    key_id: str
    name: str
    scope: KeyScope
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    client_id: str | None = None


def create_key(
    store: Store, name: str, scope: KeyScope = KeyScope.READ, *, client_id: str | None = None, by: str | None = None
) -> str:
    """Create a key and return it: only its digest is stored, so it cannot be shown again.

    Args:
        client_id: the key reads the campaigns of this client only; None is all campaigns.

    Raises:
        QueryError: the name is blank, too long or holds control characters, there is no such client, or the key of a
            client is to do more than read.
        ConflictError: a valid key has that name already.
    """
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name.isspace():
        raise QueryError("name", f"Give the key a name of 1 to {MAX_NAME} printable characters.")
    if client_id is not None and scope is not KeyScope.READ:
        raise QueryError("scope", "Events may be of any campaign, so a key of a client can only read: scope read.")
    key_id = secrets.token_hex(6)
    key = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    with store.write(exclusive=True) as connection:
        if client_id is not None:
            require_client(read_book(connection).names, client_id)
        taken = select(api_keys.c.key_id).where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
        if connection.execute(taken).first() is not None:
            raise ConflictError(f"There is a key named {name!r} already. Revoke it first, or choose another name.")
        connection.execute(
            insert(api_keys),
            {
                "key_id": key_id,
                "name": name,
                "digest": _digest(key).hex(),
                "scope": scope.value,
                "client_id": client_id,
                "created_at": datetime.now(UTC),
            },
        )
        only = "" if client_id is None else f", only {client_id}"
        audit.record(connection, Action.KEY_CREATED, f"{name} ({scope}{only}, {key_id})", by=by)
    return key


def list_keys(store: Store) -> list[ApiKey]:
    """All keys, revoked ones included, oldest first."""
    with store.read() as connection:
        rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)).mappings()
        return [
            ApiKey(**{name: row[name] for name in ApiKey.__dataclass_fields__} | {"scope": KeyScope(row["scope"])})
            for row in rows
        ]


def revoke_key(store: Store, name: str, *, by: str | None = None) -> None:
    """Revoke a key, from now on.

    Raises:
        QueryError: no valid key has that name.
    """
    with store.write(exclusive=True) as connection:
        revoked = connection.execute(
            update(api_keys)
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=datetime.now(UTC))
        )
        if revoked.rowcount == 0:
            raise QueryError(
                "name", f"There is no valid key named {name[:MAX_NAME]!r}. See: outreach-results keys list"
            )
        audit.record(connection, Action.KEY_REVOKED, name, by=by)


def valid_keys(connection: Connection) -> ValidKeys:
    """All valid keys, for `identify`."""
    valid = select(api_keys).where(api_keys.c.revoked_at.is_(None))
    return {
        row.key_id: ValidKey(
            bytes.fromhex(row.digest), KeyScope.READ if row.client_id else KeyScope(row.scope), row.client_id
        )
        for row in connection.execute(valid)
    }


def identify(key: str, keys: ValidKeys) -> str | None:
    """The id of a valid key, or None. Takes the same time however much of a wrong key is right."""
    parts = key[:MAX_KEY].split("_", 2)
    key_id = parts[1] if len(parts) == 3 else ""
    is_match = hmac.compare_digest(_digest(key), keys.get(key_id, _NOBODY).digest)
    return key_id if is_match and key_id in keys else None


def record_use(store: Store, uses: Mapping[str, datetime]) -> None:
    """Store when keys were last used. No answer depends on it, so the data version stays."""
    with store.write(is_data=False) as connection:
        for key_id, at in sorted(uses.items()):
            connection.execute(
                update(api_keys)
                .where(
                    api_keys.c.key_id == key_id,
                    or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < at),
                )
                .values(last_used_at=at)
            )


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
