"""The command that says which interest states of a source count as positive replies or meetings."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach_results.cli.session import console, open_database, user_name
from outreach_results.errors import QueryError
from outreach_results.ingest.registry import FORMATS_WITH_STATES
from outreach_results.store.interests import APPLIES_LATER, InterestStates, choose_interest_states, interest_states


def choose_states(
    source: Annotated[
        str | None, typer.Argument(help=f"Of which files: {', '.join(FORMATS_WITH_STATES)}. Without it: all.")
    ] = None,
    meeting: Annotated[list[str] | None, typer.Option(help="A state that is a meeting.")] = None,
    positive: Annotated[list[str] | None, typer.Option(help="A state that is a positive reply.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Leave it to the source again.")] = False,
) -> None:
    """Show or choose the interest states that count as positive replies or meetings, such as a lead's category.

    Each option may be given several times; together they replace what was chosen before.
    """
    if source is not None and source not in FORMATS_WITH_STATES:
        raise QueryError("source", f"{source[:40]!r} isn't one of {', '.join(FORMATS_WITH_STATES)}.")
    if source is None and (meeting or positive or reset):
        raise QueryError("source", f"Name the source: {', '.join(FORMATS_WITH_STATES)}.")
    store = open_database()
    if source is not None and (meeting or positive or reset):
        if positive and not FORMATS_WITH_STATES[source].has_positives:
            raise QueryError("positive", f"Files of {FORMATS_WITH_STATES[source].name} hold no replies to classify.")
        choose_interest_states(store, source, meetings=meeting or (), positives=positive or (), by=user_name())
        console.print(APPLIES_LATER, markup=False)
    with store.read() as connection:
        chosen = interest_states(connection)
    for key, entry in FORMATS_WITH_STATES.items():
        if source in (None, key):
            mine, default = chosen.get(key, InterestStates()), entry.states
            assert default is not None
            typer.echo(f"{key}: {entry.name}")
            typer.echo(f"  meetings   {_interest_text(mine.meetings, default.meetings)}")
            if entry.has_positives:
                typer.echo(f"  positives  {_interest_text(mine.positives, default.positives)}")


def _interest_text(chosen: tuple[str, ...], default: tuple[str, ...]) -> str:
    if chosen:
        return f"{', '.join(chosen)} (chosen here)"
    return f"{', '.join(default)} (by its source)" if default else "unknown (its source has none)"
