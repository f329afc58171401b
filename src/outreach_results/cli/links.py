"""The commands that make, list and revoke read-only links."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from outreach_results.cli.output import write_table
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.config import settings
from outreach_results.models.numbers import counted
from outreach_results.store import links as store_links
from outreach_results.store.brand import COLOR, brand_of
from outreach_results.store.links import LONGEST, PAGES, Link

links = typer.Typer(help="Read-only links, for people without a sign-in.", no_args_is_help=True)


@links.command(name="create")
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    client: Annotated[
        str | None, typer.Option("--client", help="The id of the client whose campaigns it shows.")
    ] = None,
    campaign: Annotated[
        list[str] | None,
        typer.Option("--campaign", help="The id of a campaign that it shows; may be given several times."),
    ] = None,
    page: Annotated[
        list[str] | None,
        typer.Option("--page", help=f"A page that it shows: {', '.join(PAGES)}. By default overview and trends."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST.days, help="After how many days it expires.")] = 30,
    with_recipients: Annotated[
        bool, typer.Option("--with-recipients", help="Show names, addresses and replies of recipients.")
    ] = False,
    password: Annotated[
        bool, typer.Option("--password", help="It needs a password: asked for, or the first line of standard input.")
    ] = False,
    brand: Annotated[str, typer.Option(help="The name that stands on the pages.")] = "",
    color: Annotated[str, typer.Option(help="The color of the line above the pages.")] = COLOR,
    logo: Annotated[Path | None, typer.Option(help="A PNG or JPEG file of at most 512 KB.")] = None,
) -> None:
    """Make a link and print its address. It is shown this once: only a hash of it is kept."""
    token = store_links.create_link(
        open_database(),
        name,
        client_id=client,
        campaigns=campaign or (),
        pages=page or ("overview", "trends"),
        lasts=timedelta(days=days),
        has_recipients=with_recipients,
        password=_ask_password() if password else "",
        brand=brand_of(brand, color, logo),
        by=user_name(),
    )
    typer.echo(f"{settings().public_url or 'http://127.0.0.1:8501'}/share/{token}")
    console.print("Anyone who has this address can open it. It is not shown again.", markup=False)
    if settings().sign_in is None:
        console.print("Sign-in is not set up yet, so only this machine can open it.", style="yellow", markup=False)


def _ask_password() -> str:
    """A password from the terminal, or the first line of what is piped in.

    It is no option, because what stands in a command line can be read by others of the machine.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    entered: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return entered


@links.command(name="list")
def list_links() -> None:
    """Show every link: what it shows, until when, whether it has a password, and when it was last used (UTC)."""
    now = datetime.now(UTC)
    rows = [("ID", "NAME", "SHOWS", "PAGES", "RECIPIENTS", "PASSWORD", "UNTIL", "LAST USED", "STATE")]
    rows += [
        (
            one.link_id,
            one.name,
            one.client_id or counted(len(one.campaigns), "campaign"),
            ",".join(one.pages),
            "yes" if one.has_recipients else "no",
            "yes" if one.has_password else "no",
            f"{one.expires_at:%Y-%m-%d %H:%M}",
            f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "-",
            _state(one, now),
        )
        for one in store_links.list_links(open_database())
    ]
    write_table(rows)


def _state(link: Link, now: datetime) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.is_open(now) else "expired"


@links.command(name="revoke")
def revoke(link_id: Annotated[str, typer.Argument(metavar="ID", help="The link's id, as the list has it.")]) -> None:
    """End a link, also where it is open."""
    ended = store_links.revoke_link(open_database(), link_id, by=user_name())
    console.print(f"The link {ended.name!r} is revoked.", markup=False)
