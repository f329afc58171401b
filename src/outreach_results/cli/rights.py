"""The commands for people's rights: what is held about a person, forgetting them, and removing old texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from outreach_results.cli.output import write_file, write_stdout
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.config import settings
from outreach_results.errors import ConfigError
from outreach_results.models.retention import Retention
from outreach_results.store import audit
from outreach_results.store.admin.forgetting import forget, forget_again
from outreach_results.store.admin.person import PERSON, as_json, person_data
from outreach_results.store.engine import Store
from outreach_results.store.replies.retention import remove_old_texts

_Address = Annotated[str, typer.Argument(help="An email address, in any case.")]


def export_person(
    address: _Address,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file. Without it: the terminal.")] = None,
) -> None:
    """Write all that is held about a person, as JSON."""
    store = open_database()
    document = as_json(person_data(store, address)).encode()
    audit.note(store, audit.Action.EXPORTED, PERSON, by=user_name())
    if output is None:
        write_stdout([document])
        return
    write_file(output, [document])
    console.print(f"Written: {output}", markup=False)


def forget_person(
    address: Annotated[str | None, typer.Argument(help="An email address, in any case.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Everybody who was forgotten and is here all the same, as after a restore.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. There is no way back.")] = False,
) -> None:
    """Remove a person everywhere, for good. Their emails, events and replies go on counting, without them.

    A salted hash of the address is kept, so that no later sync, import or webhook brings the person back.
    """
    if (address is None) != again:
        raise typer.BadParameter("Name an address, or use --again alone.", param_hint="ADDRESS")
    store = open_database()
    if address is None:
        number, report = forget_again(store, by=user_name())
        console.print(f"Forgotten again: {number:,} {'person' if number == 1 else 'people'}.", markup=False)
    else:
        if not yes:
            typer.confirm(f"Remove {address} for good? There is no way back", abort=True, err=True)
        report = forget(store, address, by=user_name())
        console.print(report.sentence(), markup=False)
    if not report.is_erased:
        console.print(_traces(store), style="yellow", markup=False)


def _traces(store: Store) -> str:
    if store.is_sqlite:
        return (
            "Traces may stay in the database file as long as someone reads what was there before. Run this command "
            "again when the dashboard is idle."
        )
    return "PostgreSQL keeps deleted rows in its files for a while. To erase them, run VACUUM FULL in the database."


def remove_replies(
    keep: Annotated[
        str | None, typer.Option(help="Texts of that age stay, such as 18m. Without it: OUTREACH_RETAIN_REPLIES.")
    ] = None,
) -> None:
    """Remove the texts of replies that are older than they are to be kept. Counts and sentiments stay."""
    store = open_database()
    removed = remove_old_texts(store, _retention(keep), by=user_name())
    console.print(f"The texts of {removed:,} {'reply' if removed == 1 else 'replies'} were removed.", markup=False)


def _retention(keep: str | None) -> Retention:
    if keep is not None:
        try:
            return Retention.parse(keep)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--keep") from None
    own = settings().retain_replies
    if own is None:
        raise ConfigError("It is not set how long replies are kept: set OUTREACH_RETAIN_REPLIES, or use --keep 18m.")
    return own


def keep_to_retention(store: Store) -> None:
    """Remove the texts of old replies as the settings say, if they do."""
    own = settings().retain_replies
    removed = 0 if own is None else remove_old_texts(store, own, by=None)  # the setting does it
    if own is not None and removed:
        texts = "text of 1 reply" if removed == 1 else f"texts of {removed:,} replies"
        console.print(f"Removed after {own.words()}: the {texts}.", markup=False)
