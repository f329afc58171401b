"""Validation of a server's address and of the key for it, and what messages call the two."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from outreach_results.errors import ConfigError, SourceError


class Names(NamedTuple):
    """What messages call the address and the key of a server: where a person can change them."""

    address: str
    key: str


OF_SETTINGS = Names("OUTREACH_API_URL", "OUTREACH_API_KEY")
OF_ACCOUNT = Names("the address", "the key")


def checked_address(url: str, key: SecretStr | None, names: Names = OF_SETTINGS) -> httpx.URL:
    """The normalized address of a server.

    Raises:
        ConfigError: it is malformed, or would carry the key in clear over a network.
    """
    try:
        address = httpx.URL(url.strip())
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise ConfigError(
            f"{_first(names.address)} isn't an address of a server: write it like https://results.example.com/api/v1."
        )
    if address.userinfo or address.query or address.fragment:
        raise ConfigError(
            f"{_first(names.address)} must hold no password, no ? and no #. A key belongs in {names.key}."
        )
    if address.scheme == "http" and key is not None and not is_loopback(address):
        raise ConfigError(
            f"{_first(names.address)} begins with http://, so everybody on the way to {address.host} could read the "
            "key. Use https://."
        )
    return address.copy_with(path=address.path.rstrip("/") or "/")


def checked_key(key: SecretStr, names: Names = OF_SETTINGS) -> str:
    """The key, fit for a header.

    Raises:
        ConfigError: it cannot be a key. The message does not hold it.
    """
    value = key.get_secret_value().strip()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(f"{_first(names.key)} isn't a key: it must be printable ASCII characters without a space.")
    return value


def _first(name: str) -> str:
    """A name at the beginning of a sentence."""
    return name[0].upper() + name[1:]


def is_loopback(url: httpx.URL) -> bool:
    """Whether the address is on this machine."""
    if url.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return False


def path_segment(part: str) -> str:
    """An id, quoted so that it stays one segment of a path whatever characters it has."""
    if part in (".", ".."):
        raise SourceError(f"The id {part!r} cannot be asked for.")
    return quote(part, safe="")
