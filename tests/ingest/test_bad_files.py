"""A file that cannot be imported gets a sentence that says what was found and what to do, and changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach_results.errors import SourceError
from outreach_results.ingest.importing import OpenQuestionsError, import_file
from outreach_results.ingest.plans import Answers
from support.bad_files import LONG_CELLS, bad_files
from support.databases import contents

ANSWERS = Answers(campaign="Q1", as_of=datetime(2026, 2, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bad")


@pytest.mark.parametrize("name", bad_files())
def test_a_bad_file_is_explained_and_changes_nothing(name, folder, sqlite_store):
    content, found, hint = bad_files()[name]
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(SourceError) as error:
        import_file(sqlite_store, path, answers=ANSWERS)
    assert not isinstance(error.value, OpenQuestionsError)
    sentence = str(error.value)
    assert sentence.startswith(name)
    assert found in sentence
    assert hint in sentence
    assert "Nothing was imported" in sentence
    assert not any(contents(sqlite_store).values())


@pytest.mark.parametrize("name", LONG_CELLS)
def test_a_cell_of_10_mb_costs_its_row_only(name, folder, sqlite_store):
    path = folder / name
    path.write_bytes(LONG_CELLS[name])
    [report] = import_file(sqlite_store, path, answers=ANSWERS)
    [rejected] = report.rejected
    assert (rejected.row, rejected.column) == (3 if name.endswith(".csv") else 2, "Opened")
    assert len(rejected.reason) < 200
    assert report.inserted["contacts"] == (2 if name.endswith(".csv") else 1)
