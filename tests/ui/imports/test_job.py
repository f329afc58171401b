"""Import of uploaded files."""

import io
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach_results import results
from outreach_results.errors import OutreachError
from outreach_results.export import campaign_download
from outreach_results.ingest.history import rejected_rows
from outreach_results.ingest.loader import Loader
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.records import EmailRecord
from outreach_results.store.engine import Store
from outreach_results.ui.imports.job import ImportJob, _run, start_import
from outreach_results.ui.imports.uploads import Uploads
from support.databases import contents


def finished(job: ImportJob) -> ImportJob:
    for _ in range(600):
        if job.is_done:
            return job
        time.sleep(0.05)
    raise AssertionError("the import did not end")


def uploads(*files: tuple[str, bytes]) -> Uploads:
    return Uploads([(name, io.BytesIO(content)) for name, content in files])


def test_an_uploaded_export_is_loaded(sqlite_store: Store, sample_store: Store) -> None:
    content = campaign_download(sample_store, "camp_abc123", "csv").content()
    job = finished(start_import(sqlite_store, uploads(("camp.csv", content))))
    assert job.problems == []
    assert results.campaign_stats(sqlite_store, "camp_abc123").stats.emails_sent == 487


def test_unreadable_file_does_not_stop_the_next(sqlite_store: Store, sample_store: Store) -> None:
    content = campaign_download(sample_store, "camp_abc123", "json").content()
    job = finished(start_import(sqlite_store, uploads(("broken.json", content[:-200]), ("whole.json", content))))
    assert [problem.split()[0] for problem in job.problems] == ["broken.json"]
    assert [report.source for report in job.reports] == ["whole.json"]
    newest, failed = results.load_history(sqlite_store)
    assert (newest.source, newest.problem) == ("whole.json", None)
    assert (failed.source, failed.problem) == ("broken.json", job.problems[0])


def test_rejected_rows_have_reasons(sqlite_store: Store, sample_store: Store) -> None:
    lines = campaign_download(sample_store, "camp_abc123", "csv").content().decode().split("\r\n")
    lines[3] = lines[3].replace("2026-", "sometime-", 1)
    job = finished(start_import(sqlite_store, uploads(("camp.csv", "\r\n".join(lines).encode()))))
    [report] = job.reports
    assert [(row.source, row.row) for row in rejected_rows(sqlite_store, report.load_id)] == [("camp.csv", 4)]


def test_no_upload_leaves_its_folder(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    names = ("../../x.csv", "x.csv", "..\\x.csv", "x" * 5_000)
    kept = uploads(*((name, b"a,b\n") for name in names))
    assert all(folder in upload.path.parents for upload in kept.files)
    job = finished(start_import(sqlite_store, kept))
    assert len(job.problems) == len(names)
    assert list(folder.iterdir()) == []


def test_a_cancelled_import_leaves_nothing(sqlite_store: Store, sample_store: Store) -> None:
    before = contents(sqlite_store)
    content = campaign_download(sample_store, "camp_abc123", "csv").content()
    job = ImportJob()
    job.cancel()
    _run(sqlite_store, job, uploads(("camp.csv", content)), None)
    assert job.problems == ["camp.csv: Cancelled before it was imported."]
    assert contents(sqlite_store) == before


def test_cancelling_stops_in_mid_file(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach_results.ingest.load.BATCH", 10)
    job = ImportJob()
    rows = b"Email,Opened\n" + b"".join(b"p%d@x.example,1\n" % n for n in range(200))
    kept = uploads(("mine.csv", rows))
    kept.files[0].answers = Answers(campaign="Q1", as_of=datetime(2026, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(ImportJob, "is_cancelled", property(lambda job: job.records > 50), raising=False)
    _run(sqlite_store, job, kept, None)
    assert job.problems == ["mine.csv: Cancelled. Nothing of this file was imported."]
    assert results.all_campaigns(sqlite_store) == []


def test_an_unexpected_error_is_shown_and_logged(
    sqlite_store: Store, sample_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    content = campaign_download(sample_store, "camp_abc123", "json").content()
    keep_email = Loader._keep_email

    def fails_once(self: Loader, record: EmailRecord) -> None:
        monkeypatch.setattr(Loader, "_keep_email", keep_email)
        raise ZeroDivisionError

    monkeypatch.setattr(Loader, "_keep_email", fails_once)
    job = finished(start_import(sqlite_store, uploads(("odd.json", content), ("whole.json", content))))
    assert job.problems == [
        "odd.json could not be imported: something unexpected happened (ZeroDivisionError), and the log says what. "
        "Nothing of it was imported."
    ]
    assert [report.source for report in job.reports] == ["whole.json"]
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


def test_an_upload_that_cannot_be_kept_is_reported(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unreadable(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(
        OutreachError, match=r"cannot be kept in the folder for temporary files: No space left on device\. Nothing was"
    ):
        Uploads([("x.csv", Unreadable())])
    assert list(tmp_path.glob("outreach-import-*")) == []
