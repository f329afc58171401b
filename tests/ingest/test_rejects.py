"""A file of rejected rows keeps what the rows were, so that correcting what is wrong and importing it is enough."""

from __future__ import annotations

import csv
import io
import json

import pytest

from outreach_results.ingest.history import rejected_rows
from outreach_results.ingest.importing import import_file
from outreach_results.ingest.readers.woodpecker import unwrapped
from outreach_results.ingest.records import Rejected
from outreach_results.ingest.registry import TOOL_FORMATS
from outreach_results.ingest.rejects import REASON_COLUMNS, RejectsForm, form_of, write_rejected
from support.databases import contents
from support.server import ROOT
from support.sources import CONTEXT, EXAMPLES, content_of


def as_file(folder, rows):
    form = form_of(rows)
    path = folder / f"rejected.{form.extension}"
    with path.open("w", newline="", encoding="utf-8") as file:
        write_rejected(file, rows, form)
    return path


@pytest.mark.parametrize("entry", TOOL_FORMATS, ids=lambda entry: entry.key)
def test_rejected_rows_are_read_as_they_were(entry, tmp_path):
    """Each row of a tool's example as if it had been rejected."""
    with content_of(EXAMPLES / entry.example) as content:
        first = list(entry.records(content, CONTEXT))
        rows = [
            Rejected(content.name, number, "", "", row)
            for number, row in unwrapped(content).read()
            if any(row.values())
        ]
    with content_of(as_file(tmp_path, rows)) as content:
        assert entry.recognizes(content)
        again = list(entry.records(content, CONTEXT))
    accepted = [[record for record in records if not isinstance(record, Rejected)] for records in (first, again)]
    assert accepted[0] == accepted[1]


def spoil(document, wrong):
    """A document of ours in which one row of each section has a value that cannot be."""
    for section, (field, value) in wrong.items():
        document[section][1][field] = value
    return document


OWN = {
    "a campaign": (
        json.loads((ROOT / "sample_data" / "camp_abc123.json").read_text(encoding="utf-8")),
        {"emails": ("sent_at", "once"), "events": ("type", "teleported"), "replies": ("received_at", "later")},
    ),
    "daily stats": (
        {"campaign_id": "c", "daily": [{"date": f"2026-01-0{n}", "emails_sent": n, "delivered": n} for n in (1, 2, 3)]},
        {"daily": ("date", "someday")},
    ),
}


@pytest.mark.parametrize("what", OWN)
def test_rows_of_own_documents_can_be_corrected(what, tmp_path, make_sqlite):
    document, wrong = OWN[what]
    right = {section: document[section][1][field] for section, (field, _) in wrong.items()}
    path, store, whole = tmp_path / "own.json", make_sqlite(), make_sqlite()
    path.write_text(json.dumps(document), encoding="utf-8")
    import_file(whole, path)
    path.write_text(json.dumps(spoil(json.loads(json.dumps(document)), wrong)), encoding="utf-8")
    [report] = import_file(store, path)
    kept = rejected_rows(store, report.load_id)
    assert len(kept) == len(wrong)
    rejected = as_file(tmp_path, kept)
    corrected = json.loads(rejected.read_text(encoding="utf-8"))
    for section, (field, value) in wrong.items():
        [row] = corrected[section]
        assert (row[field], bool(row["import_problem"])) == (value, True)
        row[field] = right[section]
    rejected.write_text(json.dumps(corrected), encoding="utf-8")
    [report] = import_file(store, rejected)
    assert (report.rejected_total, report.notes) == (0, [])
    assert contents(store) == contents(whole)


def test_rows_of_several_documents_keep_their_fields():
    rows = [
        Rejected("a.json", 2, "sent", "no", {"email": "a@x.example", "at": {"day": 1}}),
        Rejected("b.csv", 3, "x", "no"),
    ]
    written = io.StringIO()
    write_rejected(written, rows, RejectsForm.CSV)
    header, first, second = csv.reader(io.StringIO(written.getvalue()))
    assert header == ["email", "at", *REASON_COLUMNS]
    assert first == ["a@x.example", '{"day": 1}', "a.json", "2", "sent", "no"]
    assert second == ["", "", "b.csv", "3", "x", "no"]
