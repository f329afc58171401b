"""The commands that say who may sign in, and as what."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach_results.cli.output import write_table
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.config import settings
from outreach_results.errors import QueryError
from outreach_results.models.team import Role, is_listed
from outreach_results.store import team

people = typer.Typer(help="Who may sign in, and as what.", no_args_is_help=True)

_Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's email address.")]


@people.command(name="add")
def add(
    address: _Address,
    role: Annotated[
        Role,
        typer.Option(
            help="viewer: reads and exports; editor: also works on replies and notes, and imports; admin: everything; "
            "none: shut out, although the allow-list would let in."
        ),
    ] = Role.VIEWER,
    client: Annotated[
        list[str] | None,
        typer.Option("--client", help="The id of a client: they see its campaigns only. May be given several times."),
    ] = None,
    all_clients: Annotated[bool, typer.Option("--all-clients", help="Lift a limit to clients.")] = False,
) -> None:
    """Let a person sign in, or change the role of one who may. It counts from their next click on.

    Who is limited to clients stays so until --all-clients. They see neither usage and plan nor the page Data.
    """
    if client and all_clients:
        raise QueryError("client", "Give either --client or --all-clients.")
    limit = client or (None if all_clients else team.Keep.AS_IT_IS)
    member = team.set_role(open_database(), address, role, clients=limit, by=user_name())
    if role is Role.NONE:
        console.print(f"{member.address} is shut out.", markup=False)
    else:
        only = "" if member.clients is None else f", and sees the campaigns of {', '.join(sorted(member.clients))}"
        console.print(f"{member.address} may sign in, with the role {role}{only}.", markup=False)
    if settings().sign_in is None:
        console.print("Sign-in is not set up yet: docs/deploy.md says how.", style="yellow", markup=False)


@people.command(name="list")
def list_people() -> None:
    """Show everybody with a role, and whom the settings let in besides."""
    rows = [
        (one.address, str(one.role), _visible_clients(one.clients), f"{one.added_at:%Y-%m-%d}", one.added_by or "-")
        for one in _members()
    ]
    named = (
        (Role.ADMIN, settings().sign_in_admins, "OUTREACH_SIGN_IN_ADMINS"),
        (Role.VIEWER, settings().sign_in_allowed, "OUTREACH_SIGN_IN_ALLOWED"),
    )
    rows += [(one, str(role), "all", "-", by) for role, addresses, by in named for one in sorted(addresses)]
    rows.insert(0, ("ADDRESS", "ROLE", "CLIENTS", "SINCE", "BY"))
    write_table(rows)


def _visible_clients(clients: frozenset[str] | None) -> str:
    return "all" if clients is None else ",".join(sorted(clients)) or "none"


def _members() -> list[team.Member]:
    return team.members(open_database())


@people.command(name="remove")
def remove(address: _Address) -> None:
    """Take a person's role away, and end their sign-ins at once."""
    removed = team.remove_member(open_database(), address, by=user_name())
    console.print(f"{removed} has no role any more.", markup=False)
    if is_listed(removed, settings().sign_in_allowed):
        console.print(
            f"OUTREACH_SIGN_IN_ALLOWED still lets {removed} sign in as a viewer. To shut them out: "
            f"outreach-results people add {removed} --role none",
            style="yellow",
            markup=False,
        )
