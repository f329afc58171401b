"""A report in every format has the same numbers; HTML runs nothing, and Excel has numbers as numbers."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from outreach_results import results
from outreach_results.errors import QueryError
from outreach_results.export.report import REPORT_FORMATS, Report, report_download
from outreach_results.export.report.as_html import html
from outreach_results.export.report.as_xlsx import xlsx
from outreach_results.export.report.content import Quote
from outreach_results.models import Filters
from outreach_results.store.engine import Store
from support.optional import present


def test_html_has_every_outcome_and_no_script(report: Report) -> None:
    text = b"".join(html(report)).decode()
    for outcome in report.outcomes:
        assert f"<b>{outcome.value}</b>" in text
    assert "<script" not in text
    assert text.count("<svg") == len(report.series)
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_html_shows_words_of_strangers_as_text(report: Report) -> None:
    evil = "<img src=x onerror=alert(1)>{{ 7 * 7 }}"
    text = b"".join(html(replace(report, replies=(Quote(evil, "", evil, evil),), changes=(evil,)))).decode()
    assert "<img" not in text
    assert text.count("{{ 7 * 7 }}") == 4


def test_excel_has_a_sheet_for_each_table(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx(report))))
    assert book.sheetnames == [
        *("outcomes", "what changed", "campaigns", "replies", "over time", "benchmarks", "about"),
    ]
    first = next(book["campaigns"].iter_rows(min_row=2, values_only=True))
    columns = [cell.value for cell in book["campaigns"][1]]
    row = dict(zip(columns, first, strict=True))
    assert row["campaign_id"] == report.table["campaign_id"][0]
    assert row["emails_sent"] == report.table["emails_sent"][0]
    assert isinstance(book["over time"]["B2"].value, datetime)
    outcomes = {row[0]: row[1] for row in book["outcomes"].iter_rows(min_row=2, values_only=True)}
    assert outcomes == {one.label: pytest.approx(one.number) for one in report.outcomes}


@pytest.mark.parametrize("fmt", REPORT_FORMATS)
def test_file_says_its_period(sample_store: Store, fmt: str) -> None:
    period = present(results.chosen_period(sample_store, Filters(), "7d"))
    download = report_download(sample_store, period, fmt)
    assert download.file_name == f"report_2026-03-21_2026-03-27_by-activity-day_UTC.{fmt}"
    assert download.content()


def test_unknown_format_is_refused(sample_store: Store) -> None:
    period = present(results.chosen_period(sample_store, Filters(), "7d"))
    with pytest.raises(QueryError, match=r"'docx' isn't a format of reports\. Use pdf, html, xlsx\."):
        report_download(sample_store, period, "docx")
