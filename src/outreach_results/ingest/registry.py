"""Which source reads a file: one table, asked by what the file itself says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ijson

from outreach_results.errors import SourceError
from outreach_results.ingest.readers.account_json import account_json
from outreach_results.ingest.readers.campaign_csv import campaign_csv
from outreach_results.ingest.readers.campaign_json import campaign_json
from outreach_results.ingest.records import Records

Source = Callable[[Path], Records]


def read_records(path: Path) -> Records:
    """The records of a file, whatever format it has.

    Raises:
        SourceError: the file is missing, empty or of no known format.
    """
    return detect_source(path)(path)


def detect_source(path: Path) -> Source:
    """The source that reads this file. To add a format, write its source and tell here how to know it.

    Raises:
        SourceError: the file is missing, empty or of no known format.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64 * 1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    if not start:
        raise SourceError(f"{path.name} is empty. Nothing was imported.")
    if start.startswith(b"{"):
        return account_json if _first_key(start) in ("plan", "benchmarks") else campaign_json
    if b"campaign_id" in start.splitlines()[0]:
        return campaign_csv
    raise SourceError(
        f"{path.name} is of no format that can be imported: a CSV or JSON export of Outreach Results is needed. "
        "Nothing was imported."
    )


def _first_key(start: bytes) -> str | None:
    try:
        for event, value in ijson.basic_parse(start):
            if event == "map_key":
                return str(value)
    except ijson.JSONError:
        pass  # what is wrong with it is said by the source, which reads all of it
    return None
