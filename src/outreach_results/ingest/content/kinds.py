"""Files that hold no rows, recognized by how they begin, so that a person hears what they dropped."""

from __future__ import annotations

from outreach_results.errors import SourceError
from outreach_results.ingest.content.unpacking import File

_EXPORT = "Drop the file that your tool exports instead."
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "a picture (PNG)", _EXPORT),
    (b"\xff\xd8\xff", "a picture (JPEG)", _EXPORT),
    (b"GIF8", "a picture (GIF)", _EXPORT),
    (b"RIFF", "a picture or sound file", _EXPORT),
    (b"%PDF", "a PDF document", "Export the same report as CSV or Excel."),
    (b"{\\rtf", "a text document (RTF)", "Save it as CSV."),
    (b"SQLite format 3", "a SQLite database", "Export its table as CSV."),
    (b"PAR1", "a Parquet file", "Export it as CSV."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and drop the files in it."),
    (b"Rar!", "a RAR archive", "Unpack it and drop the files in it."),
    (b"BZh", "a bzip2 archive", "Unpack it and drop the file in it."),
    (b"PK\x03\x04", "an office document, but no Excel workbook", "Save the table as CSV or Excel (.xlsx)."),
)
_OLE = b"\xd0\xcf\x11\xe0"


def refuse_other_kinds(file: File, start: bytes) -> None:
    """Refuse what is neither text nor a workbook.

    Raises:
        SourceError: names what the file looks like, and what to do.
    """
    for signature, what, hint in _SIGNATURES:
        if start.startswith(signature):
            raise SourceError(f"{file.name} is {what}. Nothing was imported. {hint}")
    if start[4:8] == b"ftyp":
        raise SourceError(f"{file.name} is a picture or video. Nothing was imported. {_EXPORT}")
    if start.startswith(_OLE):
        raise SourceError(
            f"{file.name} is an old Excel file (.xls) or a workbook with a password. Nothing was imported. "
            "Open it and save it as Excel workbook (.xlsx) without a password, or as CSV."
        )
    lower = start[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lower.startswith(b"<") and (b"<html" in lower or b"<!doctype html" in lower):
        raise SourceError(
            f"{file.name} is a web page, not a table: perhaps a sign-in or error page was saved in its place. "
            "Nothing was imported. Sign in to your tool and download the export again."
        )
    if lower.startswith((b"<?xml", b"<")):
        raise SourceError(f"{file.name} is XML. Nothing was imported. Export the same data as CSV, Excel or JSON.")
