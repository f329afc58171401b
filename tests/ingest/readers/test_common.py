"""What the readers of tools' files share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outreach_results.ingest.context import CampaignNames, Context
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.readers.common import Cells, SentEmails, Sums, each_row, text_of_html
from outreach_results.ingest.records import CampaignRecord, EmailRecord, Rejected
from outreach_results.models import Detail
from support.sources import content_of, write_rows

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def content(tmp_path):
    rows: list[dict[str, Any]] = [
        {"E-Mail Address": "a@x.example", "extra": {"name": "Ada"}, "n": "64517.0", "day": "2026-01-05"},
        {"E-Mail Address": None, "extra": None, "n": "", "day": "12/01/2026"},
    ]
    with content_of(write_rows(tmp_path / "rows.json", rows)) as opened:
        yield opened


def test_cells_are_found_whatever_the_header(content):
    cells, row = Cells(content), content.sample[0]
    assert cells.text(row, "emailaddress") == "a@x.example"
    assert cells.text(row, "missing", "extra.name") == "Ada"
    assert cells.count(row, "n") == 64517
    assert cells.count(content.sample[1], "n") is None


def test_ambiguous_dates_are_never_guessed(content):
    cells = Cells(content, ZoneInfo("Europe/Berlin"))
    assert cells.instant(content.sample[0], "day") == datetime(2026, 1, 5, 11, tzinfo=UTC)
    with pytest.raises(FieldError, match="isn't a date like 2026-12-31"):
        cells.instant(content.sample[1], "day")


def test_a_campaign_outlives_the_row_that_is_rejected(content):
    """The rows after it rely on the campaign, which is described once only."""
    names = CampaignNames(Context(campaign="Q1"), Detail.EVENTS)

    def read(row):
        campaign = names.id_of(None, None)
        yield from names.seen(campaign, NOON)
        yield EmailRecord(campaign, "e1")
        if row["extra"] is not None:
            raise FieldError("extra", "it is no good")

    kinds = [type(record) for record in each_row(content, names, read)]
    assert kinds == [CampaignRecord, Rejected, EmailRecord]


def test_a_reply_follows_the_last_email_until_then():
    sent = SentEmails()
    for hour, email_id in ((9, "late"), (7, "early"), (8, "middle")):
        sent.add("c", "Ada@x.example", NOON.replace(hour=hour), email_id)
    before = [sent.before("c", "ada@X.example", NOON.replace(hour=hour)) for hour in (6, 7, 8, 12)]
    assert before == [None, "early", "middle", "late"]
    assert sent.before("c", "ben@x.example", NOON) is None


def test_parts_count_once_and_unknown_stays_unknown():
    sums = Sums()
    for part, opened, clicked in (("1", 3, 1), ("2", 4, None), ("1", 5, 1)):
        sums.add(("c",), (part,), {"opened": opened, "clicked": clicked})
    assert dict(sums) == {("c",): {"opened": 9, "clicked": None}}


def test_html_becomes_what_a_person_reads():
    html = "<head><title>x</title></head><p>Hello&nbsp;there,</p><ul><li>one<li>two</ul><script>no()</script>"
    assert text_of_html(html) == "Hello there,\none\ntwo"
