"""Files that cannot be imported, by name: what is in them, and what their sentence says was found and what to do."""

from __future__ import annotations

import gzip
import io
import zipfile
from functools import cache

import openpyxl

from support.files import csv_row, csv_text

LEADS = "Email,Opened\n" + "".join(f"p{n}@x.example,{n % 2}\n" for n in range(300))
_OPEN_QUOTE = LEADS.replace("p200@", '"p200@')
_EXPORT = csv_text(*(csv_row(email_id=f"e{n}") for n in range(5)))


def _workbook(*lines: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _zip(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


def _with_sheet(change: str) -> bytes:
    """A workbook whose sheet is cut off, or said to be far too long."""
    whole = zipfile.ZipFile(io.BytesIO(_workbook(["Email", "Opened"], *([f"p{n}@x.example", 1] for n in range(300)))))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            content = whole.read(name)
            if "sheet1" in name:
                content = content[: len(content) // 2] if change == "cut" else content
            archive.writestr(name, content)
            if "sheet1" in name and change == "blown up":
                archive.getinfo(name).file_size = 600_000_000  # as the archive's directory has it
    return written.getvalue()


@cache
def bad_files() -> dict[str, tuple[bytes, str, str]]:
    """Name → content, what the sentence says was found, what it says to do."""
    leads, table = LEADS.encode(), _workbook(["Email", "Opened"], ["a@x.example", 1])
    return {
        "photo.csv": (b"\x89PNG\r\n\x1a\n" + bytes(99), "is a picture (PNG)", "Drop the file that your tool exports"),
        "phone.csv": (b"\x00\x00\x00\x18ftypheic" + bytes(99), "is a picture or video", "Drop the file"),
        "error.csv": (b"<!DOCTYPE html><title>502</title>", "is a web page, not a table", "download the export again"),
        "late.csv": (b"\n<!-- 502 --><html>Bad</html>", "is a web page, not a table", "download the export again"),
        "line.csv": (b"502 Bad Gateway\n", "holds one line, '502 Bad Gateway'", "Download the export again"),
        "error.json": (b'{"error": "Unauthorized"}', "holds an error message and no rows", "check the key"),
        "cut.json": (b'[{"email": "a@x.example"}, {"em', "ends in the middle", "download it again"),
        "cut.ndjson": (b'{"email": "a@x.example"}\n{"em', "ends in the middle", "download it again"),
        "cut.csv.gz": (gzip.compress(leads, mtime=0)[:500], "is damaged or was cut off", "download it again"),
        "cut.zip": (_zip("a.csv", leads)[:500], "is damaged or was cut off", "download it again"),
        "cut.xlsx": (table[: len(table) // 2], "is damaged or was cut off", "download it again"),
        "torn.xlsx": (_with_sheet("cut"), "is damaged or incomplete", "Open it in Excel and save it again"),
        "bomb.xlsx": (_with_sheet("blown up"), "unpacks to 0.6 GB", "save the table as CSV if you trust it"),
        "locked.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "a workbook with a password", "save it as"),
        "quote.csv": (
            _OPEN_QUOTE.encode(),
            "a quoted cell that begins in row 202",
            "close the quotation mark in row 202",
        ),
        "last.csv": (LEADS.encode() + b'z@x.example,"1', "begins in row 302", "close the quotation mark in row 302"),
        "own.csv": (_EXPORT.encode() + b'camp,"un', "begins in row 7", "close the quotation mark in row 7"),
        "header.csv": (b"Email,Opened\n", "has a header and no rows", "choose a longer period"),
        "header.xlsx": (_workbook(["Email", "Opened"]), "no sheet with a header and rows", "choose a longer period"),
        "own-header.csv": (_EXPORT.splitlines()[0].encode(), "has a header and no rows", "choose a longer period"),
        "empty.csv": (b" \n", "is empty", "download it again"),
        "blank.csv": (b",,\n,,\n", "has only empty rows", "download it again"),
        "two.csv": (
            leads + b"\nStep,Clicks\n1,1\n",
            "the second in row 303 (Step, Clicks)",
            "Put each table into a file",
        ),
        "two.xlsx": (
            _workbook(["Email", "Opened"], ["a@x.example", 1], [], ["Step", "Clicks"], [1, 5]),
            "the second in row 4 (Step, Clicks)",
            "Put each table into a file",
        ),
    }


_LONG = "x" * 10_000_000
LONG_CELLS = {
    "long.csv": f"Email,Opened\na@x.example,1\nb@x.example,{_LONG}\nc@x.example,0\n".encode(),
    "long.json": f'[{{"Email": "a@x.example", "Opened": 1}}, {{"Email": "b@x.example", "Opened": "{_LONG}"}}]'.encode(),
}
"""Files with a cell of 10 MB, which costs its row and no other."""
