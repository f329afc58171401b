"""One cell that is too long costs one row, and one without an end the file."""

from __future__ import annotations

import csv

import pytest

from outreach_results.errors import SourceError
from outreach_results.ingest.columns import one_by_one
from outreach_results.ingest.readers import campaign_csv
from outreach_results.ingest.records import EmailRecord, Rejected, ReplyRecord
from support.files import csv_row, csv_text, write


@pytest.mark.parametrize("characters", [1_000_001, 2_500_000])
@pytest.mark.parametrize("line", ["no line break ", "many\nlines, "])
def test_one_cell_that_is_too_long_is_one_rejected_row(tmp_path, characters, line):
    body = (line * (characters // len(line) + 1))[:characters]
    rows = [
        csv_row(),
        csv_row(type="replied", event_id="long", sentiment="neutral", body=body),
        csv_row(type="replied", event_id="short", sentiment="neutral", body="short"),
    ]
    records = list(one_by_one(campaign_csv.campaign_csv(write(tmp_path / "x.csv", csv_text(*rows)))))
    rejected = [record for record in records if isinstance(record, Rejected)]
    assert [(one.row, one.column) for one in rejected] == [(3, "body")]
    assert [record.reply_id for record in records if isinstance(record, ReplyRecord)] == ["short"]
    assert any(isinstance(record, EmailRecord) for record in records)


def test_a_cell_without_an_end_refuses_the_file(tmp_path, monkeypatch):
    text = csv_text(csv_row(), csv_row()).replace("prospect.example", 'prospect.example,"' + "x" * 10_000)
    before = csv.field_size_limit(5_000)
    try:
        with pytest.raises(
            SourceError, match="ends within a quoted cell that begins in row 2: its closing quotation mark is missing"
        ):
            list(campaign_csv.campaign_csv(write(tmp_path / "x.csv", text)))
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_whole_across_blocks(tmp_path, monkeypatch, end):
    text = csv_text(*(csv_row(email_id=f"e{n}", reply_name="a\u2028b") for n in range(40)))
    lines = text.replace("\r\n", "\n").replace("\n", end)
    expected = list(one_by_one(campaign_csv.campaign_csv(write(tmp_path / "x.csv", text))))
    for block in (1, 7, 100):
        monkeypatch.setattr(campaign_csv, "_BLOCK", block)
        path = tmp_path / "x.csv"
        path.write_bytes(lines.encode())
        assert list(one_by_one(campaign_csv.campaign_csv(path))) == expected
