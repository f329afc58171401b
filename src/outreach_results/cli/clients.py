"""The commands for clients and tags: their names, which campaigns they are of, and the rules that say so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from outreach_results import results
from outreach_results.cli.output import write_table
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.errors import OutreachError
from outreach_results.models import numbers
from outreach_results.store import labeling
from outreach_results.store.brand import COLOR, logo_of
from outreach_results.store.client_brands import remove_client_brand, set_client_brand
from outreach_results.store.labels import NO_CLIENT, Match, checked_rule

clients = typer.Typer(help="Clients and tags of campaigns, and the rules that give them.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's id; see: clients list.")]


@clients.command(name="list")
def list_clients() -> None:
    """Show every client and every tag, and how many campaigns have it."""
    store = open_database()
    of_clients = [(one.id, one.name, f"{one.campaigns:,}") for one in results.known_clients(store)]
    write_table([("CLIENT", "NAME", "CAMPAIGNS"), *of_clients])
    if tags := results.known_tags(store):
        typer.echo("")
        write_table([("TAG", "CAMPAIGNS"), *((tag, f"{n:,}") for tag, n in tags.items())])


@clients.command(name="add")
def add(name: Annotated[str, typer.Argument(help="What the client is called.")]) -> None:
    """Add a client."""
    client_id = labeling.add_client(open_database(), name, by=user_name())
    console.print(
        f"Added. Give it campaigns with: outreach-results clients set CAMPAIGN --client {client_id}", markup=False
    )


@clients.command(name="rename")
def rename(client: _Id, name: Annotated[str, typer.Argument(help="What the client is called now.")]) -> None:
    """Give a client another name; its id, campaigns and links stay."""
    labeling.rename_client(open_database(), client, name, by=user_name())
    console.print(f"{client} is now called {name}.", markup=False)


@clients.command(name="brand")
def set_brand(
    client: _Id,
    color: Annotated[str, typer.Option(help="Of headings, such as #7a1f5c.")] = COLOR,
    logo: Annotated[Path | None, typer.Option(help="A PNG or JPEG of at most 512 KB.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Use the account's brand again.")] = False,
) -> None:
    """Set the color and the logo that stand, with the client's name, on its reports and digests."""
    store, by = open_database(), user_name()
    if remove:
        remove_client_brand(store, client, by=by)
        console.print(f"Reports of {client} have the brand of the account again.", markup=False)
        return
    set_client_brand(store, client, color, None if logo is None else logo_of(logo), by=by)
    console.print(f"Reports and digests of {client} have its name, color and logo.", markup=False)


@clients.command(name="remove")
def remove(client: _Id) -> None:
    """Remove a client with its rules; its campaigns stay, without a client."""
    labeling.remove_client(open_database(), client, by=user_name())
    console.print(f"{client} is removed. Its campaigns and their results stay.", markup=False)


@clients.command(name="set")
def set_labels(
    campaigns: Annotated[list[str], typer.Argument(metavar="CAMPAIGN...", help="Ids; see: campaigns list.")],
    client: Annotated[str | None, typer.Option(help="The id of their client.")] = None,
    no_client: Annotated[bool, typer.Option("--no-client", help="They belong to no client.")] = False,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="All their tags; may be given several times.")] = None,
    no_tags: Annotated[bool, typer.Option("--no-tags", help="They have no tags.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Leave client and tags to rules and sources again.")] = False,
) -> None:
    """Choose the client and the tags of campaigns. That counts before rules, and before what sources say."""
    chosen = [client is not None, no_client, bool(tag), no_tags, undo]
    if not any(chosen) or (client is not None and no_client) or (tag and no_tags) or (undo and sum(chosen) > 1):
        raise OutreachError("Say what to set: --client or --no-client, --tag or --no-tags, or --undo alone.")
    store, by = open_database(), user_name()
    if client is not None or no_client or undo:
        labeling.choose_client(store, campaigns, client or (None if undo else NO_CLIENT), by=by)
    if tag or no_tags or undo:
        labeling.choose_tags(store, campaigns, None if undo else tag or (), by=by)
    console.print(f"Set for {numbers.counted(len(campaigns), 'campaign')}.", markup=False)


@clients.command(name="rules")
def list_rules() -> None:
    """Show every rule, those that go first first, and how many campaigns it catches."""
    store = open_database()
    names = {one.id: one.name for one in results.known_clients(store)}
    rules = [(one.id, f"{n:,}", labeling.rule_in_words(one, names)) for one, n in results.label_rules(store)]
    write_table([("RULE", "CAMPAIGNS", "WHAT IT DOES"), *rules])


@clients.command(name="add-rule")
def add_rule(
    match: Annotated[Match, typer.Argument(help="How names are looked at, whatever the case.")],
    text: Annotated[str, typer.Argument(help="What they start with or contain.")],
    client: Annotated[str | None, typer.Option(help="The id of the client that such campaigns belong to.")] = None,
    tag: Annotated[str | None, typer.Option(help="Or the tag that they have.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the campaigns that it catches.")] = False,
) -> None:
    """Give a client or a tag to all campaigns of such a name, those that come later included.

    Of several rules that give a client, the one with the longest text counts. Tags of all rules add up.
    """
    store, rule = open_database(), checked_rule(match, text, client_id=client, tag=tag)
    caught = results.met_by(store, rule)
    if not dry_run:
        labeling.add_rule(store, rule, by=user_name())
    for name in caught:
        typer.echo(name)
    would = "would catch" if dry_run else "catches"
    console.print(f"The rule {would} {numbers.counted(len(caught), 'campaign')}.", markup=False)


@clients.command(name="remove-rule")
def remove_rule(rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id; see: clients rules.")]) -> None:
    """Remove a rule."""
    labeling.remove_rule(open_database(), rule, by=user_name())
    console.print("The rule is removed.", markup=False)
