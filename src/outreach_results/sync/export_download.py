"""The export of a server: fetched into a file first, so that an incomplete one changes nothing."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from outreach_results.errors import NotOfferedError, SourceError
from outreach_results.ingest.columns import BulkItems, Columns
from outreach_results.ingest.readers import campaign_csv, campaign_json
from outreach_results.ingest.records import (
    BenchmarkRecord,
    ClientRecord,
    ForgottenRecord,
    Notice,
    PlanRecord,
    Record,
    Rejected,
    ReplyRecord,
    RuleRecord,
)
from outreach_results.sync.http_client import DownloadStart, RemoteServer


@dataclass(frozen=True, slots=True)
class KnownExport:
    """The last export in one format: its ETag and the digest of its content, which is None if it could not be read.

    The digest recognizes the same content under another ETag, or without one.
    """

    etag: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """The result of `fetch`.

    ``fmt`` is the format that can be read, or None with the reason in ``why_not``; ``is_new`` is False where it is
    unchanged. ``seen`` holds what to store of each format.
    """

    fmt: str | None
    is_new: bool
    why_not: str
    seen: dict[str, KnownExport]


def fetch(server: RemoteServer, campaign_id: str, file: IO[bytes], known: Mapping[str, KnownExport]) -> Export:
    """Fetch the first format that can be read into ``file``, unless it is unchanged.

    Raises:
        KeyRefusedError: the key is not accepted.
        SourceError: the server is in trouble; whether it has an export is not known.
    """
    seen: dict[str, KnownExport] = {}
    reasons = []
    for fmt, can_read in _READABLE.items():
        before = known.get(fmt, KnownExport())
        try:
            answer = server.download(
                ("campaigns", campaign_id, "export"), {"format": fmt}, file, can_read, etag=before.etag
            )
        except NotOfferedError as error:
            reasons.append(str(error))
            continue
        seen[fmt] = before if answer is None else KnownExport(answer.etag, _digest(file) if answer.content else None)
        if seen[fmt].digest is not None:
            return Export(fmt, seen[fmt].digest != before.digest, "", seen)
        reasons.append(f"{server.name} exports {fmt.upper()} in a form that cannot be read here.")
    return Export(None, is_new=False, why_not=reasons[0], seen=seen)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def records(file: IO[bytes], fmt: str, source: str, campaign_id: str, reply_ids: set[str]) -> BulkItems:
    """The records of a fetched export; the ids of its replies are added to ``reply_ids`` on the way.

    Raises:
        SourceError: it ends too early, or is of another campaign.
    """
    file.seek(0)
    for record in _READERS[fmt](file, source):
        if isinstance(record, Columns):
            for own in set(record.fields["campaign_id"]):
                _check_id(own, source, campaign_id)
        elif not isinstance(record, Rejected | Notice):
            _check_campaign(record, source, campaign_id)
            if isinstance(record, ReplyRecord):
                reply_ids.add(record.reply_id)
        yield record


def _check_campaign(record: Record, source: str, campaign_id: str) -> None:
    own = None if isinstance(record, _OF_ACCOUNT) else record.campaign_id
    _check_id(own, source, campaign_id)


_OF_ACCOUNT = PlanRecord | BenchmarkRecord | ForgottenRecord | ClientRecord | RuleRecord


def _check_id(own: str | None, source: str, campaign_id: str) -> None:
    if own != campaign_id:
        raise SourceError(f"{source} holds data of something else than {campaign_id}. Nothing was changed.")


def _read_csv(file: IO[bytes], source: str) -> BulkItems:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from campaign_csv.read_rows(text, source)
    except UnicodeDecodeError:
        raise SourceError(f"{source} is not in UTF-8. Nothing was changed.") from None
    finally:
        text.detach()  # closing it would close the file with it


def _is_our_json(start: DownloadStart) -> bool:
    return campaign_json.names_our_format(start.first_bytes)


def _is_our_csv(start: DownloadStart) -> bool:
    """Whether a CSV has our columns. One that could be cut unnoticed is not read: its rows would pass for all."""
    try:
        first_line = start.first_bytes.partition(b"\n")[0].decode("utf-8-sig")
        header = next(csv.reader([first_line]), [])
    except (UnicodeDecodeError, csv.Error):
        return False
    return start.ends_visibly and set(campaign_csv.REQUIRED) <= set(header)


_READABLE: dict[str, Callable[[DownloadStart], bool]] = {"json": _is_our_json, "csv": _is_our_csv}
_READERS: dict[str, Callable[[IO[bytes], str], BulkItems]] = {
    "json": campaign_json.read_campaign,
    "csv": _read_csv,
}
