"""All accounts that a sync reads: the one of the settings, and those that are kept in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from outreach_results.config import Settings
from outreach_results.errors import ConfigError, NotOfferedError, QueryError
from outreach_results.models.numbers import counted
from outreach_results.store import sync_sources
from outreach_results.store.engine import Store
from outreach_results.sync.http_client import ClientLimits, RemoteServer
from outreach_results.sync.results_api import ResultsApi
from outreach_results.sync.run import server_of
from outreach_results.sync.server_url import OF_ACCOUNT, checked_address

EVERY_BY_DEFAULT = timedelta(hours=1)
"""How often an account is synced of which neither a person nor the settings say it."""

QUICK = ClientLimits(attempts=1, connect=5, silence=10, answer=15)
"""How long somebody waits who only wants to know whether a server answers."""


OpenedServer = AbstractContextManager[RemoteServer]
"""A server that is closed at the end of a block."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of all, without its key.

    Attributes:
        name: what people call it; '' is the one of the settings.
        account: what its answers and runs are kept under.
        every: how often it is synced by itself; None is never.
        others: the names of all others, by what theirs are kept under.
        is_first: whether the benchmarks are its own.
    """

    name: str
    address: str
    account: str
    every: timedelta | None
    others: dict[str, str]
    is_first: bool

    @property
    def label(self) -> str:
        """Its name, or its address where it has none."""
        return self.name or self.address


def accounts(store: Store, settings: Settings) -> list[Account]:
    """All accounts: the one of the settings, then the others from the oldest on."""
    rows: list[tuple[str, str, str, timedelta | None]] = []
    if settings.api_url:
        rows.append(("", settings.api_url, _account_of_settings(settings), settings.sync_every))
    for source in sync_sources.list_sources(store):
        every = (settings.sync_every or EVERY_BY_DEFAULT) if source.every is None else source.every
        rows.append((source.name, source.address, source.account, every))
    labels = {account: name or address for name, address, account, _ in rows}
    return [
        Account(
            name,
            address,
            account,
            every or None,  # 0 is never
            {other: label for other, label in labels.items() if other != account},
            is_first=place == 0,
        )
        for place, (name, address, account, every) in enumerate(rows)
    ]


def chosen_account(store: Store, settings: Settings, name: str) -> Account:
    """The account of that name.

    Raises:
        QueryError: there is none.
    """
    found = next((each for each in accounts(store, settings) if each.name == name), None)
    if found is None or not name:
        raise QueryError("source", f"There is no account {name[:100]!r}. See: outreach-results sources list")
    return found


@contextmanager
def opened(
    store: Store, account: Account, settings: Settings, limits: ClientLimits | None = None
) -> Iterator[RemoteServer]:
    """The server of an account, with its key.

    Raises:
        ConfigError: its address or key cannot be used.
    """
    server = _server(store, account, settings, limits)
    try:
        yield server
    finally:
        server.close()


def _server(store: Store, account: Account, settings: Settings, limits: ClientLimits | None) -> RemoteServer:
    if not account.name:
        return server_of(settings, limits)
    key = sync_sources.key_of(store, account.name, settings.secret_key)
    return RemoteServer(account.address, key, limits=limits, names=OF_ACCOUNT, account=account.account)


def add_account(
    store: Store,
    name: str,
    address: str,
    key: SecretStr,
    settings: Settings,
    *,
    every: timedelta | None = None,
    by: str | None = None,
) -> None:
    """Keep an account, once its address and key are known to be usable.

    Args:
        every: how often it is synced; 0 is never by itself, None is by default.

    Raises:
        ConfigError: the address, the key or the secret cannot be used.
        ConflictError: there is one of that name, or of that address and key.
        QueryError: the name cannot be used.
    """
    url, taken = _checked(address, key), _taken(settings)
    sync_sources.add_source(store, name, url, key, settings.secret_key, every=every, taken=taken, by=by)


def edit_account(
    store: Store,
    name: str,
    settings: Settings,
    *,
    new_name: str,
    address: str,
    key: SecretStr | None,
    every: timedelta | None,
    by: str | None = None,
) -> None:
    """Change an account; without a key it keeps its own.

    Raises:
        ConfigError, ConflictError, QueryError: see `add_account`; the key is missing for another address.
    """
    sync_sources.edit_source(
        store,
        name,
        new_name=new_name,
        address=_checked(address, key),
        key=key,
        secret=settings.secret_key,
        every=every,
        taken=_taken(settings),
        by=by,
    )


def try_connection(address: str, key: SecretStr) -> str:
    """Connect once, without keeping anything; what the server has, as a sentence.

    Raises:
        ConfigError: the address or the key cannot be used.
        SourceError: the server does not answer, or does not accept the key.
    """
    server = RemoteServer(address, key, limits=QUICK, names=OF_ACCOUNT)
    try:
        return connection_to(server)
    finally:
        server.close()


def connection_to(server: RemoteServer) -> str:
    """The same of an open server."""
    api = ResultsApi(server)
    try:
        page = api.campaigns(1)
    except NotOfferedError:
        api.usage()  # the contract has no list of campaigns, so a server need not have one
        return f"Connected to {server.name}. It lists no campaigns: name them with outreach-results sync --campaign ID."
    n = 0 if page is None else page.total
    return f"Connected to {server.name}: {counted(n, 'campaign')}."


def _checked(address: str, key: SecretStr | None) -> str:
    """The normalized address, once it and the key are known to be usable."""
    if not address.strip():
        raise ConfigError("Enter the address of the Results API, such as https://results.example.com/api/v1.")
    server = RemoteServer(address, key, names=OF_ACCOUNT)
    server.close()
    return server.url


def _taken(settings: Settings) -> Sequence[str]:
    return [_account_of_settings(settings)] if settings.api_url else []


def _account_of_settings(settings: Settings) -> str:
    address = settings.api_url or ""
    try:
        return str(checked_address(address, settings.api_key))
    except ConfigError:  # the error is reported when it is synced
        return address
