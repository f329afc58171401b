"""Lists of JSON objects: an array, one object a line, or a list inside an object; also in a form field."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import parse_qs

import ijson

from outreach_results.errors import SourceError
from outreach_results.ingest.content.encoding import detect_encoding
from outreach_results.ingest.content.types import Content, Row, fields_of, first_rows
from outreach_results.ingest.content.unpacking import File

_FORM_FIELD = "mandrill_events"
_MAX_FORM = 64 * 1024**2
_LINES = "NDJSON: one JSON object per line"
_LONGEST_LINE = 16 * 1024**2
_LOOKED_AT = 1024


def is_json(start: bytes) -> bool:
    """Whether a file that begins like this is meant as JSON."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = start.decode("utf-16", errors="replace").lstrip().encode()
    return text.startswith((b"{", b"[", _FORM_FIELD.encode() + b"="))


def json_items(file: File) -> Content:
    """The objects of a JSON file as rows, numbered from 1.

    Raises:
        SourceError: it is no complete JSON, or holds no objects.
    """
    place, envelope, description = _layout(file)

    def read() -> Iterator[tuple[int, Row]]:
        try:
            with _opened(file) as opened:
                for number, item in enumerate(ijson.items(opened, place, use_float=True, multiple_values=True), 1):
                    if isinstance(item, dict):
                        yield number, item
                    else:
                        raise SourceError(
                            f"{file.name} holds {type(item).__name__} values where objects are needed (item {number}). "
                            "Nothing was imported."
                        )
        except ijson.JSONError as error:
            raise _damaged(file, error) from None

    sample = first_rows(read)
    if not sample:
        raise SourceError(
            f"{file.name} holds an empty list. Nothing was imported; choose a longer period in the export."
        )
    return Content(file.name, description, fields_of(sample), sample, read, is_table=False, envelope=envelope)


def _opened(file: File) -> IO[bytes]:
    """The file as UTF-8 JSON, whatever it is in."""
    with file.path.open("rb") as peeked:
        start = peeked.read(len(_FORM_FIELD) + 1)
    if start == _FORM_FIELD.encode() + b"=":
        body = file.path.read_bytes()[:_MAX_FORM].decode("ascii", errors="replace")
        return io.BytesIO(parse_qs(body.strip()).get(_FORM_FIELD, [""])[0].encode())
    encoding = detect_encoding(file.path)
    if encoding.codec == "utf-8":
        return file.path.open("rb")
    if encoding.codec == "utf-8-sig":
        opened = file.path.open("rb")
        opened.seek(3)
        return opened
    return io.BytesIO(file.path.read_text(encoding.codec).encode())


def _layout(file: File) -> tuple[str, dict[str, Any], str]:
    """Where the objects stand (as ijson writes it), the single values around them, and the form in words."""
    envelope: dict[str, Any] = {}
    key = ""
    try:
        with _opened(file) as opened:
            if _is_lines(opened):
                return "", {}, _LINES
        with _opened(file) as opened:
            for n, (prefix, event, value) in enumerate(ijson.parse(opened, multiple_values=True)):
                if n == 0 and event == "start_array":
                    return "item", {}, "JSON array"
                if n > 0 and prefix == "" and event == "end_map":
                    return "", {}, _lines_or_object(file)
                if prefix == "" and event == "map_key":
                    key = str(value)
                elif prefix == key and event in ("string", "number", "boolean"):
                    envelope[key] = value
                elif prefix == f"{key}.item" and event == "start_map":
                    return f"{key}.item", envelope, f'JSON object with a list "{key}"'
    except ijson.JSONError as error:
        raise _damaged(file, error) from None
    raise SourceError(f"{file.name} holds no objects. Nothing was imported.")


def _is_lines(opened: IO[bytes]) -> bool:
    """Whether the first line is an object of its own and another one follows, whatever lists the first one holds."""
    first = opened.readline(_LONGEST_LINE)
    if not first.strip().endswith(b"}") or not opened.read(_LOOKED_AT).lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _lines_or_object(file: File) -> str:
    with _opened(file) as opened:
        objects = 0
        for prefix, event, _ in ijson.parse(opened, multiple_values=True):
            objects += prefix == "" and event == "start_map"
            if objects > 1:
                return _LINES
    return "JSON object"


def _damaged(file: File, error: ijson.JSONError) -> SourceError:
    if "premature EOF" in str(error) or "Incomplete" in str(error):
        return SourceError(
            f"{file.name} ends in the middle: it was cut off while it was saved or copied. Nothing was imported; "
            "download it again."
        )
    return SourceError(f"{file.name} is not valid JSON: {str(error).splitlines()[0]}. Nothing was imported.")
