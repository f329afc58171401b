"""An import in the background, since a click would stop a script run."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from outreach_results.errors import OutreachError, StoppedError
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.load import LoadReport
from outreach_results.store.engine import Store
from outreach_results.ui.imports.uploads import Uploads


@dataclass
class ImportJob:
    """A running import. The thread writes it and the page reads it without a lock, so ``is_done`` is set last."""

    doing: str = ""
    records: int = 0
    reports: list[LoadReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_cancelled: bool = False
    is_done: bool = False

    def cancel(self) -> None:
        """Stop the import; the file that is being imported leaves nothing behind."""
        self.is_cancelled = True


def start_import(store: Store, uploads: Uploads, *, loaded_by: str | None = None) -> ImportJob:
    """Import the files in the background, each table as one transaction; their copies are deleted at the end."""
    job = ImportJob()
    arguments = (store, job, uploads, loaded_by)
    threading.Thread(target=_run, args=arguments, name="import", daemon=True).start()
    return job


def _run(store: Store, job: ImportJob, uploads: Uploads, loaded_by: str | None) -> None:
    def on_progress(n: int) -> None:
        job.records = n
        if job.is_cancelled:
            raise StoppedError("Cancelled. Nothing of this file was imported.")

    try:
        for upload in uploads.files:
            job.doing, job.records = upload.name, 0
            try:
                if job.is_cancelled:
                    raise StoppedError("Cancelled before it was imported.")
                job.reports += import_file(
                    store,
                    upload.path,
                    name=upload.name,
                    answers=upload.answers,
                    loaded_by=loaded_by,
                    on_progress=on_progress,
                )
            except StoppedError as error:
                job.problems.append(f"{upload.name}: {error}")
            except OutreachError as error:
                job.problems.append(str(error))
    finally:
        uploads.close()
        job.is_done = True
