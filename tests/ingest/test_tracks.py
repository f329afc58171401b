"""What a file says of tracking is read, or refused with what would be allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from outreach_results.errors import SourceError
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.records import CampaignRecord, Notice, Record, Rejected
from outreach_results.ingest.registry import read_records
from outreach_results.ingest.tool_formats import ToolFormat
from outreach_results.ingest.tracks import tracks_in_json, tracks_in_text
from outreach_results.models.metric_definitions import TRACKED
from support.files import csv_row, csv_text, json_document, write
from support.records import campaign, email

if TYPE_CHECKING:
    from outreach_results.ingest.content import Content
    from outreach_results.ingest.context import Context


def campaigns_in(path):
    return [record for record in read_records(path) if isinstance(record, CampaignRecord)]


@pytest.mark.parametrize("value", [None, {}])
def test_an_empty_text_declares_nothing(value):
    assert tracks_in_json("tracks", value) == tracks_in_text("tracks", "") == ()


def test_json_and_csv_say_the_same():
    expected = (("opens", False), ("costs", True))
    assert tracks_in_json("tracks", {"costs": True, "opens": False}) == expected
    assert tracks_in_text("tracks", "costs=yes  opens=no") == expected


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"sends": False}, "tracks.sends: 'sends' is not one of deliveries, bounces, opens"),
        ({"opens": 0}, "tracks.opens: 0 is neither true nor false"),
        (["opens"], 'tracks: an object such as {"opens": false} is required'),
        ("sends=no", "tracks: 'sends' is not one of deliveries"),
        ("opens", "tracks: 'opens' is not understood: write opens=yes or opens=no"),
    ],
)
def test_what_cannot_be_understood_is_named(value, sentence):
    with pytest.raises(FieldError) as error:
        tracks_in_text("tracks", value) if isinstance(value, str) else tracks_in_json("tracks", value)
    assert str(error.value).startswith(sentence)


def test_a_wrong_declaration_refuses_the_json_file(tmp_path):
    document = json_document()
    document["campaign"]["tracks"] = {"sends": False}
    with pytest.raises(SourceError, match=r"describes its campaign wrongly: tracks\.sends: 'sends' is not one of"):
        list(read_records(write(tmp_path / "c.json", document)))


def test_any_row_of_a_csv_can_declare(tmp_path):
    """Also one after many plain ones."""
    rows = [csv_row(email_id=f"e{number}") for number in range(3)] + [csv_row(email_id="e9", tracks="opens=no")]
    result = campaigns_in(write(tmp_path / "c.csv", csv_text(*rows)))
    assert [record.tracks for record in result] == [(), (("opens", False),)]


@pytest.mark.parametrize(("tracks", "expected"), [((), True), ((("clicks", True),), False)])
def test_a_tool_declares_what_its_files_cannot_know(tracks, expected):
    records: list[Record | Rejected | Notice] = [campaign()._replace(tracks=tracks), email()]
    tool = ToolFormat("t", "Tool", lambda _: True, lambda *_: iter(records), (), frozenset({"opened"}))
    declared, sent = tool.records(cast("Content", None), cast("Context", None))
    assert isinstance(declared, CampaignRecord)
    assert dict(declared.tracks)["opens"]
    assert {kind for kind, is_tracked in declared.tracks if not is_tracked} == set(TRACKED) - {"opens", *dict(tracks)}
    assert sent == email()
    assert (dict(declared.tracks)["clicks"] is False) is expected
