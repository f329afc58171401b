"""Terminal output of a sync and of a reconciliation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from outreach_results.reconcile.comparison import Reconciled
from outreach_results.store.sync_state import ACCOUNT
from outreach_results.sync.run import OnProgress
from outreach_results.sync.status import SyncReport


@contextmanager
def campaign_progress(console: Console) -> Iterator[OnProgress]:
    """Show a progress bar of campaigns with the current step; it disappears at the end."""
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TextColumn("{task.description}", markup=False), console=console, transient=True
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total, doing: progress.update(task, completed=done, total=total or None, description=doing)


def print_report(console: Console, report: SyncReport) -> None:
    """Print the summary of a run, its notes and its failures."""
    console.print(report.sentence(), markup=False)
    for campaign_id, notes in report.notes.items():
        for note in notes:
            console.print(f"  {_name(campaign_id)}: {note}", style="yellow", markup=False)
    for campaign_id, reason in report.failed.items():
        console.print(f"  {_name(campaign_id)} failed: {reason}", style="red", markup=False)
    if report.problem:
        console.print(report.problem, style="red", markup=False)


def print_reconciliation(console: Console, rows: Sequence[Reconciled], *, only_differences: bool) -> None:
    """Print a table of reported and counted numbers."""
    shown = [row for row in rows if row.difference != 0 or not only_differences]
    if shown:
        names = (Column("Campaign", no_wrap=True), Column("Metric", no_wrap=True))
        table = Table(*names, *_RIGHT, "Explanation", box=None, header_style="bold")
        for row in shown:
            numbers = (_number(value) for value in (row.reported, row.counted, row.difference))
            table.add_row(Text(_name(row.campaign_id)), row.metric, *numbers, Text(row.explanation))
        console.print(table)
    agreeing = sum(row.difference == 0 for row in rows)
    console.print(f"{agreeing:,} of {len(rows):,} numbers agree." if rows else "No server has reported anything yet.")


_RIGHT = tuple(Column(name, justify="right") for name in ("Reported", "Counted", "Difference"))


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6f}".rstrip("0")


def _name(campaign_id: str) -> str:
    return "account" if campaign_id == ACCOUNT else campaign_id
