"""The sources of files, one entry each, and which of them reads a file.

To add a source, write its reader in `ingest/readers/` and add an entry to `SOURCES`. A file is recognized by its
content and never by its name, which people change.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import ijson

from outreach_results.errors import SourceError
from outreach_results.ingest import content
from outreach_results.ingest.columns import BulkItems
from outreach_results.ingest.readers import (
    amazon_ses,
    apollo,
    benchmarks_csv,
    brevo,
    campaign_csv,
    instantly,
    instantly_emails,
    klaviyo,
    lemlist,
    lemlist_activities,
    mailchimp,
    mailgun,
    mandrill,
    postmark,
    sendgrid,
    smartlead,
    woodpecker,
)
from outreach_results.ingest.readers.account_json import account_json, benchmarks_json, usage_json
from outreach_results.ingest.readers.campaign_json import campaign_json
from outreach_results.ingest.readers.contract_json import daily_json, replies_json
from outreach_results.ingest.tool_formats import ToolFormat
from outreach_results.models.file_format import CSV_COLUMNS

_SNIFFED_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file.

    Attributes:
        name: what people call it.
        extensions: of its file names, without the dot, as file choosers offer them.
        recognizes: whether the beginning of a file, without byte order mark and leading white space, is of this kind.
        read: yields the records of a file.
        description: what it is, for the documentation.
    """

    name: str
    extensions: tuple[str, ...]
    recognizes: Callable[[bytes], bool]
    read: Callable[[Path], BulkItems]
    description: str = "an export of this product"


@lru_cache(maxsize=1)
def _top_level(start: bytes) -> dict[str, str]:
    """The keys of a JSON object, as far as its beginning shows them, and the parser's event of their values."""
    keys: dict[str, str] = {}
    depth, key = 0, None
    try:
        for event, value in ijson.basic_parse(start):
            depth -= event in ("end_map", "end_array")
            if depth == 1 and event == "map_key":
                key = str(value)
            elif depth == 1 and key is not None:
                keys[key], key = event, None
            depth += event in ("start_map", "start_array")
    except (ijson.JSONError, ArithmeticError):
        pass  # the reader, which reads all of it, reports what is wrong
    return keys


def _is_object(start: bytes) -> bool:
    return start.startswith(b"{")


def _is_campaign_json(start: bytes) -> bool:
    return _is_object(start) and bool({"meta", "campaign"} & _top_level(start).keys())


def _is_daily_json(start: bytes) -> bool:
    return _is_object(start) and _top_level(start).get("daily") == "start_array" and "campaign_id" in _top_level(start)


def _is_replies_json(start: bytes) -> bool:
    keys = _top_level(start)
    return _is_object(start) and keys.get("replies") == "start_array" and "campaign_id" in keys


def _is_usage_json(start: bytes) -> bool:
    return _is_object(start) and _top_level(start).get("usage") == "start_map" and "period" in _top_level(start)


def _is_benchmarks_json(start: bytes) -> bool:
    return _is_object(start) and _top_level(start).get("benchmarks") == "start_map"


def _is_account_json(start: bytes) -> bool:
    return _is_object(start) and bool({"plan", "benchmarks"} & _top_level(start).keys())


def _refuse_answers_without_rows(start: bytes, name: str) -> None:
    """Say which answers of the Results API say too little to be imported, and which ones to take instead."""
    keys = _top_level(start) if _is_object(start) else {}
    if "campaign_id" in keys and keys.get("stats") == "start_map":
        raise SourceError(
            f"{name} looks like campaign stats, an answer of the Results API: totals without days. "
            "Nothing was imported. Import the campaign's export instead, or the answer to /campaigns/:id/stats/daily."
        )
    if keys.get("campaigns") == "start_array" and "pagination" in keys:
        raise SourceError(
            f"{name} looks like a list of campaigns, an answer of the Results API: it has no numbers. Nothing was "
            "imported. Import each campaign's export instead, or use: outreach-results sync."
        )


def _header(start: bytes) -> list[str]:
    return next(csv.reader([start.splitlines()[0].decode(errors="replace")]), [])


def _missing_columns(start: bytes) -> list[str]:
    """The required columns of a campaign's CSV that this file lacks."""
    header = _header(start)
    return [name for name in campaign_csv.REQUIRED if name not in header]


def _is_benchmarks_csv(start: bytes) -> bool:
    return not start.startswith((b"{", b"[")) and benchmarks_csv.is_benchmarks_csv(
        start.splitlines()[0].decode(errors="replace")
    )


def _is_campaign_csv(start: bytes) -> bool:
    return not _missing_columns(start)


_ANSWER = "an answer of the Results API that was saved"

SOURCES: tuple[Source, ...] = (
    Source("Campaign (JSON)", ("json",), _is_campaign_json, campaign_json),
    Source("Daily stats (Results API)", ("json",), _is_daily_json, daily_json, _ANSWER),
    Source("Replies (Results API)", ("json",), _is_replies_json, replies_json, _ANSWER),
    Source("Usage (Results API)", ("json",), _is_usage_json, usage_json, _ANSWER),
    Source("Benchmarks (Results API)", ("json",), _is_benchmarks_json, benchmarks_json, _ANSWER),
    Source("Benchmarks (CSV)", ("csv",), _is_benchmarks_csv, benchmarks_csv.benchmarks_csv, "one row per metric"),
    Source("Account (JSON)", ("json",), _is_account_json, account_json),
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
    *mailgun.FORMATS,
    *postmark.FORMATS,
    *amazon_ses.FORMATS,
    *brevo.FORMATS,
    *mandrill.FORMATS,
    *mailchimp.FORMATS,
    *klaviyo.FORMATS,
)
"""The files of other tools, one entry each; the first that recognizes a content reads it."""

FORMATS_WITH_STATES = {entry.key: entry for entry in TOOL_FORMATS if entry.states is not None}
"""The formats of tools that know the interest of a lead, by key."""

EXTENSIONS: tuple[str, ...] = tuple(
    dict.fromkeys([*(name for source in SOURCES for name in source.extensions), *content.EXTENSIONS])
)
"""The extensions of all files that can be read: a file chooser offers them."""


def read_records(path: Path) -> BulkItems:
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
    _refuse_answers_without_rows(start, path.name)
    return next((source for source in SOURCES if source.recognizes(start)), None)


def _start(path: Path) -> bytes:
    """How a file begins, without byte order mark and leading white space."""
    try:
        with path.open("rb") as file:
            start = file.read(_SNIFFED_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    if not start:
        raise SourceError(f"{path.name} is empty. Nothing was imported; download it again.")
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
        f"{path.name} isn't a file we can read yet: a CSV or JSON export of Outreach Results is needed. "
        f"{_near_miss(_start(path))}Nothing was imported."
    )


def _near_miss(start: bytes) -> str:
    """A sentence on the missing columns of a CSV that has some of ours; '' for any other file."""
    missing = _missing_columns(start)
    if not set(_header(start)) & set(CSV_COLUMNS) or not missing:
        return ""
    return f"A CSV export also has the {'columns' if len(missing) > 1 else 'column'} {', '.join(missing)}. "
