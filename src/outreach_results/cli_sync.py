"""What the terminal shows of a sync and of a reconciliation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from outreach_results.store.sync_state import ACCOUNT
from outreach_results.sync import OnProgress, SyncReport


@contextmanager
def campaign_progress(console: Console) -> Iterator[OnProgress]:
    """A bar of campaigns, with what is going on beside it; it disappears at the end."""
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TextColumn("{task.description}", markup=False), console=console, transient=True
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total, doing: progress.update(task, completed=done, total=total or None, description=doing)


def print_report(console: Console, report: SyncReport) -> None:
    """The summary of a run: what happened, what a person should know, what failed."""
    console.print(report.sentence(), markup=False)
    for campaign_id, notes in report.notes.items():
        for note in notes:
            console.print(f"  {_name(campaign_id)}: {note}", style="yellow", markup=False)
    for campaign_id, reason in report.failed.items():
        console.print(f"  {_name(campaign_id)} failed: {reason}", style="red", markup=False)
    if report.problem:
        console.print(report.problem, style="red", markup=False)


def _name(campaign_id: str) -> str:
    return "account" if campaign_id == ACCOUNT else campaign_id
