"""The sample data: a dozen campaigns that show the product before the first own campaign is in."""

from __future__ import annotations

from pathlib import Path

from outreach_results.errors import SourceError
from outreach_results.ingest.history import LoadKind
from outreach_results.ingest.load import LoadReport, load
from outreach_results.ingest.registry import read_records
from outreach_results.store.engine import Store

_PACKAGE = Path(__file__).parent


def sample_files() -> list[Path]:
    """The files of the sample data, in the installed package or in a checkout.

    Raises:
        SourceError: this installation does not include them.
    """
    for folder in (_PACKAGE / "sample_data", _PACKAGE.parents[1] / "sample_data"):
        files = sorted(folder.glob("*.json"))
        if files:
            return files
    raise SourceError("The sample data is not part of this installation.")


def load_sample(store: Store) -> LoadReport:
    """Import all sample files in one load; data that is stored already stays as it is."""
    return load(
        store,
        "sample data",
        (record for file in sample_files() for record in read_records(file)),
        is_sample=True,
        kind=LoadKind.SAMPLE,
    )
