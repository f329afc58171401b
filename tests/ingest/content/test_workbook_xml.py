"""Workbooks are read as openpyxl reads them, and as Excel shows them where the two differ."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import xlsxwriter

from outreach_results.ingest.content.workbook_xml import WorkbookXml

ROWS: list[list[object]] = [
    ["Email", "Sent", "Opens", "Rate", "Open?"],
    ["a@x.example", datetime(2026, 1, 2, 3, 4, 5), 3, 0.25, True],  # noqa: DTZ001 - a workbook has no zones
    ["b@x.example", date(2026, 1, 3), -1, 1e30, False],
    [],
    [None, None, None, "  spaces & <signs> ", "é\nü"],
    ["a@x.example", time(4, 5), timedelta(hours=30), "", "#N/A"],
]


def rows_of(path, sheet="First"):
    with WorkbookXml(path) as book:
        return list(book.rows(sheet))


def rows_by_openpyxl(path, sheet="First"):
    book = openpyxl.load_workbook(path, data_only=True)
    rows = [[cell.value for cell in row] for row in book[sheet].iter_rows()]
    return {number: row for number, row in enumerate(rows, 1) if any(cell is not None for cell in row)}


def written_by_openpyxl(path, *, epoch=None):
    book = openpyxl.Workbook()
    if epoch is not None:
        book.epoch = epoch
    book.worksheets[0].title = "First"
    for row in ROWS:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def written_by_xlsxwriter(path, options=None):
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yy hh:mm", **(options or {})})
    sheet = book.add_worksheet("First")
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    sheet.write_formula(6, 0, "=1+1", value="2")
    sheet.write_rich_string(7, 0, "plain ", book.add_format({"bold": True}), "bold", " again")
    sheet.write(8, 2, 45000.5, book.add_format({"num_format": "[Red]yyyy-mm-dd;@"}))
    sheet.write(8, 3, 45000, book.add_format({"num_format": '0.00" days"'}))
    sheet.write_url(9, 1, "https://x.example/", string="link")
    book.add_worksheet("Hidden").hide()
    bars = book.add_chart({"type": "bar"})
    bars.add_series({"values": "=First!$C$2:$C$3"})
    book.add_chartsheet("Chart").set_chart(bars)
    book.close()
    return path


def same_width(rows, width):
    return {number: [*cells, *[None] * (width - len(cells))] for number, cells in rows}


@pytest.mark.parametrize("epoch", [None, openpyxl.utils.datetime.MAC_EPOCH], ids=["1900", "1904"])
def test_inline_texts_are_read_as_by_openpyxl(tmp_path, epoch):
    path = written_by_openpyxl(tmp_path / "a.xlsx", epoch=epoch)
    expected = rows_by_openpyxl(path)
    assert same_width(rows_of(path), 5) == expected
    assert expected[2][1] == ROWS[1][1]


@pytest.mark.parametrize("options", [{}, {"date_1904": True}], ids=["1900", "1904"])
def test_shared_texts_are_read_as_by_openpyxl(tmp_path, options):
    path = written_by_xlsxwriter(tmp_path / "a.xlsx", options)
    assert same_width(rows_of(path), 5) == rows_by_openpyxl(path)


def test_only_visible_sheets_of_cells_are_named(tmp_path):
    with WorkbookXml(written_by_xlsxwriter(tmp_path / "a.xlsx")) as book:
        assert book.visible_sheets == ["First"]


SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>'
    '<row><c t="inlineStr"><is><t>a_x000A_b_x0000_</t></is></c><c><v>1E3</v></c></row>'
    '<row r="5"><c r="B5" t="d"><v>2026-01-02</v></c><c r="A5" t="s"><v>1</v></c></row><row r="9"/>'
    "</sheetData><hyperlinks/></worksheet>"
)
SHARED = (
    '<?xml version="1.0"?><sst xmlns="{space}"><si><t>never used</t></si>'
    "<si><r><t>ru</t></r><r><t>ns</t></r><rPh><t>spoken</t></rPh></si></sst>"
)


@pytest.mark.parametrize(
    "space",
    ["http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"],
    ids=["transitional", "strict"],
)
def test_cells_without_references_and_escapes(tmp_path, space):
    source = written_by_xlsxwriter(tmp_path / "a.xlsx")
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            changed = {"xl/worksheets/sheet1.xml": SHEET, "xl/sharedStrings.xml": SHARED}.get(name)
            new.writestr(name, changed.format(space=space) if changed else old.read(name))
    assert rows_of(path) == [(1, ["a\nb_x0000_", 1000.0]), (5, ["runs", date(2026, 1, 2)])]
