"""What holds of every tool's format: its example is its own, and is read whole."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial

import pytest

from outreach_results import results
from outreach_results.ingest.fields import optional_identifier
from outreach_results.ingest.records import Notice, Rejected
from outreach_results.ingest.registry import TOOL_FORMATS, own_source
from outreach_results.models import COUNTS, Filters
from support.databases import contents
from support.server import ROOT
from support.sources import (
    CONTEXT,
    DOCUMENT,
    EXAMPLES,
    content_of,
    expected_rejects,
    import_file,
    saved_as_unicode_text,
    saved_as_workbook,
    saved_with_semicolons,
    sources_document,
    sources_list,
)

every_format = pytest.mark.parametrize("entry", TOOL_FORMATS, ids=lambda entry: entry.key)


@every_format
def test_an_example_is_recognized_as_nothing_else(entry):
    path = EXAMPLES / entry.example
    assert own_source(path) is None
    with content_of(path) as content:
        assert [other.key for other in TOOL_FORMATS if other.recognizes(content)] == [entry.key]


@every_format
def test_an_example_has_only_the_expected_rejects(entry, make_sqlite):
    """Those that the folder ``rejected`` lists; without a file there, none."""
    store = make_sqlite()
    report = import_file(store, EXAMPLES / entry.example)
    assert [[str(row.row), row.column, row.reason] for row in report.rejected] == expected_rejects(entry)
    assert results.totals(store, Filters()).stats.emails_sent


@pytest.mark.parametrize("saved", [saved_with_semicolons, saved_as_unicode_text, saved_as_workbook])
@pytest.mark.parametrize(
    "entry", [entry for entry in TOOL_FORMATS if entry.example.endswith(".csv")], ids=lambda entry: entry.key
)
def test_a_table_that_excel_saved_is_the_same(entry, saved, make_sqlite, tmp_path):
    path = EXAMPLES / entry.example
    first, second = make_sqlite(), make_sqlite()
    import_file(first, path)
    import_file(second, saved(path, tmp_path))
    assert contents(second) == contents(first)


ODD_CELLS = (
    *(None, "", " - ", "0", "@", "x" * 3_000, "a\x00b", "a\x00@b", "\ud800", "\ud800@b", ".", "a@b\n"),
    *(-1, 1.5, 10**30, True, [], [1], [{}], {}, {"a": None}),
)


def can_be_stored(record):
    """Whether a database takes all texts and numbers of a record, and its ids are ids."""
    for name, value in record._asdict().items():
        if isinstance(value, str):
            assert "\x00" not in value
            value.encode()
            assert not name.endswith("_id") or optional_identifier(name, value)
        assert not isinstance(value, int) or abs(value) < 10**15
        assert not isinstance(value, list | dict)
    return True


@every_format
def test_no_cell_breaks_a_reader(entry):
    """Whatever stands in one field of a row, the row is read or rejected, and the others are read as before."""
    with content_of(EXAMPLES / entry.example) as content:
        rows = list(content.read())
        fields = sorted({name for _, row in rows[:12] for name in row})
        for field, odd in itertools.product(fields, ODD_CELLS):
            changed = [(number, {**row, field: odd} if number % 2 else row) for number, row in rows[:12]]
            spoiled = replace(
                content, read=partial(iter, changed), sample=tuple(row for _, row in changed), fields=tuple(fields)
            )
            for record in entry.read(spoiled, CONTEXT):
                assert isinstance(record, Rejected | Notice) or can_be_stored(record)


@every_format
def test_what_is_not_tracked_is_unknown(entry, make_sqlite):
    store = make_sqlite()
    import_file(store, EXAMPLES / entry.example)
    stats = results.totals(store, Filters()).stats
    assert {name for name in COUNTS if getattr(stats, name) is not None} == entry.tracks - {"cost"}


def test_keys_are_unique():
    assert len({entry.key for entry in TOOL_FORMATS}) == len(TOOL_FORMATS)
    assert len({entry.name for entry in TOOL_FORMATS}) == len(TOOL_FORMATS)


@every_format
def test_an_entry_says_what_it_needs(entry):
    assert entry.tracks <= {*COUNTS, "cost"}
    assert entry.fields
    assert set(entry.needs) <= {"campaign", "as_of", "zone"}


def test_every_example_belongs_to_a_format():
    files = {path.name for path in EXAMPLES.iterdir()}
    assert files == {entry.example for entry in TOOL_FORMATS}


def test_the_document_is_made_from_the_registry():
    """To make it anew: PYTHONPATH=tests .venv/bin/python -m support.sources."""
    assert DOCUMENT.read_text(encoding="utf-8") == sources_document()
    assert sources_list() in (ROOT / "README.md").read_text(encoding="utf-8")
