"""``outreach-results digests``: what is sent by email and webhook, and what was."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import SecretStr

from outreach_results import results
from outreach_results.cli.session import console, open_database, open_database_of_today, user_name
from outreach_results.config import settings
from outreach_results.digests import kept
from outreach_results.digests.kept import Every
from outreach_results.errors import OutreachError
from outreach_results.models import dates, numbers

digests = typer.Typer(help="What is sent by email and webhook when a period is over.", no_args_is_help=True)


@digests.command(name="add")
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    every: Annotated[Every, typer.Option(help="About the day, the week (from Monday) or the month before.")],
    to: Annotated[list[str] | None, typer.Option(help="An email address; may be given several times.")] = None,
    webhook: Annotated[
        str | None, typer.Option(help="An address of a webhook, as Slack gives it. It is kept encrypted.")
    ] = None,
    campaign: Annotated[
        list[str] | None, typer.Option("--campaign", help="Only this one; may be given several times.")
    ] = None,
    client: Annotated[
        list[str] | None, typer.Option("--client", help="Only this client's, by its id; may be given several times.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only those with this tag.")] = None,
    hour: Annotated[int, typer.Option(min=0, max=23, help="From which hour of the reporting time zone on.")] = 8,
) -> None:
    """Set up a digest. The dashboard sends it while it runs."""
    store = open_database()
    if campaign and (client or tag):
        raise OutreachError("Name campaigns, or a client and tags: the campaigns of those may change.")
    results.chosen_campaigns(store, campaign or None, clients=client or None, tags=tag or None)  # raises for unknown
    digest = kept.add_digest(
        store,
        name,
        every,
        to=tuple(to or ()),
        webhook=None if webhook is None else SecretStr(webhook),
        secret=settings().secret_key,
        campaigns=tuple(campaign) if campaign else None,
        clients=tuple(client) if client else None,
        tags=tuple(tag) if tag else None,
        hour=hour,
        by=user_name(),
    )
    console.print(f"Added. Try it with: outreach-results digests test {digest.name!r}", markup=False)


@digests.command(name="list")
def list_digests() -> None:
    """List the digests."""
    for one in kept.digests(open_database()):
        campaigns = "all campaigns" if one.campaigns is None else numbers.counted(len(one.campaigns), "campaign")
        campaigns = ", ".join([*(one.clients or ()), *(one.tags or ())]) or campaigns
        typer.echo(f"{one.name}\t{one.every}, from {one.hour}:00\t{campaigns}\t{', '.join(one.places)}")


@digests.command()
def remove(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Remove a digest."""
    kept.remove_digest(open_database(), name, by=user_name())
    console.print("Removed.")


@digests.command()
def test(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Send a digest now, marked as a test."""
    from outreach_results.delivery.sending import Post  # slow to load, and few commands send
    from outreach_results.digests.sending import send_test

    store = open_database()
    problems = send_test(store, Post(settings()), kept.digest_named(store, name))
    for place, problem in problems.items():
        console.print(f"{place}: {problem or 'sent'}", markup=False)
    if any(problems.values()):
        raise typer.Exit(1)


@digests.command()
def send() -> None:
    """Send what is due now, as the dashboard does by itself; for cron, where no dashboard runs."""
    from outreach_results.delivery.sending import Post
    from outreach_results.digests.sending import send_due

    attempted = send_due(open_database_of_today(), Post(settings()))
    for one in attempted:
        console.print(f"{one.digest}, {one.place}: {one.problem or one.status}", markup=False)
    if not attempted:
        console.print("Nothing is due.")


@digests.command()
def log() -> None:
    """List what was sent and what was not, newest first."""
    store = open_database()
    zone = store.zone()
    for one in kept.LOG.newest_first(store):
        when = dates.moment(one.at, zone)
        typer.echo(f"{when}\t{one.digest}\tup to {one.last}\t{one.place}\t{one.about}\t{one.status}\t{one.problem}")
