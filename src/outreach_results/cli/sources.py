"""Accounts of the Results API that a sync reads."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import SecretStr

from outreach_results.cli.session import console, open_database
from outreach_results.config import settings
from outreach_results.store import sync_sources
from outreach_results.sync.sources import add_account

sources = typer.Typer(help="Accounts of the Results API that a sync reads.", no_args_is_help=True)


@sources.command(name="add")
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    address: Annotated[str, typer.Argument(help="Such as https://results.example.com/api/v1.")],
    key: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Without it, you are asked for it.")],
) -> None:
    """Add an account. Its key is encrypted with OUTREACH_SECRET_KEY, or with a file beside the database."""
    add_account(open_database(), name, address, SecretStr(key), settings())
    console.print(f"The next sync reads {name!r} too.", markup=False)


@sources.command(name="list")
def show() -> None:
    """Show every account's name and address."""
    kept = sync_sources.list_sources(open_database())
    width = max([len("NAME"), *(len(source.name) for source in kept)])
    typer.echo(f"{'NAME':{width}}  ADDRESS")
    for source in kept:
        typer.echo(f"{source.name:{width}}  {source.address}")


@sources.command(name="remove")
def remove(name: Annotated[str, typer.Argument(help="The account's name.")]) -> None:
    """Forget an account and its key. What was read from it stays."""
    sync_sources.remove_source(open_database(), name)
    console.print(f"{name!r} is no longer read.", markup=False)
