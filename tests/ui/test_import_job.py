"""Import of uploaded files."""

import io
import tempfile
import time
from pathlib import Path

import pytest

from outreach_results import results
from outreach_results.errors import OutreachError
from outreach_results.export import campaign_download
from outreach_results.ingest.loader import Loader
from outreach_results.ingest.records import EmailRecord
from outreach_results.store.engine import Store
from outreach_results.ui.import_job import ImportJob, start_import


def finished(job: ImportJob) -> ImportJob:
    for _ in range(600):
        if job.is_done:
            return job
        time.sleep(0.05)
    raise AssertionError("the import did not end")


def uploads(*files: tuple[str, bytes]) -> list[tuple[str, io.BytesIO]]:
    return [(name, io.BytesIO(content)) for name, content in files]


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


def test_rejected_rows_have_reasons(sqlite_store: Store, sample_store: Store) -> None:
    lines = campaign_download(sample_store, "camp_abc123", "csv").content().decode().split("\r\n")
    lines[3] = lines[3].replace("2026-", "sometime-", 1)
    job = finished(start_import(sqlite_store, uploads(("camp.csv", "\r\n".join(lines).encode()))))
    assert [(row.source, row.row) for row in job.rejected] == [("camp.csv", 4)]
    assert b"camp.csv,4," in job.rejected_csv()


def test_equal_and_climbing_upload_names_are_kept(sqlite_store: Store) -> None:
    job = finished(start_import(sqlite_store, uploads(("../../x.csv", b"a,b\n"), ("x.csv", b""), ("..\\x.csv", b"no"))))
    assert len(job.problems) == 3
    assert job.names == ["x.csv", "x.csv", "x.csv"]


def test_an_unexpected_error_is_said_and_logged(
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


def test_an_upload_that_cannot_be_kept_is_said(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unreadable(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OutreachError, match=f"cannot be kept in {tmp_path}: No space left on device. Nothing was"):
        start_import(sqlite_store, [("x.csv", Unreadable())])
    assert list(tmp_path.glob("outreach-import-*")) == []
