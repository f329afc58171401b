"""What a file holds, before anybody knows what it means: rows of named fields.

A table (CSV, TSV, a sheet of a workbook) and a list of JSON objects look alike from here on, so that whatever gives
them a meaning, a reader or a mapping, is a function of rows. `open_contents` unpacks, finds the encoding and the
separator, and says in a sentence what is wrong with a file that holds nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from outreach_results.errors import SourceError
from outreach_results.ingest.content.delimited import delimited
from outreach_results.ingest.content.json_items import is_json, json_items
from outreach_results.ingest.content.kinds import refuse_other_kinds
from outreach_results.ingest.content.types import NUMBER_OF_SAMPLES, Content, Row, content_of
from outreach_results.ingest.content.unpacking import File, unpacked
from outreach_results.ingest.content.workbook import is_workbook, sheets

__all__ = [
    "EXTENSIONS",
    "NUMBER_OF_SAMPLES",
    "Content",
    "File",
    "Row",
    "content_of",
    "contents_of",
    "open_contents",
    "unpacked",
]

EXTENSIONS = ("csv", "tsv", "txt", "xlsx", "json", "ndjson", "jsonl", "gz", "zip")
"""Of the files that people have; what is in one decides, and never its name."""
_START = 64 * 1024


@contextmanager
def open_contents(path: Path, name: str | None = None) -> Iterator[list[Content]]:
    """The contents of a file: one for most files, one a sheet of a workbook, one a member of an archive.

    What had to be unpacked is deleted on leaving.

    Raises:
        SourceError: the file cannot be read, or is nothing that holds rows; says what it looks like and what to do.
    """
    with unpacked(path, name or path.name) as files:
        yield [content for file in files for content in contents_of(file)]


def contents_of(file: File) -> list[Content]:
    """The contents of a file that is not packed.

    Raises:
        SourceError: it is nothing that holds rows.
    """
    try:
        with file.path.open("rb") as opened:
            start = opened.read(_START)
    except OSError as error:
        raise SourceError(f"{file.name} cannot be read: {error.strerror}.") from None
    if not start.strip():
        raise SourceError(f"{file.name} is empty. Nothing was imported; download it again.")
    if is_workbook(file):
        return sheets(file)
    refuse_other_kinds(file, start)
    if is_json(start):
        return [json_items(file)]
    return [delimited(file)]
