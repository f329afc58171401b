"""The digests that people set up, and the log of what was sent; both are values of `meta`, which is small and local."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, TypeAdapter
from sqlalchemy import Connection

from outreach_results.errors import ConfigError, ConflictError, QueryError
from outreach_results.store.engine import Store, get_meta, set_meta
from outreach_results.store.key_file import cipher

_DIGESTS, _LOG = "digests", "digest_log"
LOG_KEPT = 500
MAX_NAME = 80
MOST_RECIPIENTS = 50
WEBHOOK = "webhook"
"""What a delivery to the webhook is called in the log; its address is a secret."""

_ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]]{1,64}@[\w-]+(\.[\w-]+)+")


class Every(StrEnum):
    """How often a digest is sent: each about the day, the week (from Monday) or the month before."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Digest(BaseModel):
    """One digest.

    Attributes:
        to: the addresses that get an email each.
        webhook_encrypted: the address that its text is posted to; None without one.
        campaigns: ids of those that it is about; None: all.
        hour: from which hour (0 to 23) of the reporting time zone on it is sent.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    every: Every
    to: tuple[str, ...] = ()
    webhook_encrypted: str | None = None
    campaigns: tuple[str, ...] | None = None
    hour: int = 8
    created_at: AwareDatetime


class Status(StrEnum):
    """What became of a delivery."""

    SENDING = "sending"
    """It is being sent; if its process is gone, nobody knows whether it arrived, and it is not sent again."""
    SENT = "sent"
    RETRY = "retry"
    """It did not arrive, and will be tried again."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The other side did not answer in time: it may have arrived, so it is not sent again."""


class Delivery(BaseModel):
    """One digest to one place, about the period that ended on ``last``.

    ``about`` says what was sent: ``digest``, or why it could not be one. ``next_at`` is when it is tried again.
    """

    digest: str
    last: date
    place: str
    status: Status
    about: str
    attempts: int = 1
    at: AwareDatetime
    next_at: AwareDatetime | None = None
    problem: str = ""


_LISTED, _LOGGED = TypeAdapter(list[Digest]), TypeAdapter(list[Delivery])


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
    hour: int = 8,
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
    addresses = tuple(dict.fromkeys(address.strip() for address in to if address.strip()))
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise QueryError("to", f"{address[:80]!r} isn't an email address.")
    if len(addresses) > MOST_RECIPIENTS:
        raise QueryError("to", f"A digest has at most {MOST_RECIPIENTS} recipients. Use a mailing list.")
    if not addresses and webhook is None:
        raise QueryError("to", "Name an email address or a webhook: a digest has to go somewhere.")
    if not 0 <= hour <= 23:
        raise QueryError("hour", "The hour is from 0 to 23.")
    encrypted = None
    if webhook is not None:
        checked_webhook(webhook)
        encrypted = cipher(store, secret, may_create=True).encrypt(webhook.get_secret_value().encode()).decode()
    digest = Digest(
        name=name,
        every=every,
        to=addresses,
        webhook_encrypted=encrypted,
        campaigns=campaigns,
        hour=hour,
        created_at=datetime.now(UTC),
    )
    with store.write(exclusive=True, is_data=False) as connection:
        known = _digests_in(connection)
        if any(one.name == name for one in known):
            raise ConflictError(f"There is a digest named {name!r} already. Choose another name.")
        set_meta(connection, _DIGESTS, _LISTED.dump_json([*known, digest]).decode())
    return digest


def remove_digest(store: Store, name: str) -> None:
    """Forget a digest; the log of what was sent stays.

    Raises:
        QueryError: there is none of that name.
    """
    digest_named(store, name)
    with store.write(exclusive=True, is_data=False) as connection:
        left = [digest for digest in _digests_in(connection) if digest.name != name]
        set_meta(connection, _DIGESTS, _LISTED.dump_json(left).decode())


def webhook_of(store: Store, digest: Digest, secret: SecretStr | None) -> SecretStr | None:
    """The address of a digest's webhook; None without one.

    Raises:
        ConfigError: it cannot be decrypted with this secret.
    """
    if digest.webhook_encrypted is None:
        return None
    try:
        return SecretStr(cipher(store, secret, may_create=False).decrypt(digest.webhook_encrypted.encode()).decode())
    except ValueError as error:
        raise ConfigError(f"The webhook of {digest.name!r} cannot be decrypted. Enter the digest again.") from error


def checked_webhook(address: SecretStr) -> None:
    """Check an address to post to.

    Raises:
        QueryError: it is no web address, or an unencrypted one of another machine.
    """
    try:
        parts = urlsplit(address.get_secret_value().strip())
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    is_here = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not is_here):
        raise QueryError("webhook", "The webhook has to be an address that begins with https://.")


def log(store: Store) -> list[Delivery]:
    """What was sent and what was not, newest first."""
    with store.read() as connection:
        return sorted(log_in(connection), key=lambda one: one.at, reverse=True)


def log_in(connection: Connection) -> list[Delivery]:
    """The same within a transaction, in no order."""
    return _LOGGED.validate_json(get_meta(connection, _LOG) or "[]")


def write_log(connection: Connection, deliveries: list[Delivery]) -> None:
    """Keep the log: the newest `LOG_KEPT` deliveries."""
    kept = sorted(deliveries, key=lambda one: one.at)[-LOG_KEPT:]
    set_meta(connection, _LOG, _LOGGED.dump_json(kept).decode())


def _digests_in(connection: Connection) -> list[Digest]:
    return _LISTED.validate_json(get_meta(connection, _DIGESTS) or "[]")
