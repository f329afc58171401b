"""The PDF has real text, page numbers and vectors, and says what no font can show."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

from pypdf import PdfReader

from outreach_results.export.report import Brand, Report, ReportOptions
from outreach_results.export.report.as_pdf import pdf
from outreach_results.export.report.content import Quote

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


def read(report: Report) -> PdfReader:
    return PdfReader(io.BytesIO(b"".join(pdf(report))))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_text_is_text_and_pages_are_numbered(report: Report) -> None:
    reader = read(report)
    text = words(reader)
    for outcome in report.outcomes:
        assert f"{outcome.label} {outcome.value}" in text
    for row in report.campaigns:
        assert row.name in text
    for place, page in enumerate(reader.pages, 1):
        assert f"Page {place} of {len(reader.pages)}" in page.extract_text()


def test_charts_are_vectors_and_text_is_tagged(report: Report) -> None:
    reader = read(report)
    assert [image for page in reader.pages for image in page.images] == []
    catalog = reader.root_object
    assert catalog["/Lang"] == "en"
    assert "/StructTreeRoot" in catalog
    assert str(reader.outline[0]).count("Campaign report") == 1


def test_letters_of_many_scripts_are_shown(report: Report) -> None:
    quote = Quote("Ελληνικά", "Mar 1, 2026", "Łódź", "Привет, Україна! Ấn")
    text = words(read(replace(report, replies=(quote,))))
    for part in ("Ελληνικά", "Łódź", "Привет, Україна! Ấn"):
        assert part in text
    assert "no font of this machine" not in text


def test_letter_without_a_font_is_said(report: Report) -> None:
    quote = Quote("A \N{OLD PERSIAN SIGN A} B", "Mar 1, 2026", "", "\ue123 fine \x01\ud800")
    text = words(read(replace(report, replies=(quote,))))
    assert "U+D800, U+E123, U+103A0" in text
    assert "shown as \N{REPLACEMENT CHARACTER}" in text
    assert "fine" in text


def test_words_of_strangers_are_not_markup(report: Report) -> None:
    evil = "#panic(1) $x$ *bold* \\ `raw` @ref <label> = heading // comment"
    text = words(read(replace(report, replies=(Quote(evil, "", "", evil),), changes=(evil,))))
    assert text.count("#panic(1) $x$ *bold* \\ `raw` @ref <label> = heading // comment") == 3


def test_brand_is_on_it(make_report: Callable[..., Report]) -> None:
    reader = read(make_report("last_month", ReportOptions(Brand("Łukasz & Söhne", "#7a1f5c", PIXEL))))
    assert "Łukasz & Söhne" in words(reader)
    assert len([image for page in reader.pages for image in page.images]) == 1
