"""Import of uploaded files."""

import io
import time

from outreach_results import results
from outreach_results.export import campaign_download
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
