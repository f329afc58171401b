"""The command that enters what the files of a campaign lack."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from outreach_results.cli.session import open_database, user_name
from outreach_results.errors import QueryError
from outreach_results.models import dollars
from outreach_results.store.entries import Entries, checked, enter, entered_by, entries_of, source_values

_FIELDS = {"name": ("name",), "type": ("mcp",), "cost": ("cost", "cost_per")}


def enter_of_campaign(
    campaign_id: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id.")],
    name: Annotated[str | None, typer.Option(help="Its name.")] = None,
    mcp: Annotated[str | None, typer.Option("--type", help="Its type (mcp), by which benchmarks compare.")] = None,
    cost: Annotated[str | None, typer.Option(help="What it cost, in dollars.")] = None,
    per: Annotated[
        str | None, typer.Option(help="What the cost is for: each email, the whole campaign, or each month.")
    ] = None,
    reset: Annotated[
        list[str] | None, typer.Option(help="Go back to the source's value of this: name, type or cost.")
    ] = None,
) -> None:
    """Show or enter what a campaign's files lack. Neither a sync nor an import changes what is entered here."""
    if unknown := [field for field in reset or () if field not in _FIELDS]:
        raise QueryError("reset", f"{unknown[0][:20]!r} cannot be entered. Use {', '.join(_FIELDS)}.")
    store = open_database()
    known = entries_of(store, campaign_id)
    for field in reset or ():
        known = replace(known, **dict.fromkeys(_FIELDS[field]))
    new = checked(name, mcp, _amount(cost), per)
    given = {field: value for field in Entries.__slots__ if (value := getattr(new, field)) is not None}
    if given or reset:
        known = replace(known, **given)
        enter(store, campaign_id, known, by=user_name())
    source = source_values(store, campaign_id)
    cost_used = None if known.cost is None else f"${dollars(known.cost):g} per {known.cost_per}"
    cost_known = None if source.cost is None else f"${dollars(source.cost):,.2f} in total"
    for label, used, of_source in (
        ("name", known.name, source.name),
        ("type", known.mcp, source.mcp),
        ("cost", cost_used, cost_known),
    ):
        typer.echo(f"{label:6}{_origin(used, of_source)}")
    if (entered := entered_by(store, campaign_id)) is not None:
        by, at = entered
        typer.echo(f"Entered{f' by {by}' if by else ''} on {at.astimezone(store.zone()):%Y-%m-%d}.")


def _origin(entered: str | None, of_source: str | None) -> str:
    """Which value is used, and whose it is."""
    if entered is None:
        return "unknown: its source does not say it" if of_source is None else f"{of_source} (from its source)"
    return f"{entered} (entered by hand; its source: {of_source or 'unknown'})"


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise QueryError("cost", f"{text!r} isn't an amount of dollars, such as 0.02.") from None
