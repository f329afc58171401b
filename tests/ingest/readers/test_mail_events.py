"""What holds of the events of every mail service."""

from __future__ import annotations

import pytest

from outreach_results.ingest.history import write_rejected
from outreach_results.ingest.records import Rejected
from outreach_results.ingest.registry import TOOL_FORMATS
from support.sources import CONTEXT, EXAMPLES, content_of


@pytest.mark.parametrize(
    "entry", [entry for entry in TOOL_FORMATS if entry.key.endswith("_events")], ids=lambda entry: entry.key
)
def test_rejected_rows_can_be_imported_again(entry, tmp_path):
    """A table of rejected rows is read as the rows were, so that mending what is wrong with them is enough."""
    with content_of(EXAMPLES / entry.example) as content:
        first = list(entry.records(content, CONTEXT))
        rows = [Rejected(content.name, number, "", "", row) for number, row in content.read()]
    path = tmp_path / "rejected.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        write_rejected(file, rows)
    with content_of(path) as content:
        assert entry.recognizes(content)
        again = list(entry.records(content, CONTEXT))
    accepted = [[record for record in records if not isinstance(record, Rejected)] for records in (first, again)]
    assert accepted[0] == accepted[1]
