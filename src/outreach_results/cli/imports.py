"""The commands that bring files in, show what was brought in, and undo it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from outreach_results.cli.output import file_errors
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.errors import OutreachError
from outreach_results.ingest import history
from outreach_results.ingest.importing import OpenQuestionsError, import_file, plans_of
from outreach_results.ingest.load import LoadReport
from outreach_results.ingest.mapping import TARGETS, Mapping
from outreach_results.ingest.mapping.guessing import date_columns
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.records import Rejected
from outreach_results.ingest.rejects import RejectsForm, form_of, write_rejected
from outreach_results.ingest.same_day import SameDay
from outreach_results.ingest.undo import undo_load
from outreach_results.ingest.values import DateForm
from outreach_results.models import YEARS
from outreach_results.results import ImportEntry, load_history
from outreach_results.store.engine import Store, time_zone

STDIN = Path("-")
_DATES = {"day-first": DateForm.DAY_FIRST, "month-first": DateForm.MONTH_FIRST, "spreadsheet": DateForm.SERIAL}
_TARGET_NAMES = ", ".join(target.name for target in TARGETS)
_OPTION_FOR = {
    "campaign": "--campaign NAME",
    "zone": "--zone, such as --zone Europe/Zurich",
    "as_of": "--as-of YYYY-MM-DD",
    "same_day": "--same-day keep or --same-day replace",
    "columns": "--column OURS=THEIRS",
    "date": f"--dates {' or '.join(_DATES)}",
}


def import_files(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, Excel, JSON, .gz or .zip files; - is standard input.")],
    campaign: Annotated[
        str | None, typer.Option(help="The campaign, by name or id, of rows that name none; may be new.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="The time zone of times that name none, such as Europe/Zurich.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that a list of contacts shows.")
    ] = None,
    same_day: Annotated[
        SameDay, typer.Option(help="Where another export of the same campaign and day is stored and differs.")
    ] = SameDay.ASK,
    dates: Annotated[
        str | None, typer.Option(help=f"How dates such as 12/01/2026 are written: {', '.join(_DATES)}.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help=f"Which column is which, as OURS=THEIRS. Ours: {_TARGET_NAMES}."),
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option(help="Write the rows that could not be used to this .csv or .json file, ready to be corrected."),
    ] = None,
) -> None:
    """Bring files in. Each table is one transaction; the same file twice adds nothing.

    Exit status: 0 all rows of all files are in, 1 some file or row could not be used.
    """
    store = open_database()
    if as_of is not None and as_of.year not in YEARS:
        raise typer.BadParameter(f"--as-of is between {YEARS[0]} and {YEARS[-1]}.")
    answers = Answers(
        campaign=campaign,
        zone=None if zone is None else time_zone(zone),
        as_of=None if as_of is None else datetime.combine(as_of.date(), time(23, 59, 59), store.zone()).astimezone(UTC),
        same_day=same_day,
    )
    if rejected is not None:
        _write_rejected(rejected, [])  # a file that cannot be written is reported before anything is imported
    failed = False
    loads: list[str] = []
    with ExitStack() as stack:
        progress = stack.enter_context(_progress())
        for file in files:
            path, name = _local(file, stack)
            task = progress.add_task(name, total=None, records=0)

            def on_progress(n: int, task: Any = task) -> None:
                progress.update(task, records=n)

            try:
                answered = _with_mapping(store, path, name, answers, dates, column or [])
                reports = import_file(
                    store, path, name=name, answers=answered, loaded_by=user_name(), on_progress=on_progress
                )
            except OpenQuestionsError as error:
                failed = True
                _print_questions(error)
            except OutreachError as error:
                failed = True
                console.print(str(error), style="red", markup=False)
            else:
                for report in reports:
                    failed |= report.rejected_total > 0
                    loads.append(report.load_id)
                    _print_report(report, rejected)
            progress.remove_task(task)
    if rejected is not None:
        _write_rejected(rejected, [row for load_id in loads for row in history.rejected_rows(store, load_id)])
    if failed:
        raise typer.Exit(1)


def _local(file: Path, stack: ExitStack) -> tuple[Path, str]:
    """A file on disk and its name; standard input is kept in a temporary file, because it is read more than once."""
    if file != STDIN:
        return file, file.name
    kept = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outreach-stdin-"))) / "standard input"
    with kept.open("wb") as target:
        shutil.copyfileobj(sys.stdin.buffer, target)
    return kept, kept.name


def _with_mapping(
    store: Store, path: Path, name: str, answers: Answers, dates: str | None, columns: list[str]
) -> Answers:
    """The answers with what the options say of a table's columns and dates."""
    if dates is not None and dates not in _DATES:
        raise typer.BadParameter(f"--dates is one of {', '.join(_DATES)}.")
    if dates is None and not columns:
        return answers
    with plans_of(store, path, name, answers) as plans:
        table = next((plan for plan in plans if plan.mapping is not None), None)
    if table is None or table.mapping is None or table.content is None:
        return answers
    mapping = table.mapping
    chosen = dict(mapping.columns)
    for pair in columns:
        ours, _, theirs = pair.partition("=")
        if ours not in {target.name for target in TARGETS} or not theirs:
            raise typer.BadParameter(f"--column {pair} is not of the form OURS=THEIRS.")
        chosen[ours] = theirs
    forms = dict(mapping.date_forms)
    if dates is not None:
        columns_of_dates = date_columns(table.content, replace(mapping, columns=chosen))
        forms |= {target: _DATES[dates] for target, dated in columns_of_dates.items() if dated.is_open}
    return replace(answers, mapping=Mapping(mapping.level, chosen, forms, mapping.decimal_comma, mapping.types))


def _print_questions(error: OpenQuestionsError) -> None:
    console.print(str(error), style="yellow", markup=False)
    for question in error.questions:
        option = _OPTION_FOR.get(question.about.partition(":")[0])
        if option is not None:
            console.print(f"  Say it with {option}.", markup=False)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[records]:,} records"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _write_rejected(path: Path, rows: list[Rejected]) -> None:
    form = form_of(rows)
    if path.suffix.lower() == ".csv":
        form = RejectsForm.CSV
    elif form is RejectsForm.CSV and path.suffix:
        form = RejectsForm.ARRAY
    with file_errors(path), path.open("w", encoding="utf-8", newline="") as file:
        write_rejected(file, rows, form)


def _print_report(report: LoadReport, written_to: Path | None) -> None:
    console.print(report.sentence(), markup=False)
    for row in report.rejected[:10]:
        place = f"row {row.row}, " if row.row else ""
        console.print(f"  {place}{row.column}: {row.reason}", style="yellow", markup=False)
    if report.rejected_total > 10:
        where = (
            f"All of them are in {written_to}." if written_to else "Write all of them to a file with --rejected FILE."
        )
        console.print(f"  … and {report.rejected_total - 10:,} more. {where}", style="yellow", markup=False)
    for note in report.notes:
        console.print(f"  {note}", style="yellow", markup=False)
    if report.notes_total > len(report.notes):
        console.print(f"  … and {report.notes_total - len(report.notes):,} more.", style="yellow", markup=False)


imports = typer.Typer(help="List past imports, and undo one.", no_args_is_help=True)


@imports.command(name="list")
def list_imports() -> None:
    """Show the latest imports, newest first, with the id by which each can be undone."""
    typer.echo(f"{'ID':16}  {'WHEN':16}  {'NEW':>9}  {'REJECTED':>9}  SOURCE")
    for entry in load_history(open_database()):
        is_one = len(entry.load_ids) == 1
        load_id = entry.load_ids[0] if is_one else f"{len(entry.load_ids):,} together"
        typer.echo(
            f"{load_id:16}  {entry.finished_at:%Y-%m-%d %H:%M}  {entry.inserted:>9,}  {entry.rejected:>9,}  "
            f"{entry.source}{_remark(entry)}"
        )


def _remark(entry: ImportEntry) -> str:
    if entry.problem is not None:
        return f" (failed: {entry.problem})"
    if entry.undone_at is not None:
        return f" (undone {entry.undone_at:%Y-%m-%d %H:%M})"
    return f" (since {entry.first_at:%Y-%m-%d %H:%M})" if len(entry.load_ids) > 1 else ""


@imports.command(name="undo")
def undo_import(load_id: Annotated[str, typer.Argument(help="The id that `imports list` shows.")]) -> None:
    """Remove what an import added. Replies that someone has worked on since then stay."""
    console.print(undo_load(open_database(), load_id, by=user_name()).sentence(), markup=False)
