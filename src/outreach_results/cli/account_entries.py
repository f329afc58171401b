"""The commands that enter what no file says of the account: its plan and its days off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from outreach_results.cli.session import open_database, user_name
from outreach_results.errors import QueryError
from outreach_results.models import Plan
from outreach_results.models.numbers import counted
from outreach_results.store.account_entries import days_off, enter_days_off, enter_plan, entered_plan, source_plan


def plan(
    name: Annotated[str | None, typer.Option(help="Its name.")] = None,
    limit: Annotated[int | None, typer.Option(help="Emails a month.")] = None,
    price: Annotated[float | None, typer.Option(help="Dollars a month.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to the source's plan.")] = False,
) -> None:
    """Show or enter the plan. Neither a sync nor an import changes what is entered here."""
    store = open_database()
    if reset:
        enter_plan(store, None, by=user_name())
    elif name is not None and limit is not None and price is not None:
        enter_plan(store, Plan(name=name, email_limit=limit, price_usd=price), by=user_name())
    elif (name, limit, price) != (None, None, None):
        raise QueryError("plan", "Enter all of a plan: --name, --limit and --price.")
    with store.read() as connection:
        entered, source = entered_plan(connection), source_plan(connection)
    if entered is None:
        typer.echo("unknown" if source is None else f"{_plan(source)} (from its source)")
    else:
        typer.echo(f"{_plan(entered)} (entered by hand; its source: {'unknown' if source is None else _plan(source)})")


def _plan(shown: Plan) -> str:
    return f"{shown.name}: {counted(shown.email_limit, 'email')} for ${shown.price_usd:g} a month"


def enter_days(
    add: Annotated[list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="A day off.")] = None,
    remove: Annotated[list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="No day off.")] = None,
) -> None:
    """Show or enter the days off, on which forecasts expect no emails. Each option may be given several times."""
    store = open_database()
    with store.read() as connection:
        known = days_off(connection)
    changed = (known | _dates(add)) - _dates(remove)
    if changed != known:
        enter_days_off(store, changed, by=user_name())
    typer.echo("\n".join(map(str, sorted(changed))) or "No days off are entered.")


def _dates(moments: list[datetime] | None) -> frozenset[date]:
    return frozenset(moment.date() for moment in moments or ())
