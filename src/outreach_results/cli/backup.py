"""The commands that back up the database and restore it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from outreach_results.cli.copy_output import copy_progress
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.config import settings
from outreach_results.errors import StoreError
from outreach_results.models.numbers import counted
from outreach_results.store import audit
from outreach_results.store.admin import backup as backups
from outreach_results.store.admin.backup import BackupContent
from outreach_results.store.engine import engine_for
from outreach_results.store.key_file import key_file_of

_File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup: one SQLite file.")]


def backup(
    file: _File,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a file of that name.")] = False,
) -> None:
    """Write all that the database holds to one file, while people go on working.

    The file is the same for SQLite and PostgreSQL, and can be restored into either. It holds people's addresses and
    replies, so only you may read it.
    """
    store = open_database()
    try:
        audit.note(store, audit.Action.EXPORTED, f"backup {file.name}", by=user_name())
    except StoreError as error:  # a database on a full or read-only disk is the one that most needs a backup
        console.print(f"The audit log could not be written: {error}", style="yellow", markup=False)
    with copy_progress(console) as on_progress:
        content = backups.backup(store, file, replace=replace, on_progress=on_progress)
    console.print(f"Backed up to {file}: {content.sentence()}.", markup=False)
    if content.accounts:
        console.print(f"{_keys_of(content)} not in the backup: keep a copy of it in another place.", markup=False)


def restore(
    file: _File,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what the database holds now.")] = False,
) -> None:
    """Bring the database of the settings to what a backup holds. Cut off at any point, it is as before.

    A backup of an older version is upgraded. A database that holds data is left as it is without --replace. Whom it
    has forgotten since the backup was made stays forgotten.
    """
    with copy_progress(console) as on_progress:
        content = backups.restore(
            file, settings().database_url, replace=replace, by=user_name(), on_progress=on_progress
        )
    console.print(f"Restored from {file}: {content.sentence()}.", markup=False)
    if (forgotten := _forgotten(content)) is not None:
        console.print(forgotten, markup=False)
    if content.accounts:
        console.print(
            f"{_keys_of(content)} not in the backup: put it back too, or enter the keys again with: "
            "outreach-results sources edit",
            markup=False,
        )


def _forgotten(content: BackupContent) -> str | None:
    """What is to be said of people who were forgotten since a backup was made."""
    if content.left_out is None:
        return (
            "This place could not say who was forgotten since the backup was made. If anybody was, forget them again, "
            "as docs/privacy.md says."
        )
    who = f"{counted(content.left_out, 'person')} {'was' if content.left_out == 1 else 'were'}"
    return f"{who} forgotten since the backup was made, and left out of it." if content.left_out else None


def _keys_of(content: BackupContent) -> str:
    """The beginning of a sentence about what encrypts the keys of accounts."""
    config = settings()
    where = "OUTREACH_SECRET_KEY" if config.secret_key else key_file_of(engine_for(config.database_url))
    keys = "The key of 1 account is" if content.accounts == 1 else f"The keys of {content.accounts} accounts are"
    return f"{keys} encrypted with {where}, which is"
