"""Who gets a message: email addresses, and a webhook whose address is a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from outreach_results.errors import ConfigError, QueryError
from outreach_results.store.engine import Store
from outreach_results.store.key_file import cipher

WEBHOOK = "webhook"
"""What the webhook is called in a log; its address is a secret."""

MOST_ADDRESSES = 50
_ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]]{1,64}@[\w-]+(\.[\w-]+)+")


class Recipients(BaseModel):
    """Where something is sent.

    Attributes:
        to: the addresses that get an email each.
        webhook_encrypted: the address that its text is posted to; None without one.
    """

    model_config = ConfigDict(frozen=True)

    to: tuple[str, ...] = ()
    webhook_encrypted: str | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Each place by the name that it has in the log."""
        return (*self.to, *((WEBHOOK,) if self.webhook_encrypted else ()))

    def webhook(self, store: Store, secret: SecretStr | None) -> SecretStr | None:
        """The address of the webhook; None without one.

        Raises:
            ConfigError: it cannot be decrypted with this secret.
        """
        if self.webhook_encrypted is None:
            return None
        key = cipher(store, secret, may_create=False)
        try:
            return SecretStr(key.decrypt(self.webhook_encrypted.encode()).decode())
        except ValueError as error:
            raise ConfigError("The address of the webhook cannot be decrypted. Enter it again.") from error


def checked_addresses(given: Iterable[str]) -> tuple[str, ...]:
    """The addresses without blanks and repetitions.

    Raises:
        QueryError: one of them is no email address, or there are too many.
    """
    addresses = tuple(dict.fromkeys(address.strip() for address in given if address.strip()))
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise QueryError("to", f"{address[:80]!r} isn't an email address.")
    if len(addresses) > MOST_ADDRESSES:
        raise QueryError("to", f"There can be at most {MOST_ADDRESSES} recipients. Use a mailing list.")
    return addresses


def encrypted_webhook(store: Store, address: SecretStr, secret: SecretStr | None) -> str:
    """The address as it is kept.

    Args:
        secret: what encrypts it; without it a file, which is made if it is not there.

    Raises:
        QueryError: it is no web address, or an unencrypted one of another machine.
        ConfigError: the secret or its file cannot be used.
    """
    _check(address)
    return cipher(store, secret, may_create=True).encrypt(address.get_secret_value().strip().encode()).decode()


def _check(address: SecretStr) -> None:
    try:
        parts = urlsplit(address.get_secret_value().strip())
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    is_here = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not is_here):
        raise QueryError("webhook", "The webhook has to be an address that begins with https://.")
