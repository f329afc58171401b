"""Uploaded files, kept on disk until they are imported, and how each of them is understood."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from outreach_results.errors import OutreachError, SourceError
from outreach_results.ingest.columns import BulkItems
from outreach_results.ingest.importing import plans_of
from outreach_results.ingest.mapping import Question
from outreach_results.ingest.mapping.guessing import date_columns
from outreach_results.ingest.plans import Answers, FilePlan
from outreach_results.ingest.preview import Preview, preview
from outreach_results.ingest.records import ContactRecord
from outreach_results.ingest.same_day import SameDay, open_question
from outreach_results.ingest.values import DateColumn
from outreach_results.store.engine import Store

PREVIEWED = 20_000
"""So many records are counted before the import: enough to see what a file is, and done in a moment."""


@dataclass(frozen=True)
class FileView:
    """One table or list of a file: its plan, what was counted of it, how its dates can be read, and what is open."""

    plan: FilePlan
    preview: Preview | None
    dates: dict[str, DateColumn] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)


@dataclass
class Upload:
    """A file that waits to be imported, with the answers about it."""

    name: str
    path: Path
    answers: Answers = field(default_factory=Answers)
    _views: list[FileView] = field(default_factory=list)
    _problem: SourceError | None = None
    _views_of: Answers | None = None

    def views(self, store: Store) -> list[FileView]:
        """How the file is understood with the present answers; worked out once for each change of them.

        Raises:
            OutreachError: the file cannot be read.
        """
        if self._views_of != self.answers:
            try:
                self._views, self._problem = _views(store, self), None
            except SourceError as error:  # reading it again, at the next click, would take as long
                self._views, self._problem = [], error
            self._views_of = self.answers
        if self._problem is not None:
            raise self._problem
        return self._views


def _views(store: Store, upload: Upload) -> list[FileView]:
    views = []
    with plans_of(store, upload.path, upload.name, upload.answers) as plans:
        for plan in plans:
            contacts: list[ContactRecord] = []
            counted = None if plan.questions else preview(_noting(plan.records(), contacts), at_most=PREVIEWED)
            is_table = plan.content is not None and plan.mapping is not None
            dates = date_columns(plan.content, plan.mapping) if is_table else {}  # type: ignore[arg-type]
            views.append(FileView(plan, counted, dates, _questions(store, upload, plan, counted, contacts)))
    return views


def _noting(records: BulkItems, contacts: list[ContactRecord]) -> BulkItems:
    """The same records, of which the contacts are kept too."""
    for record in records:
        if isinstance(record, ContactRecord):
            contacts.append(record)
        yield record


def _questions(
    store: Store, upload: Upload, plan: FilePlan, counted: Preview | None, contacts: list[ContactRecord]
) -> list[Question]:
    """What a person has to say first: what the file leaves open, and what it and the database do together."""
    if counted is None or upload.answers.same_day is not SameDay.ASK:
        return plan.questions
    about_day = open_question(store, plan.name, contacts, is_all=counted.is_complete)
    return plan.questions if about_day is None else [*plan.questions, about_day]


class Uploads:
    """The files of one upload, in a folder that goes with them."""

    def __init__(self, files: Sequence[tuple[str, IO[bytes]]]) -> None:
        """Copy the files to disk.

        Raises:
            OutreachError: they cannot be copied.
        """
        try:
            folder = Path(tempfile.mkdtemp(prefix="outreach-import-"))
            self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            paths = [_kept(folder / str(place), name, upload) for place, (name, upload) in enumerate(files)]
        except OSError as error:  # what was copied goes with this object
            raise OutreachError(
                f"The uploaded files cannot be kept in the folder for temporary files: {error.strerror}. "
                "Nothing was imported; make room there, or name another folder in TMPDIR, and try again."
            ) from error
        self.files = [Upload(path.name, path) for path in paths]

    def close(self) -> None:
        """Delete the copies."""
        self._remove()


def _kept(folder: Path, name: str, upload: IO[bytes]) -> Path:
    """Copy an upload into a folder of its own, under its name without any path: readers name files in messages."""
    folder.mkdir()
    path = folder / (PurePosixPath(PureWindowsPath(name).name).name[-100:] or "upload")
    with path.open("wb") as file:
        shutil.copyfileobj(upload, file)
    return path
