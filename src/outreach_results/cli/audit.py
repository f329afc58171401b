"""The command that writes the audit log, and what exports enter into it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from outreach_results import export as exports
from outreach_results.cli.output import write_file, write_stdout
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.errors import OutreachError
from outreach_results.models import Filters
from outreach_results.results import audit_table
from outreach_results.store import audit as audit_log
from outreach_results.store.engine import Store


def audit(
    fmt: Annotated[str, typer.Option("--format", help=f"{', '.join(exports.FORMATS)}.")] = "csv",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file. Without it: the terminal.")] = None,
) -> None:
    """Write the audit log: who signed in, exported, marked, imported, undid, deleted, made keys and gave roles."""
    store = open_database()
    download = exports.table_download(store, "audit-log", audit_table(store), fmt, Filters())
    if output is not None:
        write_file(output, download.chunks)
        console.print(f"Written: {output}", markup=False)
        return
    if not exports.FORMATS[fmt].is_text and sys.stdout.isatty():
        raise OutreachError(f"{fmt} isn't text to print. Name a file with -o FILE, or pipe the output.")
    write_stdout(download.chunks)


def note_export(store: Store, download: exports.Download) -> None:
    """Enter an export by command into the audit log, before it is written."""
    audit_log.note(store, audit_log.Action.EXPORTED, download.file_name, by=user_name())
