"""``outreach-results goals``: what is to be reached in a month."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach_results import results
from outreach_results.cli.session import open_database, user_name
from outreach_results.store.goals import GOAL_METRICS, set_goals


def goals(
    metric: Annotated[str | None, typer.Argument(help=f"{', '.join(GOAL_METRICS)}. Without it: all goals.")] = None,
    goal: Annotated[int | None, typer.Argument(help="How many in a month; 0 removes the goal.")] = None,
    client: Annotated[str | None, typer.Option(help="Of this client, by its id; else of all campaigns.")] = None,
) -> None:
    """Show how the month stands beside its goals, or set one: goals meetings_booked 20."""
    if (metric is None) != (goal is None):
        raise typer.BadParameter("Name the metric and the number, such as: goals meetings_booked 20.")
    store = open_database()
    if metric is not None:
        set_goals(store, {metric: goal or None}, client=client, by=user_name())
    for pace in results.paces(store, client=client):
        typer.echo(pace.sentence())
