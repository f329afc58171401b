"""The commands that list campaigns, delete one, and restore it."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach_results import results
from outreach_results.cli.output import write_table
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.store.admin import deletion

campaigns = typer.Typer(help="The campaigns, and the deleted ones.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id; see: campaigns list.")]


@campaigns.command(name="list")
def list_campaigns(
    deleted: Annotated[bool, typer.Option("--deleted", help="Only the deleted ones, by whom and when.")] = False,
    client: Annotated[list[str] | None, typer.Option("--client", help="Only those of this client, by its id.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only those with this tag.")] = None,
) -> None:
    """Show every campaign's id, name, client and tags, newest first."""
    store = open_database()
    if deleted:
        gone = deletion.deleted_campaigns(store)
        rows = [(one.id, one.name, f"{one.at:%Y-%m-%d %H:%M}", one.by or "-") for one in gone]
        write_table([("CAMPAIGN", "NAME", "DELETED (UTC)", "BY"), *rows])
        return
    among = results.chosen_campaigns(store, clients=client or None, tags=tag or None)
    listed = [one for one in results.all_campaigns(store) if among is None or one.id in among]
    rows = [(one.id, one.name, one.client.id if one.client else "-", ", ".join(one.tags) or "-") for one in listed]
    write_table([("CAMPAIGN", "NAME", "CLIENT", "TAGS"), *rows])


@campaigns.command(name="delete")
def delete(campaign_id: _Id) -> None:
    """Hide a campaign everywhere: on all pages, in the API and in exports. Nothing of it is lost."""
    deleted = deletion.delete(open_database(), campaign_id, by=user_name())
    console.print(
        f"{deleted.name} is deleted. Undo it with: outreach-results campaigns restore {campaign_id}", markup=False
    )


@campaigns.command(name="restore")
def restore(campaign_id: _Id) -> None:
    """Undo the deletion of a campaign: it is back with everything that it had, and what came in for it since."""
    restored = deletion.restore(open_database(), campaign_id, by=user_name())
    by = f" by {restored.by}" if restored.by else ""
    console.print(f"{restored.name} is restored. It was deleted{by} on {restored.at:%Y-%m-%d %H:%M} UTC.", markup=False)
