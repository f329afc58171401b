"""The digests that people set up, and the log of what was sent; both are values of `meta`, which is small and local."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

from pydantic import AwareDatetime, SecretStr, TypeAdapter
from sqlalchemy import Connection

from outreach_results.delivery.log import Delivery, Log
from outreach_results.delivery.recipients import Recipients, checked_addresses, encrypted_webhook
from outreach_results.errors import ConflictError, QueryError
from outreach_results.store import audit
from outreach_results.store.engine import Store, get_meta, set_meta

_DIGESTS = "digests"
MAX_NAME = 80


class Every(StrEnum):
    """How often a digest is sent: each about the day, the week (from Monday) or the month before."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Digest(Recipients):
    """One digest, and who gets it.

    Attributes:
        campaigns: ids of those that it is about; None: all.
        clients, tags: that it is about the campaigns of these, whichever they are when it is sent.
        hour: from which hour (0 to 23) of the reporting time zone on it is sent.
    """

    name: str
    every: Every
    campaigns: tuple[str, ...] | None = None
    clients: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    hour: int = 8
    created_at: AwareDatetime


class DigestDelivery(Delivery):
    """One digest to one place, about the period that ended on ``last``.

    ``about`` says what was sent: ``digest``, or why it could not be one.
    """

    digest: str
    last: date

    @property
    def message(self) -> tuple[str, date]:
        """The digest, and the end of its period."""
        return self.digest, self.last

    @property
    def title(self) -> str:
        """Its name."""
        return self.digest


LOG = Log("digest_log", DigestDelivery)
_LISTED = TypeAdapter(list[Digest])


def digests(store: Store) -> list[Digest]:
    """All digests, oldest first."""
    with store.read() as connection:
        return _digests_in(connection)


def digest_named(store: Store, name: str) -> Digest:
    """The digest of that name.

    Raises:
        QueryError: there is none.
    """
    for digest in digests(store):
        if digest.name == name:
            return digest
    raise QueryError("name", f"There is no digest {name[:MAX_NAME]!r}. See: outreach-results digests list")


def add_digest(
    store: Store,
    name: str,
    every: Every,
    *,
    to: tuple[str, ...] = (),
    webhook: SecretStr | None = None,
    secret: SecretStr | None = None,
    campaigns: tuple[str, ...] | None = None,
    clients: tuple[str, ...] | None = None,
    tags: tuple[str, ...] | None = None,
    hour: int = 8,
    by: str | None = None,
) -> Digest:
    """Keep a digest; the address of its webhook is encrypted.

    Args:
        secret: what encrypts it; without it a file, which is made if it is not there.

    Raises:
        QueryError: something of it is not allowed; names it.
        ConflictError: there is one of that name.
        ConfigError: the secret or its file cannot be used.
    """
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise QueryError("name", f"Give the digest a name of 1 to {MAX_NAME} printable characters.")
    addresses = checked_addresses(to)
    if not addresses and webhook is None:
        raise QueryError("to", "Name an email address or a webhook: a digest has to go somewhere.")
    if not 0 <= hour <= 23:
        raise QueryError("hour", "The hour is from 0 to 23.")
    digest = Digest(
        name=name,
        every=every,
        to=addresses,
        webhook_encrypted=None if webhook is None else encrypted_webhook(store, webhook, secret),
        campaigns=campaigns,
        clients=clients,
        tags=tags,
        hour=hour,
        created_at=datetime.now(UTC),
    )
    with store.write(exclusive=True, is_data=False) as connection:
        known = _digests_in(connection)
        if any(one.name == name for one in known):
            raise ConflictError(f"There is a digest named {name!r} already. Choose another name.")
        set_meta(connection, _DIGESTS, _LISTED.dump_json([*known, digest]).decode())
        # Who gets what: a digest goes on sending results to its places for as long as it is there.
        about = f"digest {name} added: {every}, to {', '.join(digest.places)}"
        audit.record(connection, audit.Action.CHANGED, about, by=by)
    return digest


def remove_digest(store: Store, name: str, *, by: str | None = None) -> None:
    """Forget a digest; the log of what was sent stays.

    Raises:
        QueryError: there is none of that name.
    """
    digest_named(store, name)
    with store.write(exclusive=True, is_data=False) as connection:
        left = [digest for digest in _digests_in(connection) if digest.name != name]
        set_meta(connection, _DIGESTS, _LISTED.dump_json(left).decode())
        audit.record(connection, audit.Action.CHANGED, f"digest {name} removed", by=by)


def _digests_in(connection: Connection) -> list[Digest]:
    return _LISTED.validate_json(get_meta(connection, _DIGESTS) or "[]")
