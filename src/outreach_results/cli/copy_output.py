"""Terminal output of a copy: progress and comparison."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from outreach_results.errors import StoreError
from outreach_results.models.numbers import counted
from outreach_results.store.admin.copy import CopyReport, OnProgress
from outreach_results.store.engine import Store, open_store

NAMED = 5


def open_target(url: str) -> Store:
    """Open the database to copy to, creating its tables where needed.

    Raises:
        StoreError: it cannot be used; says that it is the target.
    """
    try:
        return open_store(url)
    except StoreError as error:
        raise StoreError(f"Of the target: {error}") from error


@contextmanager
def copy_progress(console: Console) -> Iterator[OnProgress]:
    """Show the current step and the number of rows done; it disappears at the end."""
    columns = SpinnerColumn(), TextColumn("{task.fields[rows]:,} rows"), TimeElapsedColumn()
    with Progress(
        *columns,
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,  # it would leave a blank line in a log
    ) as progress:
        task = progress.add_task("", total=None, rows=0)
        yield lambda doing, rows: progress.update(task, description=doing, rows=rows)


def print_comparison(console: Console, report: CopyReport) -> None:
    """Print each table with its rows on both sides, then whether the databases are equal."""
    right = (Column(name, justify="right") for name in ("Rows", "In the target"))
    table = Table(Column("Table", no_wrap=True), *right, "Checksums", box=None, header_style="bold")
    for compared in report.tables:
        verdict = _verdict(compared.differing) if compared.differing else "equal"
        table.add_row(
            compared.table,
            f"{compared.rows:,}",
            f"{compared.rows_in_target:,}",
            Text(verdict, "red" if compared.differing else ""),
        )
    console.print(table)
    rows = sum(compared.rows for compared in report.tables)
    copied = f"{counted(report.copied, 'row')} copied in this run."
    if report.is_equal:
        console.print(f"The two databases are equal: {counted(rows, 'row')} in {len(report.tables)} tables. {copied}")
    else:
        console.print(
            "The two databases differ: the target was changed by something else, or its disk cannot be trusted. "
            f"Copy again into an empty database. {copied}",
            style="red",
        )


def _verdict(campaigns: tuple[str, ...]) -> str:
    named = ", ".join(campaigns[:NAMED])
    more = f" and {len(campaigns) - NAMED:,} more" if len(campaigns) > NAMED else ""
    return f"DIFFERENT: {named}{more}" if named else "DIFFERENT"
