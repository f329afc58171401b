"""The reports of the sample data in docs/reports: ``PYTHONPATH=tests python -m support.sample_reports`` makes them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from outreach_results import results
from outreach_results.export.report import REPORT_FORMATS, report_download
from outreach_results.models import Filters
from outreach_results.sample import load_sample
from outreach_results.store.engine import open_store
from support.databases import sqlite_url
from support.optional import present
from support.server import ROOT

FOLDER = ROOT / "docs" / "reports"
PERIOD = "last_month"

if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        store = open_store(sqlite_url(Path(folder) / "sample.db"))
        load_sample(store)
        for fmt in REPORT_FORMATS:
            period = present(results.chosen_period(store, Filters(), PERIOD))
            (FOLDER / f"sample.{fmt}").write_bytes(report_download(store, period, fmt).content())
        store.close()
