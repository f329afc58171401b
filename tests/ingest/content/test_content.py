"""Files become rows of named fields, whatever they are packed, encoded and separated by."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest

from outreach_results.errors import SourceError
from outreach_results.ingest.content import content_of, open_contents

TABLE = "Email,Opened\nada@acme.example,1\nben@bolt.example,0\n"
ROWS = [{"Email": "ada@acme.example", "Opened": "1"}, {"Email": "ben@bolt.example", "Opened": "0"}]


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    with open_contents(path) as contents:
        return [dict(row) for content in contents for _, row in content.read()]


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for lines in sheets:
        sheet = book.create_sheet()
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator_is_found(tmp_path, separator):
    assert rows_of(put(tmp_path, "a.csv", TABLE.replace(",", separator))) == ROWS


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_encoding_is_found(tmp_path, codec):
    rows = rows_of(put(tmp_path, "a.csv", "Name;E-Mail;Geöffnet\nJörg Müller;j@x.example;ja\n".encode(codec)))
    assert rows == [{"Name": "Jörg Müller", "E-Mail": "j@x.example", "Geöffnet": "ja"}]


def test_cyrillic_code_page_is_found(tmp_path):
    text = "Дата;Почта;Ответ\n31.12.2026;a@x.example;Здравствуйте, спасибо за ваше письмо\n"
    assert rows_of(put(tmp_path, "a.csv", text.encode("cp1251")))[0]["Ответ"].startswith("Здравствуйте")


def test_packed_tables_are_unpacked(tmp_path):
    with gzip.open(tmp_path / "a.csv.gz", "wt") as file:
        file.write(TABLE)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("one.csv", TABLE)
        archive.writestr("__MACOSX/._one.csv", "left by a file manager")
    assert rows_of(tmp_path / "a.csv.gz") == rows_of(tmp_path / "b.zip") == ROWS


def test_titles_above_a_header_are_skipped(tmp_path):
    assert rows_of(put(tmp_path, "a.csv", f"Campaign report,\nExported 2026-01-01,\n\n{TABLE}")) == ROWS


def test_quoted_line_breaks_stay_in_a_cell(tmp_path):
    path = put(tmp_path, "a.csv", 'Email,Reply\r\nada@acme.example,"Yes,\r\nplease"\r\n')
    assert rows_of(path) == [{"Email": "ada@acme.example", "Reply": "Yes,\r\nplease"}]


def test_rows_are_numbered_as_a_person_counts(tmp_path):
    with open_contents(put(tmp_path, "a.csv", TABLE)) as [content]:
        assert [number for number, _ in content.read()] == [2, 3]
        assert content.description == "CSV separated by commas, UTF-8"


def test_sheets_of_a_workbook_keep_types(tmp_path):
    at = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001 - a workbook has no zones
    path = workbook(tmp_path / "a.xlsx", [["Email", "Sent", "Opens"], ["a@x.example", at, 3]], [["nothing"]])
    with open_contents(path) as [content]:
        assert content.name == "a.xlsx, sheet Sheet"
        assert list(content.read()) == [(2, {"Email": "a@x.example", "Sent": at, "Opens": 3})]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"event": "open"}, {"event": "click"}]),
        '{"event": "open"}\n{"event": "click"}\n',
        json.dumps({"total": "2", "data": [{"event": "open"}, {"event": "click"}], "offset": 0}),
        "mandrill_events=" + quote(json.dumps([{"event": "open"}, {"event": "click"}])),
    ],
    ids=["array", "lines", "wrapped", "form"],
)
def test_json_objects_are_found(tmp_path, text):
    assert rows_of(put(tmp_path, "a.json", text)) == [{"event": "open"}, {"event": "click"}]


def bomb() -> bytes:
    return b"0" * 300_000_000


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("photo.csv", b"\x89PNG\r\n\x1a\n", "is a picture (PNG)"),
        ("leads.csv", "<!DOCTYPE html><title>Sign in</title>", "is a web page, not a table"),
        ("leads.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as Excel workbook (.xlsx) without a password"),
        ("cut.json", '[{"event": "open"}, {"event":', "ends in the middle"),
        ("bad.json", '{"event": nope}', "is not valid JSON"),
        ("list.json", "[1, 2]", "where objects are needed"),
        ("empty.csv", " \n", "is empty"),
        ("header.csv", "Email,Opened\n", "has a header and no rows"),
        ("twice.csv", "Email,Email\na,b\n", 'more than one column "Email"'),
        ("cut.gz", gzip.compress(TABLE.encode(), mtime=0)[:20], "is damaged or was cut off"),
        ("bytes.csv", bytes(range(256)) * 4, "isn't a text file"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path, name, content, sentence):
    with pytest.raises(SourceError) as error, open_contents(put(tmp_path, name, content)):
        pass
    assert sentence in str(error.value)
    assert str(error.value).startswith(name)


def test_an_archive_that_explodes_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bomb())
    with pytest.raises(SourceError, match="damaged or hostile"), open_contents(tmp_path / "a.zip"):
        pass


def test_objects_at_hand_are_a_content_too():
    content = content_of([{"a": 1}, {"b": None}], "body")
    assert (content.fields, content.is_table) == (("a", "b"), False)
    assert [list(content.read()) for _ in range(2)] == [[(1, {"a": 1}), (2, {"b": None})]] * 2


def test_lines_of_objects_may_hold_lists_of_objects(tmp_path):
    lines = [{"id": "a", "to": [{"address": "ada@acme.example"}]}, {"id": "b", "to": []}]
    path = put(tmp_path, "a.ndjson", "".join(json.dumps(line) + "\n" for line in lines))
    assert rows_of(path) == lines
    with open_contents(path) as [content]:
        assert content.description == "NDJSON: one JSON object per line"
