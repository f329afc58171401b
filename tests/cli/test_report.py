"""``outreach-results report``: the file, and every refusal as a sentence."""

from __future__ import annotations

import pytest

from support.databases import sqlite_url


@pytest.fixture
def with_sample(sample_database, monkeypatch):
    """The sample data, which the command uses."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(sample_database))


@pytest.mark.parametrize(("fmt", "first"), [("pdf", b"%PDF-"), ("html", b"<!doctype html>"), ("xlsx", b"PK")])
def test_report_is_written_in_every_format(run, with_sample, tmp_path, fmt, first):
    path = tmp_path / f"report.{fmt}"
    ended = run("report", "--period", "last-month", "-o", path)
    assert (ended.status, ended.err) == (0, f"Written: {path}\n")
    assert path.read_bytes().startswith(first)


def test_report_follows_settings_and_options(run, with_sample, tmp_path, monkeypatch):
    monkeypatch.setenv("OUTREACH_BRAND_NAME", "Example Agency")
    path = tmp_path / "report.html"
    options = ("--period", "2026-02-01..2026-02-14", "--campaign", "camp_abc123", "--brand-color", "#7a1f5c", "--names")
    assert run("report", *options, "-o", path).status == 0
    text = path.read_text()
    assert "<h1>Example Agency</h1>" in text
    assert "Feb 1 – 14, 2026" in text
    assert "--accent: #7a1f5c" in text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--period", "never"), "'never' isn't a period. Use yesterday, 7d"),
        (("--period", "2020-01"), "Nothing happened in Jan 1 – 31, 2020 in these campaigns."),
        (("--period", "2026-02-14..2026-02-01"), "The period starts on 2026-02-14, after its end on 2026-02-01."),
        (("--campaign", "nope"), "There is no campaign 'nope' in this database."),
        (("--brand-color", "red"), "'red' isn't a color. Write it like #0072b2."),
        (("--logo", "/does/not/exist.png"), "The logo /does/not/exist.png cannot be read: no such file or directory."),
    ],
)
def test_report_that_cannot_be_made_is_a_sentence(run, with_sample, tmp_path, options, sentence):
    path = tmp_path / "report.pdf"
    ended = run("report", *options, "-o", path)
    assert (ended.status, path.exists()) == (1, False)
    assert ended.err.startswith(sentence)


def test_file_name_has_to_say_the_format(run, with_sample, tmp_path):
    ended = run("report", "-o", tmp_path / "report.docx")
    assert ended.err == "The file's name says its format: let it end in pdf, html, xlsx.\n"


def test_report_without_data_says_what_to_do(run, database, tmp_path):
    ended = run("report", "-o", tmp_path / "report.pdf")
    assert ended.err == "There are no results yet. Import a file first, or load the sample: outreach-results demo\n"
