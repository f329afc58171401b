"""Import of uploaded files: copied to disk, then loaded in a thread, since a click would stop a script run."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, TextIO, cast

from outreach_results.errors import OutreachError
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.load import LoadReport
from outreach_results.ingest.records import Rejected
from outreach_results.ingest.rejected_csv import RejectedCsv
from outreach_results.ingest.report import REJECTED_KEPT
from outreach_results.store.engine import Store

_IN_MEMORY = 100_000
"""Bytes of rejected rows, about a thousand, beyond which they go to disk."""


@dataclass
class ImportJob:
    """A running import. The thread writes it and the page reads it without a lock, so ``is_done`` is set last."""

    names: list[str]
    doing: str = ""
    records: int = 0
    reports: list[LoadReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    rejected_total: int = 0
    is_done: bool = False

    def __post_init__(self) -> None:
        # In memory while it is small, on disk beyond; ``rejected`` holds the first rows only.
        file = tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115
        self._rejected_file = cast(TextIO, file)
        self._rejected_csv = RejectedCsv(self._rejected_file)

    def reject(self, rejected: Rejected) -> None:
        """Keep a rejected row."""
        self.rejected_total += 1
        if self.rejected_total <= REJECTED_KEPT:
            self.rejected.append(rejected)
        self._rejected_csv.add(rejected)

    def __del__(self) -> None:
        self._rejected_file.close()

    def rejected_csv(self) -> bytes:
        """All rejected rows as CSV: source, row, column and reason."""
        self._rejected_file.seek(0)
        return self._rejected_file.read().encode()


def start_import(store: Store, uploads: Sequence[tuple[str, IO[bytes]]]) -> ImportJob:
    """Copy the uploads to disk and load them in the background, each as one transaction.

    Raises:
        OutreachError: they cannot be copied.
    """
    folder = Path(tempfile.mkdtemp(prefix="outreach-import-"))
    try:
        paths = [_kept(folder / str(place), name, upload) for place, (name, upload) in enumerate(uploads)]
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise OutreachError(
            f"The uploaded files cannot be kept in {folder.parent}: {error.strerror}. Nothing was imported; make room "
            "there, and try again."
        ) from error
    job = ImportJob([path.name for path in paths])
    threading.Thread(target=_run, args=(store, job, folder, paths), name="import", daemon=True).start()
    return job


def _kept(folder: Path, name: str, upload: IO[bytes]) -> Path:
    folder.mkdir()
    path = folder / (PurePosixPath(PureWindowsPath(name).name).name[-100:] or "upload")
    with path.open("wb") as file:
        shutil.copyfileobj(upload, file)
    return path


def _run(store: Store, job: ImportJob, folder: Path, paths: list[Path]) -> None:
    try:
        for path in paths:
            job.doing, job.records = path.name, 0
            _load_one(store, job, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        job.is_done = True


def _load_one(store: Store, job: ImportJob, path: Path) -> None:
    def on_progress(n: int) -> None:
        job.records = n

    try:
        reports = import_file(store, path, on_rejected=job.reject, on_progress=on_progress)
    except OutreachError as error:
        job.problems.append(str(error))
    else:
        job.reports.extend(reports)
