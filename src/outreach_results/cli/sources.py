"""Accounts of the Results API that a sync reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from outreach_results.cli.session import console, open_database, user_name
from outreach_results.config import duration, settings
from outreach_results.errors import QueryError
from outreach_results.store import sync_sources
from outreach_results.store.key_file import key_file
from outreach_results.sync import sources as accounts
from outreach_results.sync.status import sync_status

sources = typer.Typer(help="Accounts of the Results API that a sync reads.", no_args_is_help=True)

NEVER = "never"
_EVERY_HELP = f"How often the dashboard syncs it while it runs, such as 15m or 1h; or {NEVER}."
Name = Annotated[str, typer.Argument(help="The account's name.")]


@sources.command(name="add")
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    address: Annotated[str, typer.Argument(help="Such as https://results.example.com/api/v1.")],
    key: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Without it, you are asked for it.")],
    every: Annotated[str | None, typer.Option(help=f"{_EVERY_HELP} 1h by default.")] = None,
) -> None:
    """Add an account. Its key is encrypted with OUTREACH_SECRET_KEY, or with a file that only you may read."""
    store = open_database()
    accounts.add_account(store, name, address, SecretStr(key), settings(), every=_every(every), by=user_name())
    console.print(f"The next sync reads {name!r} too.", markup=False)
    if settings().secret_key is None:
        console.print(f"Its key is encrypted with {key_file(store)}. Back that file up too.", markup=False)


@sources.command(name="edit")
def edit(
    name: Name,
    rename: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    address: Annotated[str | None, typer.Option(help="Its new address. All its campaigns are read again.")] = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="You are asked for its new key.")] = False,
    every: Annotated[str | None, typer.Option(help=_EVERY_HELP)] = None,
) -> None:
    """Change an account."""
    store = open_database()
    accounts.chosen_account(store, settings(), name)
    source = next(source for source in sync_sources.list_sources(store) if source.name == name)
    key = SecretStr(typer.prompt("Key", hide_input=True)) if new_key or address is not None else None
    accounts.edit_account(
        store,
        name,
        settings(),
        new_name=rename or name,
        by=user_name(),
        address=address or source.address,
        key=key,
        every=source.every if every is None else _every(every),
    )
    console.print(f"{rename or name!r} is changed.", markup=False)


@sources.command(name="list")
def show() -> None:
    """Show every account's name and address, when it was last synced, and what went wrong."""
    store = open_database()
    status, zone = sync_status(store), store.zone()
    rows = [("NAME", "LAST SYNC", "EVERY", "ADDRESS", "")]
    for account in accounts.accounts(store, settings()):
        found = status.of(account.account)
        ended = None if found.last is None else found.last.finished_at
        failure = None if found.start_failure is None else found.start_failure.reason
        problem = failure or (found.last.problem if found.last else None) or ("" if found.is_fine else "incomplete")
        when = f"{ended.astimezone(zone):%Y-%m-%d %H:%M}" if ended else "-"
        rows.append((account.name or "(settings)", when, _written(account.every), account.address, problem or ""))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


@sources.command(name="test")
def test(name: Name) -> None:
    """Connect to an account once, without reading anything."""
    store = open_database()
    account = accounts.chosen_account(store, settings(), name)
    with accounts.opened(store, account, settings(), accounts.QUICK) as server:
        console.print(accounts.connection_to(server), markup=False)


@sources.command(name="remove")
def remove(name: Name) -> None:
    """Forget an account and its key. What was read from it stays."""
    sync_sources.remove_source(open_database(), name, by=user_name())
    console.print(f"{name!r} is no longer read.", markup=False)


def _every(text: str | None) -> timedelta | None:
    if text is None or text == NEVER:
        return None if text is None else timedelta(0)
    try:
        found = duration(text)
    except PydanticCustomError as error:
        raise QueryError("every", f"{text[:20]!r} isn't an interval: {error.message()}, or {NEVER}.") from None
    assert isinstance(found, timedelta)
    return found


def _written(every: timedelta | None) -> str:
    """An interval as `--every` takes it."""
    if every is None:
        return NEVER
    seconds = round(every.total_seconds())
    for unit, letter in ((3_600, "h"), (60, "m")):
        if seconds % unit == 0:
            return f"{seconds // unit}{letter}"
    return f"{seconds}s"
