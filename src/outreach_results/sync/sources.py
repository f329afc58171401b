"""All accounts that a sync reads: the one of the settings, and those that are kept in the database."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from pydantic import SecretStr

from outreach_results.config import Settings
from outreach_results.errors import QueryError
from outreach_results.store import sync_sources
from outreach_results.store.engine import Store
from outreach_results.sync.http_client import RemoteServer
from outreach_results.sync.run import server_of


@dataclass(frozen=True, slots=True)
class Account:
    """One account; ``others`` are the addresses of all others, whose campaigns it leaves alone."""

    name: str
    server: RemoteServer
    others: frozenset[str]


def accounts(store: Store, settings: Settings, name: str | None = None) -> Generator[Account, None, None]:
    """All accounts, or the one of that name; the server of each is closed when the next one is taken.

    Raises:
        ConfigError: there is none, or one cannot be used.
        QueryError: there is none of that name.
    """
    sources = sync_sources.list_sources(store)
    if name is not None and name not in {source.name for source in sources}:
        raise QueryError("source", f"There is no source {name[:100]!r}. See: outreach-results sources list")
    own = server_of(settings) if settings.api_url or not sources else None
    addresses = {source.address for source in sources} | ({own.url} if own else set())
    if own is not None:
        try:
            if name is None:
                yield Account("", own, frozenset(addresses - {own.url}))
        finally:
            own.close()
    for source in sources:
        if name is None or source.name == name:
            key = sync_sources.key_of(store, source.name, settings.secret_key)
            server = RemoteServer(source.address, key)
            try:
                yield Account(source.name, server, frozenset(addresses - {source.address}))
            finally:
                server.close()


def add_account(store: Store, name: str, address: str, key: SecretStr, settings: Settings) -> None:
    """Keep an account, once its address and key are known to be usable.

    Raises:
        ConfigError: the address, the key or the secret cannot be used.
        ConflictError: there is one of that name or address.
    """
    server = RemoteServer(address, key)
    url = server.url
    server.close()
    sync_sources.add_source(store, name, url, key, settings.secret_key)
