"""The sources of files, one entry each, and which of them reads a file.

To add a source, write its reader in `ingest/readers/` and add an entry to `SOURCES`. A file is recognized by its
content and never by its name, which people change.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ijson

from outreach_results.errors import SourceError
from outreach_results.export import CSV_COLUMNS
from outreach_results.ingest import content
from outreach_results.ingest.readers import (
    apollo,
    campaign_csv,
    instantly,
    instantly_emails,
    lemlist,
    lemlist_activities,
    sendgrid,
    smartlead,
    woodpecker,
)
from outreach_results.ingest.readers.account_json import account_json
from outreach_results.ingest.readers.campaign_json import campaign_json
from outreach_results.ingest.records import Records
from outreach_results.ingest.tool_formats import ToolFormat

_SNIFFED_BYTES = 64 * 1024
_CAMPAIGN_KEYS = ("meta", "campaign")
_ACCOUNT_KEYS = ("plan", "benchmarks")


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file.

    Attributes:
        name: what people call it.
        extensions: of its file names, without the dot, as file choosers offer them.
        recognizes: whether the beginning of a file, without byte order mark and leading white space, is of this kind.
        read: yields the records of a file.
    """

    name: str
    extensions: tuple[str, ...]
    recognizes: Callable[[bytes], bool]
    read: Callable[[Path], Records]


def _first_key(start: bytes) -> str | None:
    """The first key of a JSON object; None where there is none, or it is no JSON."""
    try:
        for event, value in ijson.basic_parse(start):
            if event == "map_key":
                return str(value)
    except ijson.JSONError:
        pass  # the reader, which reads all of it, reports what is wrong
    return None


def _is_account_json(start: bytes) -> bool:
    return start.startswith(b"{") and _first_key(start) in _ACCOUNT_KEYS


def _is_campaign_json(start: bytes) -> bool:
    return start.startswith(b"{") and _first_key(start) in _CAMPAIGN_KEYS


def _header(start: bytes) -> list[str]:
    return next(csv.reader([start.splitlines()[0].decode(errors="replace")]), [])


def _missing_columns(start: bytes) -> list[str]:
    """The required columns of a campaign's CSV that this file lacks."""
    header = _header(start)
    return [name for name in campaign_csv.REQUIRED if name not in header]


def _is_campaign_csv(start: bytes) -> bool:
    return not _missing_columns(start)


SOURCES: tuple[Source, ...] = (
    Source("Account (JSON)", ("json",), _is_account_json, account_json),
    Source("Campaign (JSON)", ("json",), _is_campaign_json, campaign_json),
    Source("Campaign (CSV)", ("csv",), _is_campaign_csv, campaign_csv.campaign_csv),
)
"""Every kind of file that can be imported; the first that recognizes a file reads it.

These formats are our own, so their campaigns track everything unless a file says otherwise.
"""

TOOL_FORMATS: tuple[ToolFormat, ...] = (
    *instantly.FORMATS,
    *instantly_emails.FORMATS,
    *smartlead.FORMATS,
    *sendgrid.FORMATS,
    *lemlist_activities.FORMATS,
    *lemlist.FORMATS,
    *woodpecker.FORMATS,
    *apollo.FORMATS,
)
"""The files of other tools, one entry each; the first that recognizes a content reads it."""

EXTENSIONS: tuple[str, ...] = tuple(
    dict.fromkeys([*(name for source in SOURCES for name in source.extensions), *content.EXTENSIONS])
)
"""The extensions of all files that can be read: a file chooser offers them."""


def read_records(path: Path) -> Records:
    """The records of a file, whatever kind it is of.

    Raises:
        SourceError: the file is missing, empty or of no known kind.
    """
    return detect_source(path).read(path)


def own_source(path: Path) -> Source | None:
    """The source of our own that reads this file; None where it is somebody else's.

    Raises:
        SourceError: the file is missing or empty.
    """
    start = _start(path)
    return next((source for source in SOURCES if source.recognizes(start)), None)


def _start(path: Path) -> bytes:
    """How a file begins, without byte order mark and leading white space."""
    try:
        with path.open("rb") as file:
            start = file.read(_SNIFFED_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    if not start:
        raise SourceError(f"{path.name} is empty. Nothing was imported.")
    return start


def detect_source(path: Path) -> Source:
    """The source of our own that reads this file.

    Raises:
        SourceError: the file is missing, empty or of no known kind.
    """
    source = own_source(path)
    if source is not None:
        return source
    raise SourceError(
        f"{path.name} is of no format that can be imported: a CSV or JSON export of Outreach Results is needed. "
        f"{_near_miss(_start(path))}Nothing was imported."
    )


def _near_miss(start: bytes) -> str:
    """A sentence on the missing columns of a CSV that has some of ours; '' for any other file."""
    missing = _missing_columns(start)
    if not set(_header(start)) & set(CSV_COLUMNS) or not missing:
        return ""
    return f"A CSV export also has the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
